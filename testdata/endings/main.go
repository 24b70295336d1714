// Endings makes 1000 calls and then ends in the way that its argument names: none of the calls may be lost.
package main

import (
	"fmt"
	"log"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func step(i int) int { return i + 1 }

func work() {
	for i := 0; i < 1000; i = step(i) {
	}
}

func main() {
	log.SetFlags(0)
	work()
	end(os.Args[1])
	fmt.Println("returned")
}

var table = map[int]int{}

func end(how string) {
	switch how {
	case "return":
	case "exit":
		os.Exit(3)
	case "exit in goroutine":
		go func() { os.Exit(4) }()
		select {}
	case "fatal":
		log.Fatal("fatal")
	case "panic":
		panic("panic")
	case "panic in goroutine":
		go func() { panic("panic in goroutine") }()
		select {}
	case "nil":
		var p *int
		*p = 1
	case "recovered":
		recovered()
		recoversOwn()
	case "goexit":
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			defer wg.Done()
			leave()
		}()
		wg.Wait()
	case "main goexit":
		runtime.Goexit()
	case "deadlock":
		var mu sync.Mutex
		mu.Lock()
		mu.Lock()
	case "map":
		for i := 0; i < 4; i++ {
			go func() {
				for {
					table[1]++
				}
			}()
		}
		select {}
	case "overflow":
		overflow(1)
	case "memory":
		memory()
	case "SIGKILL", "SIGTERM", "SIGSEGV", "SIGQUIT", "SIGABRT":
		kill(how)
	case "handled":
		handled()
	case "exec":
		if err := syscall.Exec("/proc/self/exe", []string{os.Args[0], "return"}, os.Environ()); err != nil {
			log.Fatal(err)
		}
	case "wait":
		fmt.Println("waiting")
		time.Sleep(time.Minute)
	}
}

func leave() { runtime.Goexit() }

func recovered() {
	defer func() { fmt.Println("recovered:", recover()) }()
	throws()
}

// recoversOwn panics itself; while it does, a deferred call panics and recovers too.
func recoversOwn() {
	defer func() { fmt.Println("own:", recover()) }()
	defer recoversWithin()
	panic("own")
}

func recoversWithin() {
	defer func() { fmt.Println("within:", recover()) }()
	panic("within")
}

func throws() { panic("caught") }

func overflow(n int) int { return overflow(n+1) + 1 }

func memory() {
	var limit syscall.Rlimit
	limit.Cur, limit.Max = 1<<32, 1<<32
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &limit); err != nil {
		log.Fatal(err)
	}
	var kept [][]byte
	for {
		kept = append(kept, make([]byte, 1<<30))
	}
}

func kill(name string) {
	numbers := map[string]syscall.Signal{
		"SIGKILL": syscall.SIGKILL, "SIGTERM": syscall.SIGTERM, "SIGSEGV": syscall.SIGSEGV,
		"SIGQUIT": syscall.SIGQUIT, "SIGABRT": syscall.SIGABRT,
	}
	syscall.Kill(os.Getpid(), numbers[name])
	time.Sleep(10 * time.Second)
}

func handled() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGTERM)
	syscall.Kill(os.Getpid(), syscall.SIGTERM)
	fmt.Println("handled:", <-c)
}
