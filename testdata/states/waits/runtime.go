package main

import (
	"runtime"
	"sync"
	"time"
)

// Six goroutines compute until the same moment on two processors. What they do not run on those, they were ready to; and
// none was off its processor for longer than its clock stood still.
func oversubscribed() {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	const spinners = 6
	until := time.Now().Add(4 * length)
	all := make([]times, spinners)
	still := make([]time.Duration, spinners)
	var done sync.WaitGroup
	for i := range all {
		done.Add(1)
		go func(t *times) {
			defer done.Done()
			t.before = time.Now()
			still[i] = spin(t, until)
			t.after = time.Now()
		}(&all[i])
	}
	done.Wait()
	w := wait{Function: "main.spin", State: "runnable"}
	first, last := all[0].begin, all[0].end
	for i, t := range all {
		w.add(t, 0, still[i])
		if t.begin.Before(first) {
			first = t.begin
		}
		if t.end.After(last) {
			last = t.end
		}
	}
	w.Least = max(0, w.Inner-2*int64(last.Sub(first)))
	waits = append(waits, w)
}

// Returns how long its clock stood still.
func spin(t *times, until time.Time) time.Duration {
	t.begin = time.Now()
	var still time.Duration
	at := t.begin
	for at.Before(until) {
		now := time.Now()
		if now.Sub(at) > 5*time.Microsecond {
			still += now.Sub(at)
		}
		at = now
	}
	t.end = at
	return still
}

// Several goroutines ask for collections at once: they wait for them, and for one another.
func collections() {
	const askers = 3
	all := make([]times, askers)
	var done sync.WaitGroup
	for i := range all {
		done.Add(1)
		go func(t *times) {
			defer done.Done()
			t.before = time.Now()
			collect(t)
			t.after = time.Now()
		}(&all[i])
	}
	done.Wait()
	w := wait{Function: "main.collect", State: "gc"}
	for _, t := range all {
		w.add(t, 0, t.end.Sub(t.begin))
	}
	waits = append(waits, w)
}

func collect(t *times) {
	t.begin = time.Now()
	for range 5 {
		runtime.GC()
	}
	t.end = time.Now()
}
