// Stops of the world that have to wait for a large copy, which nothing can interrupt, and stops that have not.
package main

import (
	"runtime"
	"runtime/debug"
	"time"

	"example.com/rules/record"
)

func main() {
	debug.SetGCPercent(1)
	record.Main(fires, quiet)
}

var from, to = make([]byte, 256<<20), make([]byte, 256<<20)

func fires() {
	done, over := make(chan bool), make(chan bool)
	go replicate(to, from, done, over)
	for i := 0; i < 10; i++ {
		time.Sleep(5 * time.Millisecond)
		allocate()
		reportMemory()
	}
	close(done)
	<-over
}

// replicate copies without a point at which a goroutine could stop.
func replicate(to, from []byte, done, over chan bool) {
	for {
		select {
		case <-done:
			close(over)
			return
		default:
			copy(to, from)
		}
	}
}

func reportMemory() {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
}

func quiet() {
	for i := 0; i < 2; i++ {
		time.Sleep(5 * time.Millisecond)
		allocate()
		reportMemory()
	}
}

// allocate sets off a GC cycle.
func allocate() { buffer = make([]byte, 2<<20) }

var buffer []byte
