package traceagent

// gotrace:begin watch_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
)

// add lets the sentinel watch a number of the test's.
func (r *rig) add(name string, read func() float64, above float64) {
	r.watch(&watched{number: number{name: name, above: above}, read: read})
}

func TestUsersNumberFires(t *testing.T) {
	r := newRig(Sentinel{})
	r.add("Queue of Orders", func() float64 { return 8 }, 7)
	r.ticks(sentinelTicks)
	r.expect(t, "Queue of Orders")
}

func TestSameNameReplaces(t *testing.T) {
	r := newRig(Sentinel{})
	r.add("queue", func() float64 { return 8 }, 7)
	r.add("queue", func() float64 { return 8 }, 9)
	r.ticks(sentinelTicks)
	r.expect(t)
}

func TestUsersFunctionsMayPanicOrEnd(t *testing.T) {
	r := newRig(Sentinel{})
	calls := 0
	r.add("panics", func() float64 { calls++; panic("of the user's") }, 0)
	r.add("ends", func() float64 { runtime.Goexit(); return 1 }, 0)
	r.add("fine", func() float64 { return 1 }, 0)
	r.ticks(sentinelTicks)
	r.expect(t, "fine")
	if calls != sentinelTicks {
		t.Errorf("the function that panics was called %d times", calls)
	}
	if n := strings.Count(r.log.String(), "of the user's"); n != 1 {
		t.Errorf("its panic was said %d times:\n%s", n, r.log)
	}
}

func TestUsersFunctionMayBlock(t *testing.T) {
	r := newRig(Sentinel{})
	called, release := make(chan bool), make(chan bool)
	r.add("blocks", func() float64 { called <- true; <-release; return 1 }, 0)
	// The deadline passes once the function blocks, and has passed at later ticks.
	passed, pass := context.WithCancel(context.Background())
	r.deadline = func(context.Context) (context.Context, context.CancelFunc) { return passed, func() {} }
	go func() {
		<-called
		pass()
	}()
	r.ticks(10) // would wait for the test's end if a second call were made
	r.expect(t)
	if n := strings.Count(r.log.String(), "did not return in time"); n != 1 {
		t.Errorf("said %d times:\n%s", n, r.log)
	}

	r.deadline = func(ctx context.Context) (context.Context, context.CancelFunc) { return ctx, func() {} }
	go func() {
		for range called {
		}
	}()
	close(release)
	r.ticks(sentinelTicks)
	r.expect(t, "blocks")
	close(called)
}

func TestCloseEndsTheSentinel(t *testing.T) {
	agent, err := Start(Options{Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan bool, 100)
	if agent.sentinel.state().On {
		t.Error("the index says that it is on, but it watches nothing")
	}
	agent.Watch("number", func() float64 { read <- true; return 0 }, 1)
	<-read // it runs
	if !agent.sentinel.state().On {
		t.Error("the index says that it is off")
	}
	// Close waits for it.
	if err := agent.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	agent.Watch("late", func() float64 { return 0 }, 1)
}

func TestCloseEndsATickThatWaits(t *testing.T) {
	agent, err := Start(Options{Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	agent.sentinel.deadline = func(ctx context.Context) (context.Context, context.CancelFunc) { return ctx, func() {} }
	called, release := make(chan bool), make(chan bool)
	defer close(release)
	agent.Watch("blocks", func() float64 { close(called); <-release; return 0 }, 1)
	<-called
	if err := agent.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestWatchOfNoAgent(t *testing.T) {
	var none *Agent
	none.Watch("number", func() float64 { return 1 }, 0)
}

// gotrace:end watch_test
