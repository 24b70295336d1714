// The program of scripts/sweep-arch.mjs: the same calls on every system and processor.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"
)

//go:noinline
func leaf(i int) int { return i + 1 }

func down(depth, n int) int {
	if depth > 0 {
		return down(depth-1, n)
	}
	sum := 0
	for i := 0; i < n; i++ {
		sum += leaf(i)
	}
	return sum
}

func worker(n int, done *sync.WaitGroup) {
	defer done.Done()
	down(3, n)
}

func workers(n int) {
	var done sync.WaitGroup
	for i := 0; i < n; i++ {
		done.Add(1)
		go worker(i, &done)
	}
	done.Wait()
}

func divide(a, b int) int { return a / b }

func at(s []int, i int) int { return s[i] }

func follow(p *int) int { return *p }

func fail() { panic(errors.New("failed")) }

func leave() { runtime.Goexit() }

func catch(f func()) {
	defer func() { recover() }()
	f()
}

func ends() {
	catch(func() { divide(1, leaf(-1)) })
	catch(func() { at(nil, leaf(1)) })
	catch(func() { follow(nil) })
	catch(fail)
	var done sync.WaitGroup
	done.Add(1)
	go func() {
		defer done.Done()
		leave()
	}()
	done.Wait()
}

// pace says what a call takes at a depth, for people.
func pace(depth int) {
	const calls = 2000
	start := time.Now()
	down(depth, calls)
	fmt.Printf("depth %d: %.1f us a call\n", depth, float64(time.Since(start).Nanoseconds())/1000/float64(calls+depth))
}

func main() {
	mode := os.Args[1]
	down(10, 1000)
	pace(0)
	pace(100)
	workers(50)
	ends()
	if mode != "close" { // which closes what sleeping needs
		// Goroutines tell that they are done before they return.
		time.Sleep(200 * time.Millisecond)
	}
	switch mode {
	case "close":
		closeAll()
		down(0, 300000)
	case "kill":
		self, _ := os.FindProcess(os.Getpid())
		self.Kill()
		time.Sleep(time.Minute)
	case "panic":
		fail()
	case "exit":
		os.Exit(7)
	}
}
