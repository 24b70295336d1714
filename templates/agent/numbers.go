package traceagent

// gotrace:begin numbers

import (
	"log/slog"
	"math"
	"runtime/metrics"
	"time"
)

// runtimeNumbers reads numbers of the Go runtime from runtime/metrics.
type runtimeNumbers struct {
	// metric reads one metric; tests replace it.
	metric  func(name string) metric
	numbers []*runtimeNumber
	last    time.Time
}

// runtimeNumber is a number that comes from one or more metrics.
type runtimeNumber struct {
	number
	metrics []string
	// value returns the number, from the values of the metrics and the time since the
	// last reading in seconds.
	value func(values []metric, seconds float64) float64
}

// metric is the value of a metric: a number or a histogram.
type metric struct {
	known     bool // whether this release of Go has it
	number    float64
	histogram *metrics.Float64Histogram
}

func newRuntimeNumbers(t Sentinel) *runtimeNumbers {
	r := &runtimeNumbers{metric: readMetric}
	r.add(number{name: "sched-latency", above: t.SchedLatency.Seconds(), unit: "s"},
		quantileSince(0.99), "/sched/latencies:seconds")
	r.add(number{name: "gc-pause", above: t.GCPause.Seconds(), unit: "s"},
		quantileSince(1), gcPauses())
	r.add(number{name: "goroutines", above: float64(t.Goroutines)},
		itself, "/sched/goroutines:goroutines")
	r.add(number{name: "heap-share", above: t.HeapShare, unit: "%"},
		heapShare, "/gc/heap/live:bytes", "/gc/gomemlimit:bytes")
	r.add(number{name: "mutex-wait", above: t.MutexWait},
		rate(), "/sync/mutex/wait/total:seconds")
	return r
}

// gcPauses returns the metric of the collector's pauses: Go 1.22 renamed it.
func gcPauses() string {
	const name, old = "/sched/pauses/total/gc:seconds", "/gc/pauses:seconds"
	if !readMetric(name).known {
		return old
	}
	return name
}

// add adds a number, unless its threshold is zero.
func (r *runtimeNumbers) add(n number, value func([]metric, float64) float64, names ...string) {
	if n.above > 0 {
		r.numbers = append(r.numbers, &runtimeNumber{number: n, metrics: names, value: value})
	}
}

// read reads all numbers and passes their values on. It says which this release of Go
// does not have, and forgets those.
func (r *runtimeNumbers) read(log *slog.Logger, now time.Time, note func(n *number, value float64)) {
	seconds := now.Sub(r.last).Seconds()
	r.last = now
	kept := r.numbers[:0]
	for _, n := range r.numbers {
		values, missing := r.valuesOf(n.metrics)
		if missing != "" {
			log.Warn("traceagent: sentinel: "+n.name+" is not watched: this release of Go does not measure it", "metric", missing)
			continue
		}
		kept = append(kept, n)
		note(&n.number, n.value(values, seconds))
	}
	r.numbers = kept
}

// valuesOf reads metrics, and returns the name of the first that this release of Go does
// not have.
func (r *runtimeNumbers) valuesOf(names []string) (values []metric, missing string) {
	for _, name := range names {
		value := r.metric(name)
		if !value.known {
			return nil, name
		}
		values = append(values, value)
	}
	return values, ""
}

// readMetric reads a metric. Each time it makes a new sample: metrics.Read overwrites the
// histogram of an old one.
func readMetric(name string) metric {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	value := sample[0].Value
	switch value.Kind() {
	case metrics.KindUint64:
		return metric{known: true, number: float64(value.Uint64())}
	case metrics.KindFloat64:
		return metric{known: true, number: value.Float64()}
	case metrics.KindFloat64Histogram:
		return metric{known: true, histogram: value.Float64Histogram()}
	}
	return metric{}
}

func itself(values []metric, _ float64) float64 { return values[0].number }

// heapShare returns the live heap, what the last collection found in use, as a share of the
// memory limit. What the process has mapped would be no measure: a program that runs with
// GOGC=off always comes close to its limit. NaN without a limit.
func heapShare(values []metric, _ float64) float64 {
	live, limit := values[0].number, values[1].number
	if limit <= 0 || limit >= math.MaxInt64 {
		return math.NaN()
	}
	return live / limit
}

// rate returns how much a sum grew in a second. The first reading is NaN.
func rate() func([]metric, float64) float64 {
	last := math.NaN()
	return func(values []metric, seconds float64) float64 {
		grown := values[0].number - last
		last = values[0].number
		return grown / seconds
	}
}

// quantileSince returns a quantile of what a histogram counted since the last reading:
// histograms of runtime/metrics count since the process started. NaN if it counted
// nothing, and for the first reading.
func quantileSince(q float64) func([]metric, float64) float64 {
	var last []uint64
	return func(values []metric, _ float64) float64 {
		h := values[0].histogram
		before := last
		last = h.Counts
		if before == nil {
			return math.NaN()
		}
		return quantileBetween(before, h.Counts, h.Buckets, q)
	}
}

// quantileBetween returns a quantile of what was counted between two readings of a
// histogram: the upper end of its bucket, or the lower end of the last one, which has no
// upper end. NaN if nothing was counted.
func quantileBetween(before, after []uint64, buckets []float64, q float64) float64 {
	var total uint64
	for i := range after {
		total += after[i] - before[i]
	}
	rank := uint64(math.Ceil(q * float64(total)))
	for i := range after {
		count := after[i] - before[i]
		if count == 0 || count < rank {
			rank -= count
			continue
		}
		if math.IsInf(buckets[i+1], 1) {
			return buckets[i]
		}
		return buckets[i+1]
	}
	return math.NaN()
}

// gotrace:end numbers
