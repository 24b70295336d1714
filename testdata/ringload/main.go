// Programs for npm run sweep:ring: `ringload journal FILE` keeps a journal of its calls until it is killed,
// `ringload serve SECONDS RATE` is a server under a bounded load, and `ringload pause SECONDS` works while its
// recording is switched off and on.
package main

import (
	"os"
	"strconv"
)

func main() {
	number := func(at int) int {
		n, err := strconv.Atoi(os.Args[at])
		if err != nil {
			panic(err)
		}
		return n
	}
	switch os.Args[1] {
	case "journal":
		journal(os.Args[2])
	case "serve":
		serve(number(2), number(3))
	}
}
