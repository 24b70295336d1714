package traceagent

// gotrace:begin capture

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"runtime/pprof"
	"runtime/trace"
	"strconv"
	"time"
)

// admit lets a capture of some length pass the gate and the check for overload, or
// answers the request. After a pass the caller calls leave, and says whether anything was
// recorded.
func (a *Agent) admit(w http.ResponseWriter, r *http.Request, what string, length time.Duration) (leave func(recorded bool), ok bool) {
	if retry, why := a.gate.enter(what, length, a.now()); why != "" {
		refuseUntil(w, http.StatusTooManyRequests, retry, why)
		return nil, false
	}
	leave = func(recorded bool) { a.gate.leave(recorded, a.now()) }
	if why := a.overload(r.Context()); why != "" {
		leave(false)
		refuseUntil(w, http.StatusServiceUnavailable, overloadRetry, "no capture while the process is overloaded: "+why)
		return nil, false
	}
	return leave, true
}

// seconds returns the value of ?seconds=, or answers the request if it is not valid.
func seconds(w http.ResponseWriter, r *http.Request, standard time.Duration) (time.Duration, bool) {
	text := r.URL.Query().Get("seconds")
	if text == "" {
		return standard, true
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || !(value > 0 && value <= captureMost.Seconds()) {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("seconds must be a number above 0, and %v at most", captureMost.Seconds()))
		return 0, false
	}
	return time.Duration(value * float64(time.Second)), true
}

// serveTrace streams an execution trace.
func (a *Agent) serveTrace(w http.ResponseWriter, r *http.Request) {
	a.record(w, r, recording{"an execution trace", "trace", captureDefault, trace.Start, trace.Stop})
}

// serveProfile streams a CPU profile, which the runtime writes at its end.
func (a *Agent) serveProfile(w http.ResponseWriter, r *http.Request) {
	a.record(w, r, recording{"a CPU profile", "pprof", captureMost, pprof.StartCPUProfile, pprof.StopCPUProfile})
}

// recording is something that runs for a time and writes meanwhile. After stop it writes
// no more.
type recording struct {
	what   string
	ending string        // of file names
	length time.Duration // without ?seconds=
	start  func(io.Writer) error
	stop   func()
}

// record streams a recording. The handler's goroutine writes to the client: whatever a
// ResponseWriter of the user's does, a panic included, meets net/http and not the runtime.
func (a *Agent) record(w http.ResponseWriter, r *http.Request, of recording) {
	length, ok := seconds(w, r, of.length)
	if !ok {
		return
	}
	leave, ok := a.admit(w, r, of.what, length)
	if !ok {
		return
	}
	recorded := false
	defer func() { leave(recorded) }()

	q := newQueue(a.chunks, a.backlog, a.patience)
	if err := of.start(q); err != nil {
		refuseUntil(w, http.StatusTooManyRequests, captureEvery, "the program records "+of.what+" of its own now: "+err.Error())
		return
	}
	recorded = true
	out := newOutput(r.Context(), w, a.most, length+drainMost)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		timer := time.NewTimer(length)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-q.over:
		case <-out.broken:
		}
		of.stop()
		q.close()
	}()
	defer func() { <-stopped }()
	defer q.leave() // these two come first, and end the wait
	defer out.done()
	attach(w, fileName(a.now(), of.ending))
	out.begun()
	q.pump(out)
	if !q.complete() {
		_ = out.fail(errSlow)
	}
	a.finish(r, of.what, out)
}

// serveFlight sends what the flight recorder has now. The recorder bounds its size.
func (a *Agent) serveFlight(w http.ResponseWriter, r *http.Request) {
	if _, err := a.flight.running(); err != nil {
		refuse(w, http.StatusNotImplemented, err.Error())
		return
	}
	leave, ok := a.admit(w, r, "the flight recorder", 0)
	if !ok {
		return
	}
	recorded := false
	defer func() { leave(recorded) }()
	if !a.flight.writing.TryLock() {
		refuseUntil(w, http.StatusTooManyRequests, time.Second, "a snapshot of the flight recorder is being written")
		return
	}
	defer a.flight.writing.Unlock()

	recorded = true
	out := newOutput(r.Context(), w, math.MaxInt64, drainMost)
	defer out.done()
	attach(w, fileName(a.now(), "trace"))
	if _, err := a.flight.writeTo(out); err != nil {
		_ = out.fail(err)
	}
	a.finish(r, "the flight recorder", out)
}

// serveCalls sends the calls that a binary of "gotrace build" keeps in its ring.
func (a *Agent) serveCalls(w http.ResponseWriter, r *http.Request) {
	leave, ok := a.admit(w, r, "the ring of calls", 0)
	if !ok {
		return
	}
	recorded := false
	defer func() { leave(recorded) }()

	path := callSnapshot()
	if path == "" {
		refuse(w, http.StatusNotImplemented, "no calls are recorded: build the program with gotrace build, and start it with GOTRACE_OUT=DIR and GOTRACE_RING=64MiB")
		return
	}
	recorded = true
	defer os.Remove(path)
	a.sendFile(w, r, path, fileName(a.now(), "gotrace"))
}

// finish ends a response: cleanly if the client has all of it, else by an abort, which
// the client sees.
func (a *Agent) finish(r *http.Request, what string, out *output) {
	if err := out.failed(); err != nil {
		a.options.Logger.Warn("traceagent: cut off", "what", what, "client", r.RemoteAddr, "bytes", out.sent, "why", err)
		panic(http.ErrAbortHandler)
	}
	a.options.Logger.Info("traceagent: sent", "what", what, "client", r.RemoteAddr, "bytes", out.sent)
}

// gotrace:end capture
