// Eight goroutines with one lock, and with a lock each. No single wait is long.
package main

import (
	"sync"
	"time"

	"example.com/rules/record"
)

func main() { record.Main(fires, quiet) }

type shard struct {
	mu    sync.Mutex
	total int
}

func (s *shard) add(n int) {
	s.mu.Lock()
	// Sleeping gives up the lock's P but not the lock, as a write to a socket would.
	time.Sleep(50 * time.Microsecond)
	s.total += n
	s.mu.Unlock()
}

func fires() {
	var one shard
	workers(func(int) *shard { return &one })
}

func quiet() {
	var shards [8]shard
	workers(func(n int) *shard { return &shards[n] })
}

func workers(shardOf func(n int) *shard) {
	var wg sync.WaitGroup
	for i := 0; i < 8; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := 0; j < 20; j++ {
				shardOf(i).add(j)
			}
		}()
	}
	wg.Wait()
}
