// Goroutines that allocate faster than the GC marks, and goroutines that reuse.
package main

import (
	"runtime/debug"
	"sync"

	"example.com/rules/record"
)

func main() {
	live = build(17)
	debug.SetGCPercent(10)
	record.Main(fires, quiet)
}

type node struct{ left, right *node }

var live *node

func build(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{build(depth - 1), build(depth - 1)}
}

func fires() {
	workers(func() {
		for i := 0; i < 100; i++ {
			parse()
		}
	})
}

// parse makes a small tree and forgets it.
func parse() *node { return build(8) }

func quiet() {
	workers(func() {
		tree := parse()
		for i := 0; i < 2000; i++ {
			refill(tree)
		}
	})
}

// refill walks a tree that is there.
func refill(n *node) {
	if n != nil {
		refill(n.left)
		refill(n.right)
	}
}

func workers(work func()) {
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			work()
		}()
	}
	wg.Wait()
}
