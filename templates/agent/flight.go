package traceagent

// gotrace:begin flight

import (
	"errors"
	"io"
	"sync"
	"time"
)

// Errors of Snapshot.
var (
	// ErrBusy says that another snapshot is being written.
	ErrBusy = errors.New("traceagent: the flight recorder is being written already")
	// ErrTooSoon says that the last snapshot was written too short a time ago.
	ErrTooSoon = errors.New("traceagent: the last snapshot is too recent")
	// ErrUnsupported says that there is no flight recorder, or no place for a snapshot.
	// The error that Snapshot returns says which, and wraps this one.
	ErrUnsupported = errors.New("traceagent: no snapshots")
)

// flight is the flight recorder of an agent. Only one goroutine at a time may write its
// content, and none while it stops.
type flight struct {
	writing sync.Mutex
	last    time.Time // when the latest snapshot ended; guarded by writing

	mu     sync.Mutex
	why    error // why there is no recorder; nil if there is one
	record recorder
}

// recorder is a started flight recorder: see flight_go125.go.
type recorder interface {
	writeTo(io.Writer) (int64, error)
	stop()
}

var errFlightOff = errors.New("the flight recorder is off: set Options.Dir or Options.Flight")

// start starts the recorder, or keeps why it cannot.
func (f *flight) start(options Flight) error {
	record, err := newRecorder(options)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.record, f.why = record, err
	return err
}

// running returns the recorder, or why there is none.
func (f *flight) running() (recorder, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.record == nil && f.why == nil {
		return nil, errFlightOff
	}
	return f.record, f.why
}

// stop waits for the end of a snapshot that is being written, then stops the recorder.
func (f *flight) stop() {
	f.writing.Lock()
	defer f.writing.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.record != nil {
		f.record.stop()
		f.record, f.why = nil, ErrClosed
	}
}

// writeTo writes what the recorder has. The caller has locked f.writing.
func (f *flight) writeTo(w io.Writer) (int64, error) {
	record, err := f.running()
	if err != nil {
		return 0, err
	}
	return record.writeTo(w)
}

// gotrace:end flight
