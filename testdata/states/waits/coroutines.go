//go:build go1.23

package main

import (
	"iter"
	"time"
)

// The iterator runs as a coroutine: while it sleeps, whoever asked it for a value is parked.
func coroutines() {
	var least time.Duration
	next, end := iter.Pull(func(yield func(int) bool) {
		begin := time.Now()
		time.Sleep(length)
		least = time.Since(begin)
		yield(1)
	})
	defer end()
	timed("pull", "other", length, func(t *times) { pull(t, next) })
	waits[len(waits)-1].Least = int64(least)
}

func pull(t *times, next func() (int, bool)) {
	t.begin = time.Now()
	next()
	t.end = time.Now()
}
