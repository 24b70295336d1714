// Command paths makes requests whose critical paths are known, each a task whose function says what its path must be.
//
//	paths FILE
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime/trace"
	"sync"
	"time"
)

const ms = time.Millisecond

//go:noinline
func spin(d time.Duration) {
	for t := time.Now(); time.Since(t) < d; {
	}
}

func compute(d time.Duration) { spin(d) }
func jobOne()                 { spin(40 * ms) }
func jobTwo()                 { spin(10 * ms) }

func task(name string, f func()) {
	_, t := trace.NewTask(context.Background(), name)
	f()
	t.End()
}

func call(c *http.Client, url string) {
	r, err := c.Get(url)
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, r.Body)
	r.Body.Close()
}

func server() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(10 * ms)
		fmt.Fprint(w, "ok")
	}))
	return "http://" + l.Addr().String()
}

// Several requests, one after the other, on a connection that is kept alive: 30 ms of its own, 10 ms network.
func keepalive(url string) {
	c := &http.Client{Transport: &http.Transport{}}
	call(c, url)
	for i := 0; i < 3; i++ {
		task("keepalive", func() { compute(30 * ms); call(c, url) })
	}
	c.CloseIdleConnections()
}

// One connection for two requests: the second computes 20 ms, waits for the first one's response and then its own.
func connpool(url string) {
	c := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
	call(c, url)
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); time.Sleep(15 * ms); call(c, url) }()
	go func() { defer wg.Done(); task("connpool", func() { compute(20 * ms); call(c, url) }) }()
	wg.Wait()
	c.CloseIdleConnections()
}

type job struct {
	f    func()
	done chan bool
}

// One worker: it does the other's job for 40 ms, then this one's for 10; 20 ms of its own before.
func workerpool() {
	jobs := make(chan job, 8)
	go worker(jobs)
	first := job{jobOne, make(chan bool)}
	jobs <- first
	task("workerpool", func() {
		compute(20 * ms)
		second := job{jobTwo, make(chan bool)}
		jobs <- second
		<-second.done
	})
	close(jobs)
}

func worker(jobs chan job) {
	for j := range jobs {
		j.f()
		select {
		case j.done <- true:
		default:
			go func() { j.done <- true }()
		}
	}
}

// An idle worker: 20 ms of its own, 10 of the worker.
func idleworker() {
	jobs := make(chan job)
	go worker(jobs)
	time.Sleep(20 * ms)
	task("idleworker", func() {
		compute(20 * ms)
		one := job{jobTwo, make(chan bool)}
		jobs <- one
		<-one.done
	})
	close(jobs)
}

// A semaphore: 20 ms of its own, then some 20 ms of the holder's sleep, then 10 ms of its own again.
func semaphore() {
	sem := make(chan bool, 1)
	sem <- true
	go func() { time.Sleep(40 * ms); <-sem }()
	task("semaphore", func() {
		compute(20 * ms)
		sem <- true
		compute(10 * ms)
	})
}

// Work that it started itself: 40 ms of jobOne, although it computed 10 ms meanwhile.
func fanout() {
	task("fanout", func() {
		done := make(chan bool)
		go func() { jobOne(); done <- true }()
		compute(10 * ms)
		<-done
	})
}

func main() {
	f, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	if err := trace.Start(f); err != nil {
		panic(err)
	}
	url := server()
	keepalive(url)
	connpool(url)
	workerpool()
	idleworker()
	semaphore()
	fanout()
	trace.Stop()
	f.Close()
}
