// Command agentload is a small shop with the agent of "gotrace agent" in it, and the clients that load it. The script
// sweep-agent.mjs generates the agent's package into a copy of this module.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		fail("usage: agentload serve|load [flags]")
	}
	switch os.Args[1] {
	case "serve":
		serve(os.Args[2:])
	case "load":
		load(os.Args[2:])
	default:
		fail("no such command: " + os.Args[1])
	}
}

func fail(what any) {
	fmt.Fprintln(os.Stderr, what)
	os.Exit(1)
}
