// Slow work under a lock, and slow work outside of it; a wait that began before the recording and does not end in it.
// Waiting for a WaitGroup is not contention.
package main

import (
	"os"
	"sync"
	"time"

	"example.com/rules/record"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "fires" {
		lost.Lock()
		go forgotten()
		time.Sleep(10 * time.Millisecond)
	}
	record.Main(fires, quiet)
}

var lost sync.Mutex

func forgotten() { lost.Lock() }

type store struct {
	mu    sync.Mutex
	items map[int]int
}

func fires() {
	s := &store{items: map[int]int{}}
	workers(6, func(n int) { s.putSlowly(n) })
}

func (s *store) putSlowly(n int) {
	s.mu.Lock()
	time.Sleep(4 * time.Millisecond) // a call of a database, say
	s.items[n]++
	s.mu.Unlock()
}

func quiet() {
	s := &store{items: map[int]int{}}
	workers(6, func(n int) {
		time.Sleep(4 * time.Millisecond)
		s.mu.Lock()
		s.items[n]++
		s.mu.Unlock()
	})
}

func workers(n int, work func(n int)) {
	var wg sync.WaitGroup
	for i := 0; i < n; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := 0; j < 4; j++ {
				work(i)
			}
		}()
	}
	wg.Wait()
}
