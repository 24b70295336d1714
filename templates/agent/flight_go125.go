//go:build go1.25

package traceagent

// gotrace:begin flight

import (
	"fmt"
	"io"
	"runtime/trace"
)

// recorder is a started flight recorder. Go allows one in a process, and it may run
// beside trace.Start.
type recorder struct{ of *trace.FlightRecorder }

func newRecorder(options Flight) (*recorder, error) {
	of := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: options.MinAge, MaxBytes: options.MaxBytes})
	if err := of.Start(); err != nil {
		return nil, fmt.Errorf("the flight recorder did not start: %w (a process can have one)", err)
	}
	return &recorder{of}, nil
}

func (r *recorder) writeTo(w io.Writer) (int64, error) { return r.of.WriteTo(w) }

func (r *recorder) stop() { r.of.Stop() }

// gotrace:end flight
