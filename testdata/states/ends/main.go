// Command ends sleeps for a while, in many calls, and then ends in the middle of what it does:
//
//	ends kill|panic|exit DURATION
package main

import (
	"os"
	"syscall"
	"time"
)

func main() {
	duration, err := time.ParseDuration(os.Args[2])
	if err != nil {
		panic(err)
	}
	for begin := time.Now(); time.Since(begin) < duration; {
		rest()
	}
	end(os.Args[1])
}

func rest() {
	time.Sleep(20 * time.Millisecond)
}

func end(how string) {
	switch how {
	case "kill":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "panic":
		panic("as it should")
	case "exit":
		os.Exit(3)
	}
}
