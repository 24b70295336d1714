package traceagent

// gotrace:begin sentinel

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"runtime/trace"
	"strings"
	"sync"
	"time"
)

// Sentinel says what the sentinel watches. It reads the numbers every few seconds, and
// takes a snapshot when one of them was above its threshold several times in a row; it
// does so again only after that number fell well below (limits.go has the figures). A
// threshold of zero is not watched. If all are zero, there is no sentinel, unless
// Agent.Watch adds a number.
type Sentinel struct {
	// SchedLatency is the threshold of the 99th percentile of the times that goroutines,
	// ready to run, waited for a processor since the last reading.
	SchedLatency time.Duration
	// GCPause is the threshold of the longest stop-the-world pause of the garbage
	// collector since the last reading.
	GCPause time.Duration
	// Goroutines is the threshold of the number of goroutines.
	Goroutines int
	// HeapShare is the threshold of the live heap, what the last collection found in use,
	// as a share of GOMEMLIMIT: 0.9 is 90 %. Without a limit it is not watched.
	HeapShare float64
	// MutexWait is the threshold of the number of goroutines that waited for mutexes, on
	// average since the last reading.
	MutexWait float64
}

// sentinel compares numbers with their thresholds at each tick.
type sentinel struct {
	log      *slog.Logger
	snapshot func(reason string) // see asker
	runtime  *runtimeNumbers
	// deadline returns the context that limits the waiting for the user's functions in
	// one tick.
	deadline func(context.Context) (context.Context, context.CancelFunc)

	once sync.Once // of start

	mu      sync.Mutex
	watched []*watched
	on      bool
	asked   time.Time      // when it last asked for a snapshot
	fired   *sentinelFired // nil if it has not
}

func newSentinel(thresholds Sentinel, log *slog.Logger, snapshot func(reason string)) *sentinel {
	return &sentinel{
		log:      log,
		snapshot: snapshot,
		runtime:  newRuntimeNumbers(thresholds),
		deadline: func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, watchPatience)
		},
	}
}

// start starts the sentinel, once.
func (s *sentinel) start(spawn func(work func(context.Context))) {
	s.once.Do(func() {
		s.mu.Lock()
		s.on = true
		s.mu.Unlock()
		spawn(s.run)
	})
}

// run reads the numbers until ctx ends.
func (s *sentinel) run(ctx context.Context) {
	ticker := time.NewTicker(sentinelEvery)
	defer ticker.Stop()
	s.tick(ctx, time.Now())
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.tick(ctx, time.Now())
		}
	}
}

// tick reads all numbers once. It asks for a snapshot if some of them fire, at most once
// in sentinelPause.
func (s *sentinel) tick(ctx context.Context, now time.Time) {
	var names, texts []string
	note := func(n *number, value float64) {
		if n.update(value) {
			names = append(names, n.name)
			texts = append(texts, fmt.Sprintf("%s %s is above %s", n.name, n.text(value), n.text(n.above)))
		}
	}
	s.runtime.read(s.log, now, note)
	s.readWatched(ctx, note)
	if len(names) == 0 || ctx.Err() != nil {
		return
	}
	reason, text := strings.Join(names, "-and-"), strings.Join(texts, ", ")

	s.mu.Lock()
	s.fired = &sentinelFired{now, reason}
	since := now.Sub(s.asked)
	tooSoon := !s.asked.IsZero() && since < sentinelPause
	if !tooSoon {
		s.asked = now
	}
	s.mu.Unlock()

	// The trace itself says why it was taken: the snapshot has this event.
	trace.Log(ctx, "gotrace.sentinel", text)
	if tooSoon {
		s.log.Warn("traceagent: sentinel: "+text+"; no snapshot, as the last one was a moment ago", "reason", reason, "ago", since)
		return
	}
	s.log.Warn("traceagent: sentinel: "+text, "reason", reason)
	s.snapshot(reason)
}

// sentinelState is what the index says about the sentinel.
type sentinelState struct {
	On   bool           `json:"on"`
	Last *sentinelFired `json:"last,omitempty"`
}

type sentinelFired struct {
	Time   time.Time `json:"time"`
	Reason string    `json:"reason"`
}

func (s *sentinel) state() sentinelState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sentinelState{On: s.on, Last: s.fired}
}

// number is a number that is watched, and what has been seen of it.
type number struct {
	name  string
	above float64
	unit  string // "s" for durations, "%" for shares, "" for counts

	ticks int  // readings in a row above the threshold
	fired bool // since it was last well below
}

// update takes a reading and reports whether the number fires: whether it is the
// sentinelTicks-th reading in a row above the threshold, since the last one at or below
// sentinelRearm of it. NaN is no reading and changes nothing.
func (n *number) update(value float64) bool {
	switch {
	case math.IsNaN(value):
		return false
	case value > n.above:
		n.ticks++
		if n.fired || n.ticks < sentinelTicks {
			return false
		}
		n.fired = true
		return true
	case value <= n.above-(1-sentinelRearm)*math.Abs(n.above):
		n.fired = false
	}
	n.ticks = 0
	return false
}

// text writes a value of the number in its unit.
func (n *number) text(value float64) string {
	switch n.unit {
	case "s":
		return time.Duration(value * float64(time.Second)).Round(time.Microsecond).String()
	case "%":
		return fmt.Sprintf("%.1f %%", value*100)
	}
	return fmt.Sprintf("%.6g", value)
}

// gotrace:end sentinel
