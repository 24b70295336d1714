// Command request answers three requests one after another and records itself. What each has to wait for is known:
//
//   - a task "request" with a log trace_id=N, begun by a goroutine of its own
//   - 20 ms of "backend" in a child goroutine, for which the request waits on a channel, while
//   - main.hold keeps a lock that the child needs before it sleeps, for 10 ms or more from when the child waits for it
//   - a region "render" of 5 ms at the end
//
// With -slow d the backend takes d longer.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime/trace"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

var (
	slow  = flag.Duration("slow", 0, "longer backend")
	store sync.Mutex
)

func main() {
	log.SetFlags(0)
	flag.Parse()
	out, err := os.Create(flag.Arg(0))
	check(err)
	check(trace.Start(out))
	for i := 1; i <= 3; i++ {
		done := make(chan bool)
		go handle(i, done)
		<-done
	}
	trace.Stop()
	check(out.Close())
}

func handle(n int, done chan<- bool) {
	ctx, task := trace.NewTask(context.Background(), "request")
	trace.Log(ctx, "trace_id", fmt.Sprint(n))
	held := make(chan bool)
	go hold(held)
	<-held
	answer := make(chan int)
	go backend(ctx, answer)
	<-answer
	trace.WithRegion(ctx, "render", func() { time.Sleep(5 * time.Millisecond) })
	task.End()
	done <- true
}

func hold(held chan<- bool) {
	store.Lock()
	held <- true
	for awaited := false; !awaited; {
		awaited = waiters(&store) > 0
		time.Sleep(10 * time.Millisecond)
	}
	store.Unlock()
}

// waiters counts the goroutines that wait for a mutex: its state comes first, with the count above three bits.
func waiters(mutex *sync.Mutex) int32 {
	return atomic.LoadInt32((*int32)(unsafe.Pointer(mutex))) >> 3
}

func backend(ctx context.Context, answer chan<- int) {
	defer trace.StartRegion(ctx, "backend").End()
	store.Lock()
	time.Sleep(20*time.Millisecond + *slow)
	store.Unlock()
	answer <- 1
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
