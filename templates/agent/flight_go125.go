//go:build go1.25

package traceagent

// gotrace:begin flight

import (
	"fmt"
	"io"
	"runtime/trace"
)

// goRecorder is the recorder of Go's runtime. A process can have one, and it may run
// beside trace.Start.
type goRecorder struct{ of *trace.FlightRecorder }

func newRecorder(options Flight) (recorder, error) {
	of := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: options.MinAge, MaxBytes: options.MaxBytes})
	if err := of.Start(); err != nil {
		return nil, fmt.Errorf("the flight recorder did not start: %w (a process can have one)", err)
	}
	return goRecorder{of}, nil
}

func (r goRecorder) writeTo(w io.Writer) (int64, error) { return r.of.WriteTo(w) }

func (r goRecorder) stop() { r.of.Stop() }

// gotrace:end flight
