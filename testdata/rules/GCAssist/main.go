// Large allocations during GC cycles over much live memory, and few allocations with a generous GC.
package main

import (
	"runtime/debug"
	"sync"

	"example.com/rules/record"
)

func main() {
	live = build(20)
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
	debug.SetGCPercent(5)
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := 0; j < 3; j++ {
				decode()
			}
		}()
	}
	wg.Wait()
}

// decode makes many pointers at once.
func decode() []*node {
	nodes := make([]*node, 1<<15)
	for i := range nodes {
		nodes[i] = &node{}
	}
	return nodes
}

func quiet() {
	debug.SetGCPercent(400)
	for j := 0; j < 12; j++ {
		buffer = make([]byte, 1<<10)
	}
}

var buffer []byte
