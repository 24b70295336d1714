// A cache that only grows, and buffers that are garbage soon.
package main

import (
	"runtime"
	"runtime/debug"
	"time"

	"example.com/rules/record"
)

func main() {
	debug.SetGCPercent(20)
	record.Main(fires, quiet)
}

var cache [][]byte

func fires() {
	for i := 0; i < 12; i++ {
		cache = append(cache, fetch())
		time.Sleep(2 * time.Millisecond)
	}
	runtime.KeepAlive(cache)
}

func fetch() []byte { return make([]byte, 10<<20) }

var last []byte

func quiet() {
	for i := 0; i < 4; i++ {
		last = fetch()
		time.Sleep(5 * time.Millisecond)
	}
}
