//go:build !go1.25

package traceagent

// gotrace:begin flight

import (
	"fmt"
	"runtime"
)

func newRecorder(Flight) (recorder, error) {
	return nil, fmt.Errorf("the flight recorder needs Go 1.25 or later; this program was built with %s", runtime.Version())
}

// gotrace:end flight
