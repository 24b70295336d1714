// Statistics that stop the world, all the time or now and then.
package main

import (
	"runtime"
	"time"

	"example.com/rules/record"
)

func main() { record.Main(fires, quiet) }

func fires() {
	for start := time.Now(); time.Since(start) < 10*time.Millisecond; {
		publish()
	}
}

func publish() {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
}

func quiet() {
	for i := 0; i < 3; i++ {
		time.Sleep(100 * time.Millisecond)
		publish()
	}
}
