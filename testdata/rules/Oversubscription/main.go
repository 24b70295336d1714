// A goroutine for every piece of work, and a few workers.
package main

import (
	"runtime"
	"sync"
	"time"

	"example.com/rules/record"
)

func main() { record.Main(fires, quiet) }

const pieces = 60

func fires() {
	var wg sync.WaitGroup
	for i := 0; i < pieces; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			resize()
		}()
	}
	wg.Wait()
}

// resize computes for a while.
func resize() {
	for start := time.Now(); time.Since(start) < 2*time.Millisecond; {
	}
}

func quiet() {
	work := make(chan int)
	var wg sync.WaitGroup
	for i := 0; i < runtime.GOMAXPROCS(0); i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range work {
				resize()
			}
		}()
	}
	for i := 0; i < pieces; i++ {
		work <- i
	}
	close(work)
	wg.Wait()
}
