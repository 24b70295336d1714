package traceagent

// gotrace:begin load

import (
	"context"
	"fmt"
	"runtime"
	"runtime/metrics"
	"time"
)

// overloaded measures whether the process is overloaded, and says by what; "" if it is
// not. It takes overloadWindow, or until ctx ends. The process is overloaded
//
//   - if of the goroutines that became runnable in the window, one in a hundred waited
//     longer than overloadLatency for a processor, or
//   - if this goroutine does, when it gives up its processor, or
//   - if the live heap (what the last garbage collection found in use) is above
//     overloadHeap of GOMEMLIMIT.
//
// To trace such a process would make it worse, and it needs no trace to see why.
func overloaded(ctx context.Context) string {
	if why := heapOverload(); why != "" {
		return why
	}
	before := schedulingLatencies()
	timer := time.NewTimer(overloadWindow)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return "not measured, as the client went away"
	}
	if why := latencyOverload(before, schedulingLatencies()); why != "" {
		return why
	}
	return turnOverload()
}

// turnOverload waits for a turn behind the goroutines that are ready. Those that compute are
// switched only every 10 ms, and the runtime notes the latency of every eighth time: the
// more of them there are, the longer all wait, but in the window they are too few to tell.
func turnOverload() string {
	began := time.Now()
	runtime.Gosched()
	if waited := time.Since(began); waited > overloadLatency {
		return fmt.Sprintf("a goroutine waited %v for a processor", waited.Round(time.Millisecond))
	}
	return ""
}

func heapOverload() string {
	live, limit := readMetric("/gc/heap/live:bytes"), readMetric("/gc/gomemlimit:bytes")
	share := heapShare([]metric{live, limit}, 0)
	if !live.known || !(share > overloadHeap) {
		return ""
	}
	return fmt.Sprintf("the live heap is %.0f %% of GOMEMLIMIT (%d MiB)", 100*share, int64(limit.number)>>20)
}

// schedulingLatencies returns how long goroutines have been runnable, since the process
// began: counts, of which the differences between two readings are of use.
func schedulingLatencies() *metrics.Float64Histogram {
	if h := readMetric("/sched/latencies:seconds").histogram; h != nil {
		return h
	}
	return &metrics.Float64Histogram{}
}

// latencyOverload says whether the latencies between two readings are too long.
func latencyOverload(before, after *metrics.Float64Histogram) string {
	total, late := uint64(0), uint64(0)
	for i := range after.Counts {
		count := after.Counts[i]
		if i < len(before.Counts) {
			count -= before.Counts[i]
		}
		total += count
		if after.Buckets[i] >= overloadLatency.Seconds() {
			late += count
		}
	}
	if total < overloadSamples || late*100 <= total {
		return ""
	}
	return fmt.Sprintf("%d of %d goroutines waited longer than %v for a processor", late, total, overloadLatency)
}

// gotrace:end load
