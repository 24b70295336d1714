// Package store is a map under a lock that is held for too long.
package store

import (
	"sync"
	"time"
)

type Store struct {
	mu     sync.Mutex
	values map[string]int
}

func New() *Store { return &Store{values: map[string]int{}} }

func (s *Store) Put(key string, value int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[key] = value
	time.Sleep(15 * time.Millisecond) // as slow as a disk
}
