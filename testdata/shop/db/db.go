// Package db stands for a database with one connection: every query takes a round trip on it.
package db

import (
	"sync"
	"time"
)

// DB is a connection, which takes one query at a time.
type DB struct {
	mu     sync.Mutex
	prices map[int]int
}

// Open connects.
func Open() *DB {
	prices := map[int]int{}
	for id := 1; id <= 100; id++ {
		prices[id] = id * 10
	}
	return &DB{prices: prices}
}

// Query returns the prices of articles.
func (d *DB) Query(ids ...int) []int {
	d.mu.Lock()
	defer d.mu.Unlock()
	time.Sleep(time.Millisecond)
	result := make([]int, len(ids))
	for i, id := range ids {
		result[i] = d.prices[id]
	}
	return result
}
