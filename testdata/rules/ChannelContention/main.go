// A channel that lets one goroutine at a time write, and channels that hand out work and results.
package main

import (
	"sync"
	"time"

	"example.com/rules/record"
)

func main() { record.Main(fires, quiet) }

func fires() {
	turn := make(chan bool, 1)
	// A pool: who has a connection gives it back when done.
	pool := make(chan int, 2)
	pool <- 1
	pool <- 2
	var wg sync.WaitGroup
	for i := 0; i < 10; i++ {
		wg.Add(2)
		go func() { defer wg.Done(); write(turn) }()
		go func() { defer wg.Done(); query(pool) }()
	}
	wg.Wait()
}

func write(turn chan bool) {
	turn <- true
	time.Sleep(12 * time.Millisecond)
	<-turn
}

func query(pool chan int) {
	select {
	case connection := <-pool:
		time.Sleep(12 * time.Millisecond)
		pool <- connection
	case <-time.After(time.Minute):
		panic("no connection")
	}
}

func quiet() {
	work, results := make(chan int), make(chan int)
	var wg sync.WaitGroup
	for i := 0; i < 8; i++ {
		wg.Add(1)
		go func() { defer wg.Done(); worker(work, results) }()
	}
	go func() {
		for i := 0; i < 12; i++ {
			time.Sleep(8 * time.Millisecond)
			work <- i
		}
		close(work)
		wg.Wait()
		close(results)
	}()
	for range results {
	}
	fill(make(chan int))
}

// worker waits for work most of the time.
func worker(work, results chan int) {
	for n := range work {
		results <- n * n
	}
}

// fill has producers that wait for a slow consumer.
func fill(queue chan int) {
	for i := 0; i < 4; i++ {
		go func() {
			for j := 0; j < 3; j++ {
				queue <- j
			}
		}()
	}
	for i := 0; i < 12; i++ {
		<-queue
		time.Sleep(5 * time.Millisecond)
	}
}
