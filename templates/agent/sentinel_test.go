package traceagent

// gotrace:begin sentinel_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"math"
	"runtime/metrics"
	"runtime/trace"
	"strings"
	"testing"
	"time"
)

// rig is a sentinel whose metrics, clock and snapshots belong to the test.
type rig struct {
	*sentinel
	metrics   map[string]metric
	now       time.Time
	snapshots []string
	log       *bytes.Buffer
}

func newRig(thresholds Sentinel) *rig {
	r := &rig{metrics: map[string]metric{}, now: time.Unix(1e9, 0), log: &bytes.Buffer{}}
	logger := slog.New(slog.NewTextHandler(r.log, nil))
	r.sentinel = newSentinel(thresholds, logger, func(reason string) { r.snapshots = append(r.snapshots, reason) })
	r.sentinel.runtime.metric = func(name string) metric { return r.metrics[name] }
	return r
}

// set sets a metric that is a number.
func (r *rig) set(name string, value float64) { r.metrics[name] = metric{known: true, number: value} }

// count adds to a histogram with the buckets up to 1 ms, 10 ms, 100 ms and more.
func (r *rig) count(name string, counts ...uint64) {
	sum := make([]uint64, 4)
	if old := r.metrics[name].histogram; old != nil {
		copy(sum, old.Counts)
	}
	for i, n := range counts {
		sum[i] += n
	}
	buckets := []float64{0, 0.001, 0.01, 0.1, math.Inf(1)}
	r.metrics[name] = metric{known: true, histogram: &metrics.Float64Histogram{Counts: sum, Buckets: buckets}}
}

// ticks lets the sentinel read n times.
func (r *rig) ticks(n int) {
	for i := 0; i < n; i++ {
		r.now = r.now.Add(sentinelEvery)
		r.tick(context.Background(), r.now)
	}
}

// expect fails the test unless the snapshots so far have these reasons.
func (r *rig) expect(t *testing.T, reasons ...string) {
	t.Helper()
	if got, want := strings.Join(r.snapshots, " "), strings.Join(reasons, " "); got != want {
		t.Fatalf("snapshots: %q, want %q\n%s", got, want, r.log)
	}
}

func TestNumberFiresAboveAndRearmsBelow(t *testing.T) {
	n := number{above: 100}
	const low, margin, high = 100 * sentinelRearm, 100*sentinelRearm + 1, 101
	read := func(value float64, times int) (fired int) {
		for i := 0; i < times; i++ {
			if n.update(value) {
				fired++
			}
		}
		return fired
	}
	for i, step := range []struct {
		value float64
		times int
		fired int
	}{
		{high, sentinelTicks - 1, 0},
		{100, 1, 0}, // the threshold is not above itself, and the row starts again
		{high, sentinelTicks - 1, 0},
		{math.NaN(), 5, 0}, // no reading does not end the row
		{high, 1, 1},
		{high, 100, 0}, // once
		{margin, 1, 0},
		{high, 100, 0}, // it was not well below
		{low, 1, 0},
		{high, sentinelTicks, 1},
	} {
		if fired := read(step.value, step.times); fired != step.fired {
			t.Errorf("step %d: fired %d times, want %d", i, fired, step.fired)
		}
	}
	for _, above := range []float64{0, -5} {
		n = number{above: above}
		if read(above+1, sentinelTicks) != 1 || read(above-10, 1) != 0 || read(above+1, sentinelTicks) != 1 {
			t.Errorf("a threshold of %g does not fire again", above)
		}
	}
}

func TestSchedLatencyIsThatOfTheLastInterval(t *testing.T) {
	const name = "/sched/latencies:seconds"
	r := newRig(Sentinel{SchedLatency: 50 * time.Millisecond})
	// A bad start, before the first reading, says nothing about now.
	r.count(name, 0, 0, 1_000_000)
	r.ticks(1)
	for i := 0; i < 100; i++ {
		r.count(name, 1000, 9)
		r.ticks(1)
	}
	r.expect(t)
	// Long after the start, one bad interval hardly moves the percentile of the whole,
	// but moves that of the interval.
	for i := 0; i < sentinelTicks; i++ {
		r.count(name, 50, 0, 1)
		r.ticks(1)
	}
	r.expect(t, "sched-latency")
	if text := "sched-latency 100ms is above 50ms"; !strings.Contains(r.log.String(), text) {
		t.Errorf("the log does not say %q:\n%s", text, r.log)
	}
}

func TestQuantiles(t *testing.T) {
	buckets := []float64{math.Inf(-1), 1, 2, 3, math.Inf(1)}
	before := []uint64{5, 5, 5, 5}
	for _, c := range []struct {
		added     []uint64
		q0, q1, m float64
	}{
		{[]uint64{0, 0, 0, 0}, math.NaN(), math.NaN(), math.NaN()},
		{[]uint64{99, 1, 0, 0}, 1, 2, 1},
		{[]uint64{0, 98, 2, 0}, 2, 3, 3},
		{[]uint64{0, 0, 0, 1}, 3, 3, 3}, // the last bucket has no upper end
	} {
		after := make([]uint64, 4)
		for i := range after {
			after[i] = before[i] + c.added[i]
		}
		for q, want := range map[float64]float64{0: c.q0, 1: c.q1, 0.99: c.m} {
			got := quantileBetween(before, after, buckets, q)
			if got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
				t.Errorf("quantile %g of %v is %g, want %g", q, c.added, got, want)
			}
		}
	}
}

func TestEachNumberFires(t *testing.T) {
	for reason, c := range map[string]struct {
		thresholds Sentinel
		step       func(r *rig, tick float64)
	}{
		"gc-pause": {Sentinel{GCPause: time.Millisecond}, func(r *rig, _ float64) { r.count(gcPauses(), 100, 1) }},
		"goroutines": {Sentinel{Goroutines: 10}, func(r *rig, _ float64) {
			r.set("/sched/goroutines:goroutines", 11)
		}},
		"heap-share": {Sentinel{HeapShare: 0.9}, func(r *rig, _ float64) {
			r.set("/gc/heap/live:bytes", 91)
			r.set("/gc/gomemlimit:bytes", 100)
		}},
		"mutex-wait": {Sentinel{MutexWait: 4}, func(r *rig, tick float64) {
			r.set("/sync/mutex/wait/total:seconds", 1000+5*sentinelEvery.Seconds()*tick)
		}},
	} {
		r := newRig(c.thresholds)
		for i := 0; i <= sentinelTicks; i++ {
			c.step(r, float64(i))
			r.ticks(1)
		}
		r.expect(t, reason)
	}
}

func TestWithoutMemoryLimitHeapDoesNotFire(t *testing.T) {
	r := newRig(Sentinel{HeapShare: 0.000001})
	r.set("/gc/heap/live:bytes", 1e12)
	r.set("/gc/gomemlimit:bytes", math.MaxInt64)
	r.ticks(2 * sentinelTicks)
	r.expect(t)
}

func TestMissingMetricIsSaidOnce(t *testing.T) {
	r := newRig(Sentinel{Goroutines: 10, MutexWait: 1})
	r.set("/sched/goroutines:goroutines", 11)
	r.ticks(sentinelTicks)
	r.expect(t, "goroutines")
	if n := strings.Count(r.log.String(), "mutex-wait is not watched"); n != 1 {
		t.Errorf("said %d times:\n%s", n, r.log)
	}
}

func TestThisGoHasAllMetrics(t *testing.T) {
	all := Sentinel{SchedLatency: 1, GCPause: 1, Goroutines: 1, HeapShare: 1, MutexWait: 1}
	r := newRuntimeNumbers(all)
	log := &bytes.Buffer{}
	r.read(slog.New(slog.NewTextHandler(log, nil)), time.Now(), func(*number, float64) {})
	if len(r.numbers) != 5 || log.Len() > 0 {
		t.Errorf("%d numbers are read\n%s", len(r.numbers), log)
	}
}

func TestOneSnapshotAMinute(t *testing.T) {
	r := newRig(Sentinel{Goroutines: 10})
	const name = "/sched/goroutines:goroutines"
	began := r.now
	for r.now.Sub(began) < 2*sentinelPause {
		r.set(name, 11)
		r.ticks(sentinelTicks)
		r.set(name, 0)
		r.ticks(1)
	}
	r.expect(t, "goroutines", "goroutines")
	if !strings.Contains(r.log.String(), "no snapshot, as the last one was a moment ago") {
		t.Errorf("the log does not say that there was no snapshot:\n%s", r.log)
	}
	if last := r.state().Last; last == nil || last.Reason != "goroutines" || last.Time.Before(began) {
		t.Errorf("last fired: %v", last)
	}
}

func TestTwoNumbersAtOnceAreOneSnapshot(t *testing.T) {
	r := newRig(Sentinel{Goroutines: 10, MutexWait: 1})
	r.set("/sched/goroutines:goroutines", 11)
	r.set("/sync/mutex/wait/total:seconds", 0)
	r.ticks(1)
	r.sentinel.runtime.numbers[0].update(0) // they fire at the same tick only if their rows begin together
	for i := 1; i <= sentinelTicks; i++ {
		r.set("/sync/mutex/wait/total:seconds", 100*float64(i))
		r.ticks(1)
	}
	r.expect(t, "goroutines-and-mutex-wait")
}

func TestTheTraceSaysWhatFired(t *testing.T) {
	r := newRig(Sentinel{Goroutines: 10})
	r.set("/sched/goroutines:goroutines", 11)
	if got := traced(t, func() { r.ticks(sentinelTicks) }); !bytes.Contains(got, []byte("goroutines 11 is above 10")) {
		t.Error("the execution trace does not say what fired")
	}
}

// traced returns the execution trace of work. It skips the test if something else traces
// this process.
func traced(t *testing.T, work func()) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := trace.Start(&out); err != nil {
		t.Skip(err)
	}
	defer trace.Stop()
	work()
	trace.Stop()
	return out.Bytes()
}

// quiet is a logger for what the test does not look at.
func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// gotrace:end sentinel_test
