//go:build !go1.25

package traceagent

// gotrace:begin flight_old_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestFlightRecorderNeedsALaterGo(t *testing.T) {
	log := &testLog{}
	a := testAgent(t, Options{Addr: "127.0.0.1:0", Dir: t.TempDir(), Flight: Flight{MinAge: time.Second}, Logger: log.logger()})
	if !strings.Contains(log.String(), "needs Go 1.25 or later") {
		t.Errorf("the log: %s", log)
	}
	get(t, a, "/debug/gotrace/flight").want(t, http.StatusNotImplemented, "needs Go 1.25 or later")
	get(t, a, "/debug/gotrace/").want(t, http.StatusOK, `"flight":"the flight recorder needs Go 1.25 or later`)
	if _, err := a.Snapshot("x"); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "needs Go 1.25") {
		t.Errorf("a snapshot: %v", err)
	}
}

// gotrace:end flight_old_test
