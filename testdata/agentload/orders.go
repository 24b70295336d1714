package main

import (
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"time"
)

type line struct {
	Article string `json:"article"`
	Count   int    `json:"count"`
	Price   int    `json:"price"`
}

var stock = struct {
	sync.Mutex
	sold map[string]int
}{sold: map[string]int{}}

// order answers an order as a service does: it parses JSON, computes for about 300 µs, waits for a database, which is a
// timer here, changes what is under a lock, and writes JSON.
func order(w http.ResponseWriter, r *http.Request) {
	var lines []line
	if err := json.NewDecoder(r.Body).Decode(&lines); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	sum := sha256.Sum256([]byte(r.URL.Path))
	for i := 0; i < 2000; i++ {
		sum = sha256.Sum256(sum[:])
	}
	time.Sleep(2 * time.Millisecond)
	total := 0
	stock.Lock()
	for _, each := range lines {
		stock.sold[each.Article] += each.Count
		total += each.Count * each.Price
	}
	stock.Unlock()
	json.NewEncoder(w).Encode(map[string]any{"total": total, "seal": sum[:4]})
}

// storm makes as many events of the tracer as it can for ?ms=, by goroutines that wait for each other.
func storm(w http.ResponseWriter, r *http.Request) {
	ms, _ := strconv.Atoi(r.URL.Query().Get("ms"))
	end := time.Now().Add(time.Duration(ms) * time.Millisecond)
	var all sync.WaitGroup
	for i := 0; i < 2*runtime.GOMAXPROCS(0); i++ {
		to, from := make(chan int), make(chan int)
		all.Add(1)
		go func() {
			defer all.Done()
			defer close(to)
			for n := 0; time.Now().Before(end); n++ {
				to <- n
				<-from
			}
		}()
		go func() {
			defer close(from)
			for n := range to {
				from <- n
			}
		}()
	}
	all.Wait()
}

// burn keeps every processor busy, and far more goroutines waiting for one, until the client goes away.
func burn(_ http.ResponseWriter, r *http.Request) {
	for i := 0; i < 60*runtime.GOMAXPROCS(0); i++ {
		go func() {
			for sum := sha256.Sum256(nil); r.Context().Err() == nil; {
				sum = sha256.Sum256(sum[:])
			}
		}()
	}
	<-r.Context().Done()
}
