// Command server answers its own HTTP requests over loopback, as many as it can, and records itself: a large trace of what
// servers do. Used for measuring the reader's speed.
//
//	server [-clients n] [-for d] FILE
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime/trace"
	"sync"
	"time"
)

var (
	clients  = flag.Int("clients", 50, "concurrent clients")
	duration = flag.Duration("for", 10*time.Second, "how long")
)

func main() {
	log.SetFlags(0)
	flag.Parse()
	out, err := os.Create(flag.Arg(0))
	check(err)
	check(trace.Start(out))
	var mu sync.Mutex
	hits := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, task := trace.NewTask(r.Context(), "request")
		defer task.End()
		results := make(chan string)
		for i := 0; i < 3; i++ {
			go func() {
				defer trace.StartRegion(ctx, "part").End()
				mu.Lock()
				hits[r.URL.Path]++
				n := hits[r.URL.Path]
				mu.Unlock()
				results <- fmt.Sprint(n)
			}()
		}
		var parts []string
		for i := 0; i < 3; i++ {
			parts = append(parts, <-results)
		}
		json.NewEncoder(w).Encode(parts)
	}))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: *clients}}
	var wg sync.WaitGroup
	start := time.Now()
	for i := 0; i < *clients; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for time.Since(start) < *duration {
				res, err := client.Get(fmt.Sprintf("%s/%d", server.URL, i%10))
				check(err)
				io.Copy(io.Discard, res.Body)
				res.Body.Close()
			}
		}()
	}
	wg.Wait()
	server.Close()
	trace.Stop()
	check(out.Close())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
