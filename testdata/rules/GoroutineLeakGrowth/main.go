// Requests that leave a goroutine behind, and requests that do not.
package main

import (
	"time"

	"example.com/rules/record"
)

func main() { record.Main(fires, quiet) }

func fires() {
	for i := 0; i < 150; i++ {
		handle(make(chan int))
	}
}

// handle gives up waiting at once; the goroutine never gets rid of its result.
func handle(results chan int) {
	go query(results)
	select {
	case <-results:
	default:
	}
}

func query(results chan int) { results <- 42 }

func quiet() {
	for i := 0; i < 150; i++ {
		handle(make(chan int, 1))
		time.Sleep(100 * time.Microsecond)
	}
	time.Sleep(20 * time.Millisecond)
}
