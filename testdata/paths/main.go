// A query engine that does nothing, on as many call paths as it is told: `paths 100000`.
//
// Which function calls which is drawn from a fixed seed, so every run takes the same paths.
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"example.com/paths/parse"
	"example.com/paths/plan"
	"example.com/paths/store"
)

func main() {
	want, workers := 2000, 4
	if len(os.Args) > 1 {
		want, _ = strconv.Atoi(os.Args[1])
	}
	if len(os.Args) > 2 {
		workers, _ = strconv.Atoi(os.Args[2])
	}
	serve(want, workers)
}

func serve(want, workers int) {
	var wg sync.WaitGroup
	for i := 0; i < workers; i++ {
		wg.Add(1)
		go worker(uint32(i), want/workers, &wg)
		time.Sleep(200 * time.Microsecond)
	}
	wg.Wait()
	fmt.Println("done")
}

func worker(seed uint32, paths int, wg *sync.WaitGroup) {
	defer wg.Done()
	query(seed, paths)
}

func query(seed uint32, paths int) {
	walk := store.Walk{Seed: seed*2654435761 + 1, Left: paths}
	for walk.Left > 0 {
		parse.Statement(&walk)
		plan.Build(&walk)
		commit(&walk)
	}
}

func commit(walk *store.Walk) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		walk.Flush()
	}()
	wg.Wait()
}
