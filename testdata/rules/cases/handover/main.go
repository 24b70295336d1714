// A goroutine that holds a lock for long while three wait, which then wake each other at once.
package main

import (
	"sync"
	"time"

	"example.com/rules/record"
)

func main() { record.Main(load, load) }

var mu sync.Mutex

func load() {
	var wg sync.WaitGroup
	held := make(chan bool)
	wg.Add(4)
	go func() { defer wg.Done(); reload(held) }()
	<-held
	for i := 0; i < 3; i++ {
		go func() { defer wg.Done(); read() }()
	}
	wg.Wait()
}

// reload does under the lock what takes long.
func reload(held chan bool) {
	mu.Lock()
	defer mu.Unlock()
	close(held)
	time.Sleep(120 * time.Millisecond)
}

func read() {
	mu.Lock()
	mu.Unlock()
}
