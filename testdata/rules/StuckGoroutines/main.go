// Goroutines that wait for a channel that nobody closes, and goroutines that are told to end.
package main

import (
	"time"

	"example.com/rules/record"
)

func main() { record.Main(fires, quiet) }

func fires() { subscribe(80, make(chan struct{})) }

func subscribe(n int, closing chan struct{}) {
	for i := 0; i < n; i++ {
		go listen(closing)
	}
	time.Sleep(150 * time.Millisecond)
}

func listen(closing chan struct{}) { <-closing }

func quiet() {
	closing := make(chan struct{})
	subscribe(80, closing)
	close(closing)
	time.Sleep(10 * time.Millisecond)
}
