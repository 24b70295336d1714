package rt_test

// The cost of the hooks that the header states (cost.go).

import (
	"encoding/binary"
	"runtime"
	"sort"
	"sync"
	"testing"
)

// costs returns the header's two costs, in ticks.
func (tr *trace) costs() (inner, outer float64) {
	le := binary.LittleEndian
	return float64(le.Uint32(tr.b[144:])) / 1024, float64(le.Uint32(tr.b[148:])) / 1024
}

// measures reports whether this build can measure its hooks.
const measures = !portable && (runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64")

var _ = scenario("leaves", func() {
	for i := 0; i < 2000; i++ {
		leaf()
	}
})

// TestCost compares the cost measured at the start with the times of calls in the
// same trace. No test compares the times of two runs.
func TestCost(t *testing.T) {
	tr, _ := traced(t, "leaves")
	tr.balanced(t)
	if len(tr.gs) != 1 || len(tr.gs[0].ev) != 4000 || len(tr.defs) != 1 || tr.defs[1].name == "" {
		t.Fatalf("the measurement left something behind:\n%v", tr)
	}
	inner, outer := tr.costs()
	if !measures {
		if inner != 0 || outer != 0 {
			t.Errorf("%v and %v ticks measured without fast paths", inner, outer)
		}
		return
	}
	var within, between []float64
	for i, e := range tr.gs[0].ev[1:] {
		d := float64(e.t - tr.gs[0].ev[i].t)
		if e.kind == "exit" {
			within = append(within, d)
		} else {
			between = append(between, d)
		}
	}
	sort.Float64s(within)
	sort.Float64s(between)
	near := func(what string, measured, seen float64) {
		// A slow counter may stand still between two hooks.
		if seen > 10 && (measured < seen/4 || measured > seen*4) {
			t.Errorf("%s: measured %v ticks, calls show %v", what, measured, seen)
		}
	}
	near("inner", inner, within[len(within)/2])
	near("outer", outer, between[len(between)/2])
	if inner == 0 && outer == 0 {
		t.Error("nothing was measured")
	}
}

var _ = scenario("together", func() {
	var ready, done sync.WaitGroup
	begin := make(chan bool)
	for i := 0; i < 16; i++ {
		ready.Add(1)
		done.Add(1)
		go func() {
			defer done.Done()
			ready.Done()
			<-begin
			for j := 0; j < 100; j++ {
				leaf()
			}
		}()
	}
	ready.Wait()
	close(begin)
	done.Wait()
})

// TestCostTogether checks that goroutines which reach their first hook while
// another one measures wait for it.
func TestCostTogether(t *testing.T) {
	for i := 0; i < 5; i++ {
		tr, _ := traced(t, "together")
		tr.balanced(t)
		if len(tr.gs) != 16 || tr.recorded != 16*200 {
			t.Fatalf("%d goroutines, %d events", len(tr.gs), tr.recorded)
		}
	}
}

var _ = scenario("panicking", func() {
	defer func() { recover() }()
	defer leaf()
	panic("before the first hook")
})

// TestCostInPanic checks that a start during a panic measures nothing: the hooks of
// a panicking goroutine take the slow path.
func TestCostInPanic(t *testing.T) {
	tr, _ := traced(t, "panicking")
	tr.balanced(t)
	if inner, outer := tr.costs(); inner != 0 || outer != 0 || tr.recorded != 2 {
		t.Errorf("%v and %v ticks, %d events", inner, outer, tr.recorded)
	}
}
