package traceagent

// gotrace:begin load_test

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// Goroutines that only compute are switched every 10 ms: in the window there are too few
// latencies to tell, however many goroutines wait.
func TestManyThatComputeAreOverload(t *testing.T) {
	var end atomic.Bool
	var all sync.WaitGroup
	for i := 0; i < 30*runtime.GOMAXPROCS(0); i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for !end.Load() {
			}
		}()
	}
	why := overloaded(context.Background())
	end.Store(true)
	all.Wait()
	if !strings.Contains(why, "for a processor") {
		t.Errorf("30 goroutines for each processor: %q", why)
	}
}

// gotrace:end load_test
