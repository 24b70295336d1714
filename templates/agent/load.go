package traceagent

// gotrace:begin load

import (
	"context"
	"fmt"
	"math"
	"runtime/metrics"
	"time"
)

// overloaded measures whether the process is overloaded, and says by what; "" if it is
// not. It takes overloadWindow, or until ctx ends. The process is overloaded
//
//   - if of the goroutines that became runnable in the window, one in a hundred waited
//     longer than overloadLatency for a processor, or
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
	return latencyOverload(before, schedulingLatencies())
}

func heapOverload() string {
	samples := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/gomemlimit:bytes"}}
	metrics.Read(samples)
	if samples[0].Value.Kind() != metrics.KindUint64 || samples[1].Value.Kind() != metrics.KindUint64 {
		return ""
	}
	live, limit := samples[0].Value.Uint64(), samples[1].Value.Uint64()
	if limit == 0 || limit >= math.MaxInt64 || float64(live) <= overloadHeap*float64(limit) {
		return ""
	}
	return fmt.Sprintf("the live heap is %d MiB, and GOMEMLIMIT is %d MiB", live>>20, limit>>20)
}

// schedulingLatencies returns how long goroutines have been runnable, since the process
// began: counts, of which the differences between two readings are of use.
func schedulingLatencies() *metrics.Float64Histogram {
	sample := []metrics.Sample{{Name: "/sched/latencies:seconds"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindFloat64Histogram {
		return &metrics.Float64Histogram{}
	}
	return sample[0].Value.Float64Histogram()
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
