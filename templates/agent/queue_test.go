package traceagent

// gotrace:begin queue_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime/trace"
	"strings"
	"testing"
	"time"
)

func TestQueuePassesEverythingOn(t *testing.T) {
	q := newQueue(3, math.MaxUint64, 0)
	var sent, got bytes.Buffer
	done := make(chan struct{})
	go func() {
		defer close(done)
		q.pump(&got)
	}()
	for i := 0; i < 40; i++ {
		piece := bytes.Repeat([]byte{byte(i)}, i*chunkBytes/16)
		sent.Write(piece)
		if n, err := q.Write(piece); n != len(piece) || err != nil {
			t.Fatal(n, err)
		}
		for j := range piece { // the runtime uses its buffers again
			piece[j] = 0xff
		}
	}
	q.close()
	<-done
	if !q.complete() || !bytes.Equal(sent.Bytes(), got.Bytes()) {
		t.Errorf("%d of %d bytes", got.Len(), sent.Len())
	}
	if n, err := q.Write([]byte("late")); n != 4 || err != nil { // must not panic
		t.Error(n, err)
	}
	q.close()
}

func TestQueueKeepsABeginningAndNeverWaitsLong(t *testing.T) {
	q := newQueue(2, 0, 0)
	piece := bytes.Repeat([]byte("x"), chunkBytes)
	for i := 0; i < 10; i++ {
		q.Write(piece)
	}
	q.Write([]byte("y"))
	<-q.over
	q.close()
	var got bytes.Buffer
	q.pump(&got)
	if q.complete() || got.Len() != 2*chunkBytes || bytes.Contains(got.Bytes(), []byte("y")) {
		t.Errorf("%d bytes, complete: %v", got.Len(), q.complete())
	}
}

func TestQueueIsNotWaitedForOnceTheClientHasGone(t *testing.T) {
	q := newQueue(1, math.MaxUint64, 0)
	q.Write([]byte("x"))
	reader, writer := io.Pipe()
	reader.CloseWithError(errAway)
	q.pump(writer)
	q.Write([]byte("y"))
	<-q.over
}

func TestOutputHasOneErrorAndLeavesAnEndedResponse(t *testing.T) {
	w := httptest.NewRecorder()
	ctx := httptest.NewRequest("GET", "/", nil).Context()
	out := newOutput(ctx, w, 10, time.Minute)
	if n, err := out.Write([]byte("0123456789")); n != 10 || err != nil {
		t.Fatal(n, err)
	}
	if n, err := out.Write([]byte("x")); n != 0 || !errors.Is(err, errSize) {
		t.Errorf("beyond the limit: %d, %v", n, err)
	}
	if err := out.fail(errAway); !errors.Is(err, errSize) {
		t.Errorf("the second error replaced the first: %v", err)
	}
	<-out.broken
	out = newOutput(ctx, w, 10, time.Minute)
	out.done()
	out.begun()
	if n, err := out.Write([]byte("x")); n != 0 || !errors.Is(err, errDone) || w.Body.Len() != 10 {
		t.Errorf("after the end: %d, %v", n, err)
	}
}

func TestQueueWaitsForRoomOnlySoLongWithTooMuchMemory(t *testing.T) {
	q := newQueue(1, 0, time.Millisecond)
	q.Write([]byte("x"))
	q.Write([]byte("y"))
	<-q.over
	if q.patience > 0 {
		t.Errorf("it still would wait for %v", q.patience)
	}
}

func TestOtherMemoryHasTheBuffersOfTheTracer(t *testing.T) {
	before := otherMemory()
	q := newQueue(1, math.MaxUint64, 0)
	if err := trace.Start(q); err != nil {
		t.Skip(err)
	}
	for otherMemory() < before+1<<20 { // nothing is taken, so the runtime keeps it
		trace.Log(context.Background(), "fill", strings.Repeat("x", 1000))
	}
	q.leave()
	trace.Stop()
	q.close()
}

// plainWriter is a ResponseWriter that can neither flush nor have deadlines.
type plainWriter struct{ http.ResponseWriter }

func TestAResponseWriterThatCannotFlush(t *testing.T) {
	a := testAgent(t, Options{Token: testToken})
	r := httptest.NewRequest("GET", "/debug/gotrace/trace?seconds=0.01", nil)
	r.Header.Set("Authorization", "Bearer "+testToken)
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(plainWriter{w}, r)
	if body := w.Body.String(); w.Code != http.StatusOK || !strings.HasPrefix(body, "go 1.") {
		t.Errorf("%d, %d bytes", w.Code, len(body))
	}
}

// brokenWriter is a ResponseWriter of somebody else that panics.
type brokenWriter struct{ http.ResponseWriter }

func (brokenWriter) Write([]byte) (int, error) { panic("broken") }

func TestAPanicInAResponseWriterEndsTheCapture(t *testing.T) {
	a := testAgent(t, Options{Token: testToken})
	r := httptest.NewRequest("GET", "/debug/gotrace/trace?seconds=30", nil)
	r.Header.Set("Authorization", "Bearer "+testToken)
	defer func() {
		if recover() != "broken" {
			t.Error("the panic got lost")
		}
		if !captured(a) {
			t.Error("nothing was recorded")
		}
	}()
	a.Handler().ServeHTTP(brokenWriter{httptest.NewRecorder()}, r)
}

// gotrace:end queue_test
