// Command garbage allocates from several goroutines faster than the collector marks, and records itself: collections, mark
// assists, sweeps.
//
//	garbage [-for d] FILE
package main

import (
	"flag"
	"log"
	"os"
	"runtime/debug"
	"runtime/trace"
	"sync"
	"time"
)

type node struct {
	next *node
	data [64]byte
}

var duration = flag.Duration("for", time.Second, "how long")

func main() {
	log.SetFlags(0)
	flag.Parse()
	debug.SetGCPercent(10)
	out, err := os.Create(flag.Arg(0))
	check(err)
	check(trace.Start(out))
	start := time.Now()
	var wg sync.WaitGroup
	for i := 0; i < 6; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			allocate(start)
		}()
	}
	wg.Wait()
	trace.Stop()
	check(out.Close())
}

func allocate(start time.Time) {
	var list *node
	for n := 0; time.Since(start) < *duration; n++ {
		if n%20000 == 0 {
			list = nil
		}
		list = &node{next: list}
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
