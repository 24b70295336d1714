// Goroutines that compute for long on one P, so that others wait for it, and goroutines that mostly sleep.
package main

import (
	"runtime"
	"sync"
	"time"

	"example.com/rules/record"
)

func main() { record.Main(fires, quiet) }

func fires() {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			crunch(60 * time.Millisecond)
		}()
	}
	for i := 0; i < 5; i++ {
		answer()
	}
	wg.Wait()
}

// crunch computes for some time.
func crunch(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

// answer is a request that needs the processor for a moment, again and again.
func answer() {
	time.Sleep(2 * time.Millisecond)
}

func quiet() {
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 0; i < 5; i++ {
				answer()
			}
		}()
	}
	wg.Wait()
}
