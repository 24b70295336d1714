package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

var served, slow uint64

// serve answers requests of its own clients, `rate` a second, for some seconds. Each request makes
// some thousand calls; every twenty seconds, one of them waits for a disk. It prints what it did.
func serve(seconds, rate int) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/order", order)
	go http.Serve(listener, mux)
	fmt.Println("pid", os.Getpid())
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	var clients sync.WaitGroup
	for c := 0; c < 4; c++ {
		clients.Add(1)
		go client(listener.Addr().String(), end, 4*time.Second/time.Duration(rate), c, &clients)
	}
	clients.Wait()
	fmt.Println("requests", atomic.LoadUint64(&served))
	fmt.Println("slow", atomic.LoadUint64(&slow))
	fmt.Println("goroutines", runtime.NumGoroutine())
}

func client(addr string, end time.Time, every time.Duration, c int, done *sync.WaitGroup) {
	defer done.Done()
	next, slowly := time.Now(), time.Now().Add(5*time.Second)
	for i := 0; time.Now().Before(end); i++ {
		path := "/order?id=" + strconv.Itoa(i)
		if c == 0 && time.Now().After(slowly) {
			path += "&slow=1"
			slowly = slowly.Add(20 * time.Second)
		}
		get("http://" + addr + path)
		next = next.Add(every)
		time.Sleep(time.Until(next))
	}
}

func get(url string) {
	response, err := http.Get(url)
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	io.Copy(io.Discard, response.Body)
}

func order(w http.ResponseWriter, r *http.Request) {
	atomic.AddUint64(&served, 1)
	id, _ := strconv.Atoi(r.FormValue("id"))
	sum := price(id)
	if r.FormValue("slow") != "" {
		atomic.AddUint64(&slow, 1)
		load()
	}
	fmt.Fprintln(w, sum)
}

func price(id int) (sum int) {
	for i := 0; i < 100; i++ {
		sum += discount(id, i)
	}
	return sum
}

func discount(id, i int) (sum int) {
	for j := 0; j < 10; j++ {
		sum += rule(id, i, j)
	}
	return sum
}

func rule(id, i, j int) int { return (id ^ i*j) & 7 }

func load() { waitForDisk() }

func waitForDisk() { time.Sleep(700 * time.Millisecond) }
