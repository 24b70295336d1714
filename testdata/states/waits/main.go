// Command waits waits for everything that a goroutine can wait for, and says for how long, as JSON: an object for each
// function that waits.
//
// It knows bounds of each wait that hold however busy the machine is. A wait lasts at least from when the goroutine is
// seen parked until right before it is woken, and at most from right before the operation until right after the one who
// wakes it has done so.
package main

import (
	"encoding/json"
	"os"
	"runtime"
	"strings"
	"time"
)

// What a function waited for and for how long, nanoseconds: sums over its calls.
type wait struct {
	Function string `json:"function"`
	State    string `json:"state"`
	Calls    int    `json:"calls"`
	// Bounds of the wait.
	Least int64 `json:"least"`
	Most  int64 `json:"most"`
	// Bounds of the calls' durations: taken within the calls, and around them.
	Inner int64 `json:"inner"`
	Outer int64 `json:"outer"`
}

// Times of a call.
type times struct {
	before, begin, end, after time.Time
}

const length = 20 * time.Millisecond

var waits []wait

func main() {
	locks()
	signals()
	channels()
	timers()
	files()
	network()
	processes()
	coroutines()
	calls()
	oversubscribed()
	collections()
	json.NewEncoder(os.Stdout).Encode(waits)
}

// Measures calls of the function main.NAME on as many goroutines, which wake ends. Where the runtime's poller, a timer or
// the kernel stands between wake and the goroutine, the wait may last until the operation ends.
func measure(name, state string, calls int, indirect bool, f func(*times), wake func()) {
	all := make([]times, calls)
	done := make(chan bool)
	for i := range all {
		go func(t *times) {
			t.before = time.Now()
			f(t)
			t.after = time.Now()
			done <- true
		}(&all[i])
	}
	for parked("main."+name) < calls {
		time.Sleep(100 * time.Microsecond)
	}
	seen := time.Now()
	time.Sleep(length)
	least := time.Since(seen)
	wake()
	woken := time.Now()
	for range all {
		<-done
	}
	w := wait{Function: "main." + name, State: state}
	for _, t := range all {
		until := woken
		if indirect {
			until = t.end
		}
		w.add(t, least, until.Sub(t.begin))
	}
	waits = append(waits, w)
}

func (w *wait) add(t times, least, most time.Duration) {
	w.Calls++
	w.Least += int64(least)
	w.Most += int64(most)
	w.Inner += int64(t.end.Sub(t.begin))
	w.Outer += int64(t.after.Sub(t.before))
}

// How many goroutines are parked in a function or in what it calls.
func parked(function string) int {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	count := 0
	for _, stack := range strings.Split(string(stacks), "\n\n") {
		head, frames, _ := strings.Cut(stack, "\n")
		if !strings.Contains(head, "[run") && strings.Contains(frames, function+"(") {
			count++
		}
	}
	return count
}
