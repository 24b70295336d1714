// A producer that makes everything before anybody may start, and producers that work at the same time.
package main

import (
	"sync"
	"time"

	"example.com/rules/record"
)

func main() { record.Main(fires, quiet) }

func fires() {
	jobs := make(chan int)
	var wg sync.WaitGroup
	consume(&wg, jobs)
	wg.Add(1)
	go func() {
		defer wg.Done()
		plan(150 * time.Millisecond)
		for i := 0; i < 8; i++ {
			jobs <- i
		}
		close(jobs)
	}()
	wg.Wait()
}

// plan computes for some time.
func plan(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

func quiet() {
	jobs := make(chan int)
	var wg, planners sync.WaitGroup
	consume(&wg, jobs)
	for p := 0; p < 2; p++ {
		planners.Add(1)
		go func() {
			defer planners.Done()
			for i := 0; i < 4; i++ {
				plan(20 * time.Millisecond)
				jobs <- i
			}
		}()
	}
	planners.Wait()
	close(jobs)
	wg.Wait()
}

func consume(wg *sync.WaitGroup, jobs chan int) {
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range jobs {
				time.Sleep(time.Millisecond)
			}
		}()
	}
}
