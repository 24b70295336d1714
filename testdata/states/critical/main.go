// Requests whose critical paths are known: each waits for something else that sleeps.
package main

import (
	"sync"
	"time"
)

const (
	long  = 60 * time.Millisecond
	short = 5 * time.Millisecond
)

func main() {
	fanOut()
	locked()
	queued()
	piped()
}

// fanOut waits for three goroutines, of which one takes long.
func fanOut() {
	var wg sync.WaitGroup
	for _, d := range []time.Duration{short, long, short} {
		wg.Add(1)
		go func(d time.Duration) {
			defer wg.Done()
			branch(d)
		}(d)
	}
	wg.Wait()
}

func branch(d time.Duration) { time.Sleep(d) }

// locked waits for a lock that other code holds.
func locked() {
	var mu sync.Mutex
	held := make(chan bool)
	go hold(&mu, held)
	<-held
	needLock(&mu)
}

func hold(mu *sync.Mutex, held chan bool) {
	mu.Lock()
	held <- true
	time.Sleep(long)
	mu.Unlock()
}

func needLock(mu *sync.Mutex) {
	mu.Lock()
	mu.Unlock()
}

// queued waits for a worker that is busy with another job, and then for its own.
func queued() {
	jobs := make(chan func())
	go worker(jobs)
	jobs <- otherJob
	ask(jobs)
}

func worker(jobs chan func()) {
	for job := range jobs {
		job()
	}
}

func ask(jobs chan func()) {
	done := make(chan bool)
	jobs <- func() { ownJob(); done <- true }
	<-done
}

func otherJob() { time.Sleep(long) }

func ownJob() { time.Sleep(long) }

// piped waits for the last of three stages, which wait for one another.
func piped() {
	first, second, third := make(chan int), make(chan int), make(chan int)
	go stageOne(first)
	go stageTwo(first, second)
	go stageThree(second, third)
	<-third
}

func stageOne(out chan int) { time.Sleep(long); out <- 1 }

func stageTwo(in, out chan int) { v := <-in; time.Sleep(long); out <- v }

func stageThree(in, out chan int) { v := <-in; time.Sleep(long); out <- v }
