package traceagent

// gotrace:begin capture_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestTraceIsStreamed(t *testing.T) {
	clock := newTestClock()
	a := testAgent(t, Options{Addr: "127.0.0.1:0"}, func(a *Agent) { a.now = clock.now })
	got := get(t, a, "/debug/gotrace/trace?seconds=0.02")
	if got.status != http.StatusOK || !got.isTrace() || got.err != nil {
		t.Fatalf("got %d, %d bytes, %v", got.status, len(got.body), got.err)
	}
	if name := got.header.Get("Content-Disposition"); !strings.HasPrefix(name, `attachment; filename="20261129T143205.123456789Z-`) {
		t.Errorf("the file's name is %q", name)
	}
	got = get(t, a, "/debug/pprof/trace?seconds=0.02")
	got.want(t, http.StatusTooManyRequests, "the next may begin 1m0s after its end")
	if retry := got.header.Get("Retry-After"); retry != "60" {
		t.Errorf("Retry-After is %q", retry)
	}
	clock.advance(captureEvery)
	if got = get(t, a, "/debug/pprof/trace?seconds=0.02"); !got.isTrace() {
		t.Errorf("after %v: %d %q", captureEvery, got.status, got.body)
	}
}

func TestOneOfTenCapturesRuns(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	a := testAgent(t, Options{Addr: "127.0.0.1:0"}, func(a *Agent) {
		a.overload = func(context.Context) string {
			close(entered) // a second one would panic
			<-release
			return ""
		}
	})
	var first response
	var running sync.WaitGroup
	running.Add(1)
	go func() {
		defer running.Done()
		first = get(t, a, "/debug/gotrace/trace?seconds=0.02")
	}()
	<-entered
	for i, path := range []string{"trace", "calls", "trace", "calls", "trace", "trace", "trace", "trace", "trace"} {
		got := get(t, a, "/debug/gotrace/"+path)
		got.want(t, http.StatusTooManyRequests, "an execution trace is being captured")
		if got.header.Get("Retry-After") == "" {
			t.Errorf("refusal %d has no Retry-After", i)
		}
	}
	close(release)
	running.Wait()
	if !first.isTrace() {
		t.Errorf("the first capture: %d %q", first.status, first.body)
	}
}

func TestGateWaitsFromTheEndOfWhatWasRecorded(t *testing.T) {
	g, now := &gate{}, newTestClock().now()
	if retry, why := g.enter("a trace", time.Second, now); why != "" {
		t.Fatal(retry, why)
	}
	g.leave(false, now)
	if _, why := g.enter("a trace", time.Second, now); why != "" {
		t.Fatalf("after a failed capture: %s", why)
	}
	if retry, why := g.enter("a trace", time.Second, now); why == "" || retry != time.Second+captureEvery {
		t.Fatalf("while one runs: %v, %s", retry, why)
	}
	now = now.Add(5 * time.Second)
	g.leave(true, now)
	if retry, why := g.enter("a trace", time.Second, now.Add(time.Second)); why == "" || retry != captureEvery-time.Second {
		t.Fatalf("after its end: %v, %s", retry, why)
	}
	if state := g.state(now); state.Running || !state.Next.Equal(now.Add(captureEvery)) {
		t.Fatalf("the state is %+v", state)
	}
	if _, why := g.enter("a trace", time.Second, now.Add(captureEvery)); why != "" {
		t.Fatal(why)
	}
}

// gotrace:end capture_test
