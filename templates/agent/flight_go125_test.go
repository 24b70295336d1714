//go:build go1.25

package traceagent

// gotrace:begin flight_go125_test

import (
	"context"
	"encoding/json"
	"net/http"
	"runtime/trace"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestFlightRecorderBesideATrace(t *testing.T) {
	log, clock := &testLog{}, newTestClock()
	options := Options{Addr: "127.0.0.1:0", Dir: t.TempDir(), Flight: Flight{MinAge: time.Minute, MaxBytes: 8 << 20}, Logger: log.logger()}
	a := testAgent(t, options, func(a *Agent) { a.now = clock.now })
	if log.String() != "" {
		t.Fatal(log)
	}
	trace.Log(context.Background(), "trace_id", "4bf92f3577b34da6a3ce929d0e0e4736")

	var both sync.WaitGroup
	both.Add(2)
	var streamed response
	var name string
	var err error
	go func() {
		defer both.Done()
		streamed = get(t, a, "/debug/gotrace/trace?seconds=0.05")
	}()
	go func() {
		defer both.Done()
		name, err = a.Snapshot("meanwhile")
	}()
	both.Wait()
	if !streamed.isTrace() || streamed.err != nil || err != nil {
		t.Fatalf("%d, %v; %v", streamed.status, streamed.err, err)
	}
	clock.advance(captureEvery)
	flown := get(t, a, "/debug/gotrace/flight")
	if !flown.isTrace() || flown.err != nil || !strings.Contains(flown.body, "4bf92f3577b34da6a3ce929d0e0e4736") {
		t.Errorf("%d, %d bytes, %v", flown.status, len(flown.body), flown.err)
	}
	get(t, a, "/debug/gotrace/flight").want(t, http.StatusTooManyRequests, "the last capture was a short time ago")

	var found []snapshotFile
	list := get(t, a, "/debug/gotrace/snapshots?contains=4bf92f3577b34da6a3ce929d0e0e4736")
	if err := json.Unmarshal([]byte(list.body), &found); err != nil || len(found) != 1 || found[0].Name != name {
		t.Errorf("%s does not have %s", list.body, name)
	}
	if sent := get(t, a, "/debug/gotrace/snapshots/"+name); !sent.isTrace() || int64(len(sent.body)) != found[0].Bytes {
		t.Errorf("%d, %d bytes", sent.status, len(sent.body))
	}

	second := testAgent(t, Options{Flight: options.Flight, Logger: options.Logger})
	if _, err := second.Snapshot("x"); err == nil || !strings.Contains(err.Error(), "a process can have one") {
		t.Errorf("a second recorder: %v", err)
	}
	if err := second.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if _, err := a.flight.running(); err != nil {
		t.Errorf("the first after the second was closed: %v", err)
	}
}

func TestAPlaceForSnapshotsTurnsTheFlightRecorderOn(t *testing.T) {
	options, err := Options{Dir: t.TempDir()}.checked()
	if err != nil {
		t.Fatal(err)
	}
	a := testAgent(t, options)
	if name, err := a.Snapshot("x"); err != nil || name == "" {
		t.Errorf("a snapshot: %q, %v", name, err)
	}
	own := Flight{MinAge: time.Second}
	if options, err = (Options{Dir: t.TempDir(), Flight: own}).checked(); err != nil || options.Flight != own {
		t.Errorf("the flight recorder: %+v, %v", options.Flight, err)
	}
}

func TestCloseStopsTheFlightRecorder(t *testing.T) {
	for i := 0; i < 2; i++ { // the second could not start beside the first
		a := testAgent(t, Options{Flight: Flight{MinAge: time.Second}})
		if _, err := a.flight.running(); err != nil {
			t.Fatal(err)
		}
		if err := a.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		if trace.IsEnabled() {
			t.Fatal("it still records")
		}
	}
}

// gotrace:end flight_go125_test
