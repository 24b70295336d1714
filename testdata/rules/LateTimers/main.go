// Short sleeps beside a goroutine that computes on the only P, and beside one that gives way.
package main

import (
	"runtime"
	"time"

	"example.com/rules/record"
)

func main() { record.Main(fires, quiet) }

func fires() { run(func() {}) }

func quiet() { run(runtime.Gosched) }

// run polls while something is computed that calls pause now and then.
func run(pause func()) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	done := make(chan bool)
	go crunch(done, pause)
	for i := 0; i < 10; i++ {
		poll()
	}
	<-done
}

func poll() { time.Sleep(time.Millisecond) }

func crunch(done chan bool, pause func()) {
	for start := time.Now(); time.Since(start) < 300*time.Millisecond; {
		for turn := time.Now(); time.Since(turn) < time.Millisecond/2; {
		}
		pause()
	}
	close(done)
}
