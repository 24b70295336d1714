// Command regions does a little of everything, in functions that open a region of runtime/trace around all they do. The
// regions have the functions' names, so that what Go makes of the regions can be compared with what gotrace makes of the
// calls.
package main

import (
	"context"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/trace"
	"sync"
	"time"
)

var (
	ctx   = context.Background()
	mutex sync.RWMutex
	once  sync.Once
	jobs  = make(chan int)
	quit  = make(chan bool)
	kept  = make([][]byte, 64)
)

func main() {
	runtime.GOMAXPROCS(2)
	debug.SetGCPercent(5)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go echo(listener)
	var group sync.WaitGroup
	for i := range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			work(i, listener.Addr().String())
		}()
	}
	for i := range 200 {
		jobs <- i
	}
	close(quit)
	wait(&group)
}

// What the other end of the connections does has no region.
func echo(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			b := make([]byte, 1)
			for {
				if _, err := c.Read(b); err != nil {
					return
				}
				time.Sleep(200 * time.Microsecond)
				c.Write(b)
			}
		}()
	}
}

func work(number int, address string) {
	defer trace.StartRegion(ctx, "main.work").End()
	for {
		job, ok := next()
		if !ok {
			return
		}
		switch job % 8 {
		case 0:
			ask(address)
		case 1:
			doOnce()
		case 2:
			write(number)
		case 3:
			read(number)
		case 4:
			collect()
		case 5:
			recovers(job)
		case 6:
			descend(job%10 + 1)
		case 7:
			allocate()
		}
	}
}

func next() (int, bool) {
	defer trace.StartRegion(ctx, "main.next").End()
	select {
	case job := <-jobs:
		return job, true
	case <-quit:
		return 0, false
	}
}

func ask(address string) {
	defer trace.StartRegion(ctx, "main.ask").End()
	c, err := net.Dial("tcp", address)
	if err != nil {
		panic(err)
	}
	defer c.Close()
	for range 3 {
		c.Write([]byte{1})
		c.Read(make([]byte, 1))
	}
}

func doOnce() {
	defer trace.StartRegion(ctx, "main.doOnce").End()
	once.Do(func() { time.Sleep(2 * time.Millisecond) })
	time.Sleep(time.Millisecond)
}

func write(number int) {
	defer trace.StartRegion(ctx, "main.write").End()
	mutex.Lock()
	defer mutex.Unlock()
	time.Sleep(500 * time.Microsecond)
	allocate()
}

func read(number int) {
	defer trace.StartRegion(ctx, "main.read").End()
	mutex.RLock()
	defer mutex.RUnlock()
	spin(2 * time.Millisecond)
}

func collect() {
	defer trace.StartRegion(ctx, "main.collect").End()
	runtime.GC()
	os.ReadFile("/proc/self/maps")
}

func recovers(job int) {
	defer trace.StartRegion(ctx, "main.recovers").End()
	defer func() { recover() }()
	fail(job)
}

func fail(job int) {
	defer trace.StartRegion(ctx, "main.fail").End()
	answer := make(chan int)
	go func() { time.Sleep(time.Millisecond); answer <- job }()
	panic(<-answer)
}

func descend(depth int) {
	defer trace.StartRegion(ctx, "main.descend").End()
	if depth > 0 {
		spin(100 * time.Microsecond)
		descend(depth - 1)
		return
	}
	runtime.Gosched()
	time.Sleep(300 * time.Microsecond)
}

func allocate() {
	defer trace.StartRegion(ctx, "main.allocate").End()
	for i := range 2000 {
		kept[i%len(kept)] = make([]byte, 1<<12)
	}
}

func spin(d time.Duration) {
	defer trace.StartRegion(ctx, "main.spin").End()
	for begin := time.Now(); time.Since(begin) < d; {
	}
}

func wait(group *sync.WaitGroup) {
	defer trace.StartRegion(ctx, "main.wait").End()
	group.Wait()
}
