package traceagent

// gotrace:begin output_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"
)

// endingWriter is a response whose client takes nothing: before a write returns, the
// server ends the request's context.
type endingWriter struct {
	*httptest.ResponseRecorder
	end func()
	err error
}

func (w *endingWriter) Write([]byte) (int, error) {
	w.end()
	return 0, w.err
}

func TestOutputSaysWhyItsClientWasLost(t *testing.T) {
	for _, c := range []struct {
		what  string
		total time.Duration // until the deadline of the write
		ends  bool          // the context
		err   error         // of the write
		want  error
	}{
		{"deadline", 0, false, os.ErrDeadlineExceeded, errSlow},
		{"deadline, then the context", 0, true, os.ErrDeadlineExceeded, errSlow},
		{"context before the deadline", time.Hour, true, os.ErrDeadlineExceeded, errAway},
		{"no body", time.Hour, false, http.ErrBodyNotAllowed, http.ErrBodyNotAllowed},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		w := &endingWriter{ResponseRecorder: httptest.NewRecorder(), err: c.err, end: func() {}}
		o := newOutput(ctx, w, 100, c.total)
		if c.ends {
			w.end = func() {
				cancel()
				<-o.broken
			}
		}
		if _, err := o.Write([]byte("x")); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.what, err, c.want)
		}
		o.done()
		cancel()
	}
}

// gotrace:end output_test
