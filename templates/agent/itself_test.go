//go:build go1.25

package traceagent

// gotrace:begin itself_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// sink is a snapshot that is sent to the test when it is complete. Until the test receives
// it, whoever writes it waits.
type sink struct {
	bytes.Buffer
	name string
	done chan *sink
}

func (s *sink) Close() error {
	s.done <- s
	return nil
}

func TestAgentTakesSnapshotsByItself(t *testing.T) {
	for reason, c := range map[string]struct {
		cause func(*Agent)
		why   string
	}{
		"slow-get-items": {func(a *Agent) {
			mux := http.NewServeMux()
			mux.HandleFunc("/items/", ok)
			pass(a.Middleware(mux), "GET", "/items/17")
		}, "limit 1ns"},
		"queue": {func(a *Agent) {
			a.sentinel.watch(&watched{number: number{name: "queue", above: 7}, read: func() float64 { return 8 }})
			for i := 0; i < sentinelTicks; i++ {
				a.sentinel.tick(context.Background(), time.Now())
			}
		}, "queue 8 is above 7"},
	} {
		done := make(chan *sink)
		agent := testAgent(t, Options{
			Flight:   Flight{MinAge: time.Second, MaxBytes: 1 << 20},
			Requests: Requests{Slow: time.Nanosecond},
			Sink:     func(name string) (io.WriteCloser, error) { return &sink{name: name, done: done}, nil },
		})
		c.cause(agent) // returns although nobody receives the snapshot yet
		got := <-done
		if !strings.HasSuffix(got.name, "-"+reason+".trace") {
			t.Errorf("the snapshot for %s is named %s", reason, got.name)
		}
		if !bytes.Contains(got.Bytes(), []byte(c.why)) {
			t.Errorf("the snapshot for %s does not say %q", reason, c.why)
		}
		if err := agent.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// gotrace:end itself_test
