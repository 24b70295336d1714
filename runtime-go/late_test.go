//go:build linux
// +build linux

package rt_test

// Calls that began during a pause and go on after it.

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	rt "gotrace.internal/rt"
)

// stages are functions that call one another in a ring: each has one caller, whatever
// path leads to it. Of the sites, the last is that of go statements.
var stage [9]uint32

func stageFunction(n int) {
	defer rt.Enter(&stage[0])()
	for i := 0; n > 0 && i < 2; i++ {
		stageValue{n - 1}.method()
	}
}

type stageValue struct{ n int }

func (s stageValue) method() {
	defer rt.Enter(&stage[1])()
	if s.n > 0 {
		func(n int) {
			defer rt.Enter(&stage[2])()
			if n > 0 {
				stageDeferring(n - 1)
			}
		}(s.n - 1)
	}
}

func stageDeferring(n int) {
	defer rt.Enter(&stage[3])()
	if n > 0 {
		defer stageRecovering(n - 1)
		defer stageRecovering(n - 1)
	}
}

func stageRecovering(n int) {
	defer rt.Enter(&stage[4])()
	defer func() { recover() }()
	if n > 0 {
		stagePanicking(n - 1)
	}
}

func stagePanicking(n int) {
	defer rt.Enter(&stage[5])()
	defer stageCleaning()
	if n > 0 {
		stageSpawning(n - 1)
	}
	panic(n)
}

// stageCleaning is called while a panic is on its way, when one cannot tell which calls on
// the stack have ended.
func stageCleaning() {
	defer rt.Enter(&stageCleaningSite)()
	stageSweeping()
}

func stageSweeping() {
	defer rt.Enter(&stageSweepingSite)()
}

var stageCleaningSite, stageSweepingSite uint32

func stageSpawning(n int) {
	defer rt.Enter(&stage[6])()
	if n > 0 {
		c := make(chan int)
		rt.Spawn(&stage[8])
		go stageGoroutine(n-1, c)
		rt.Spawned()
		<-c
		stageFunction(n - 1)
	}
}

func stageGoroutine(n int, c chan int) {
	defer rt.Enter(&stage[7])()
	defer close(c)
	if n%2 == 0 {
		time.Sleep(10 * time.Microsecond)
	}
	stageFunction(n)
	runtime.Goexit()
}

// stageCallers is by function its only callers.
var stageCallers = map[string]string{
	"stageFunction":           "stageSpawning stageGoroutine stageLoop",
	"stageValue.method":       "stageFunction",
	"stageValue.method.func1": "stageValue.method",
	"stageDeferring":          "stageValue.method.func1",
	"stageRecovering":         "stageDeferring",
	"stagePanicking":          "stageRecovering",
	"stageSpawning":           "stagePanicking",
	"stageGoroutine":          "",
	"stageLoop":               "",
}

// anywhere are functions whose caller may not be known.
const anywhere = "stageCleaning stageSweeping"

var stageLoopSite uint32

// stageLoop runs until it is told to stop. If it began in a pause, it stays a late call.
func stageLoop(stop chan bool) {
	defer rt.Enter(&stageLoopSite)()
	for {
		select {
		case <-stop:
			return
		default:
			stageFunction(16)
		}
	}
}

var _ = scenario("late", func() {
	stop := make(chan bool)
	var done sync.WaitGroup
	run := func() {
		done.Add(1)
		go func() {
			defer done.Done()
			stageLoop(stop)
		}()
	}
	run()
	var paths []string
	for len(paths) == 0 {
		paths, _ = filepath.Glob(fmt.Sprintf("%s/%d-*.gotrace", os.Getenv("GOTRACE_OUT"), os.Getpid()))
		time.Sleep(time.Millisecond)
	}
	time.Sleep(time.Millisecond)
	f, err := os.OpenFile(paths[0], os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	c := changed{f: f, at: 4096}
	random := rand.New(rand.NewSource(time.Now().UnixNano()))
	for i := 0; i < 200; i++ {
		c.put(32, uint32(i%2))
		c.n++
		c.put(36, c.n)
		if i == 101 {
			run()
		}
		time.Sleep(time.Duration(random.Intn(1000)) * time.Microsecond)
	}
	c.put(32, uint32(0))
	time.Sleep(2 * time.Millisecond)
	close(stop)
	done.Wait()
	// Now that nothing is paused, all goroutines are complete.
	stageFunction(16)
})

// TestLate checks that calls stand beneath their callers, also those that began during a
// pause, and that they end when they do.
func TestLate(t *testing.T) {
	const prefix = "gotrace.internal/rt_test."
	for _, env := range []string{"GOTRACE_RECORD=", "GOTRACE_START=paused", "GOTRACE_RING=1MiB", "GOTRACE_RECORD=-stageNothing"} {
		tr, _ := traced(t, "late", env)
		lates, calls := 0, 0
		for _, g := range tr.gs {
			var open []string
			for _, e := range g.ev {
				switch e.kind {
				case "spawn":
					if len(open) > 0 && open[len(open)-1] != "stageSpawning" {
						t.Fatalf("%s: goroutine %d: a go statement in %v at %d", env, g.goid, open, e.off)
					}
				case "enter", "late":
					name := strings.TrimPrefix(tr.name(e.id), prefix)
					caller := ""
					if len(open) > 0 {
						caller = open[len(open)-1]
					}
					callers, ok := stageCallers[name]
					if strings.Contains(anywhere, name) {
						callers, ok = caller, true
					}
					if isMain := g.goid == 1 && name == "stageFunction" && caller == ""; !ok || !strings.Contains(callers, caller) || caller == "" && callers != "" && !isMain && !g.resumed {
						t.Fatalf("%s: goroutine %d: %s %s in %v at %d", env, g.goid, e.kind, name, open, e.off)
					}
					open = append(open, name)
					calls++
					if e.kind == "late" {
						lates++
					}
				default:
					if len(open) == 0 {
						t.Fatalf("%s: goroutine %d: %s at %d without a call", env, g.goid, e.kind, e.off)
					}
					open = open[:len(open)-1]
				}
			}
			if len(open) > 0 && open[0] != "stageGoroutine" {
				t.Fatalf("%s: goroutine %d: %v did not end", env, g.goid, open)
			}
		}
		if tr.stop != 0 || tr.dropped != 0 || calls == 0 || lates == 0 {
			t.Errorf("%s: stop %d, %d dropped, %d calls, %d late", env, tr.stop, tr.dropped, calls, lates)
		}
		t.Logf("%s: %d calls, %d late", env, calls, lates)
	}
}
