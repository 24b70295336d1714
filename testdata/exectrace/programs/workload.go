// Command workload does a little of everything that an execution trace shows, and records itself.
//
//	workload [-rounds n] [-workers n] [-steps n] [-cpu] [-for d] [-pause d] FILE
//
// Made for every Go from 1.22 on: standard library only, no newer language.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"runtime/trace"
	"sync"
	"time"
)

var (
	rounds   = flag.Int("rounds", 3, "rounds of work, each after the other")
	workers  = flag.Int("workers", 4, "goroutines of a round")
	steps    = flag.Int("steps", 10, "steps of a goroutine")
	cpu      = flag.Bool("cpu", false, "CPU profile at the same time")
	duration = flag.Duration("for", 0, "rounds for so long, whatever -rounds says")
	pause    = flag.Duration("pause", 0, "sleep between rounds")
)

var sink []byte

func main() {
	log.SetFlags(0)
	flag.Parse()
	debug.SetGCPercent(5) // GC cycles without runtime.GC, which yields thousands of times
	out, err := os.Create(flag.Arg(0))
	check(err)
	if *cpu {
		check(pprof.StartCPUProfile(io.Discard))
	}
	check(trace.Start(out))
	start := time.Now()
	for i := 0; i < *rounds || time.Since(start) < *duration; i++ {
		round(i)
		time.Sleep(*pause)
	}
	trace.Stop()
	if *cpu {
		pprof.StopCPUProfile()
	}
	check(out.Close())
}

func round(n int) {
	ctx, task := trace.NewTask(context.Background(), "round")
	defer task.End()
	trace.Logf(ctx, "round", "number %d \"quoted\" ünï\n", n)
	var (
		mu    sync.Mutex
		wg    sync.WaitGroup
		jobs  = make(chan int)
		total int
	)
	for i := 0; i < *workers; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			worker(ctx, jobs, &mu, &total)
		}()
	}
	for i := 0; i < *workers**steps; i++ {
		jobs <- i
	}
	close(jobs)
	wg.Wait()
	network(ctx)
	pipe(ctx)
	runtime.ReadMemStats(new(runtime.MemStats))
}

func worker(ctx context.Context, jobs <-chan int, mu *sync.Mutex, total *int) {
	ctx, task := trace.NewTask(ctx, "worker")
	defer task.End()
	for job := range jobs {
		trace.WithRegion(ctx, "step", func() {
			defer trace.StartRegion(ctx, "inner").End()
			mu.Lock()
			*total += spin(job)
			mu.Unlock()
			sink = bytes.Repeat([]byte{byte(job)}, 10000)
			trace.Log(ctx, "job", fmt.Sprint("job ", job%100))
		})
		if job%7 == 0 {
			time.Sleep(50 * time.Microsecond)
		}
		if job%5 == 0 {
			runtime.Gosched()
		}
	}
}

func spin(n int) int {
	for i := 0; i < 2000; i++ {
		n = n*31 + i
	}
	return n
}

func network(ctx context.Context) {
	defer trace.StartRegion(ctx, "network").End()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	defer l.Close()
	go func() {
		c, err := l.Accept()
		check(err)
		io.Copy(c, c)
		c.Close()
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	check(err)
	defer c.Close()
	for i := 0; i < 3; i++ {
		_, err := c.Write([]byte("ping"))
		check(err)
		_, err = io.ReadFull(c, make([]byte, 4))
		check(err)
	}
}

func pipe(ctx context.Context) {
	defer trace.StartRegion(ctx, "pipe").End()
	r, w, err := os.Pipe()
	check(err)
	go func() {
		time.Sleep(100 * time.Microsecond)
		w.Write([]byte("x"))
		w.Close()
	}()
	_, err = io.ReadAll(r)
	check(err)
	r.Close()
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
