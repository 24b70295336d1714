//go:build !go1.25

package traceagent

// gotrace:begin flight

import (
	"fmt"
	"io"
	"runtime"
)

// recorder is never made: the flight recorder came with Go 1.25.
type recorder struct{}

func newRecorder(Flight) (*recorder, error) {
	return nil, fmt.Errorf("the flight recorder needs Go 1.25 or later; this program was built with %s", runtime.Version())
}

func (*recorder) writeTo(io.Writer) (int64, error) { return 0, errFlightOff }

func (*recorder) stop() {}

// gotrace:end flight
