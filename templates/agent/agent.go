package traceagent

// gotrace:begin agent

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// Agent is a running agent. Its methods may be called at any time and by several
// goroutines. A nil *Agent does nothing.
type Agent struct {
	options Options // with defaults
	started time.Time
	ctx     context.Context // ends when Close begins
	cancel  context.CancelFunc

	mu     sync.Mutex
	closed bool
	work   sync.WaitGroup // requests, snapshots, and goroutines of the agent
	once   sync.Once      // of Close

	handler  http.Handler
	server   *http.Server // nil without Options.Addr
	listener net.Listener
	flight   flight
	files    store
	gate     *gate
	page     sync.Mutex // held by a request that one lets through
	sentinel *sentinel
	requests *requests

	// What tests replace.
	now      func() time.Time
	overload func(ctx context.Context) (why string) // "" unless the process is overloaded
	most     int64                                  // bytes of a trace or profile
	chunks   int                                    // of a queue
	patience time.Duration                          // of a queue
	backlog  uint64                                 // of a queue
}

// ErrClosed says that the agent has been closed.
var ErrClosed = errors.New("traceagent: the agent is closed")

// Start starts an agent. It refuses options that would let strangers in, and says why.
// What cannot work on this machine or with this release of Go (the flight recorder, a
// directory that is not writable) is logged, and the agent goes on without it.
//
// If it returns an error, the *Agent is nil and may still be used: everything is off.
func Start(options Options) (*Agent, error) {
	options, err := options.checked()
	if err != nil {
		return nil, err
	}
	a := newAgent(options)
	if err := a.open(); err != nil {
		return nil, err
	}
	return a, nil
}

// newAgent returns an agent that is not open yet.
func newAgent(options Options) *Agent {
	a := &Agent{
		options:  options,
		started:  time.Now(),
		files:    store{dir: options.Dir, keep: options.Keep, keepBytes: options.KeepBytes},
		gate:     &captures,
		now:      time.Now,
		overload: overloaded,
		most:     captureBytes,
		chunks:   queueChunks,
		patience: queueWait,
		backlog:  otherMemory() + backlogMost,
	}
	a.ctx, a.cancel = context.WithCancel(context.Background())
	snapshots := &asker{spawn: a.spawn, snapshot: a.Snapshot, log: options.Logger, pause: snapshotEvery}
	a.sentinel = newSentinel(options.Sentinel, options.Logger, snapshots.ask)
	a.requests = newRequests(options.Requests, options.Logger, snapshots.ask)
	a.handler = a.routes()
	return a
}

// open opens the server, the directory and the recorder, and starts the sentinel.
func (a *Agent) open() error {
	if err := a.listen(); err != nil {
		a.cancel()
		return err
	}
	options := a.options
	if options.Dir != "" {
		if err := a.files.prepare(a.started); err != nil {
			options.Logger.Error("traceagent: no snapshots until Options.Dir can be written", "err", err)
		}
	}
	if options.Flight.on() {
		if err := a.flight.start(options.Flight); err != nil {
			options.Logger.Warn("traceagent: no flight recorder", "err", err)
		}
	}
	if a.options.Sentinel != (Sentinel{}) {
		a.sentinel.start(a.spawn)
	}
	a.serve()
	return nil
}

// Close ends captures, the sentinel, the flight recorder and the server, and waits for
// them until ctx ends; then it returns ctx's error. Further calls do nothing.
func (a *Agent) Close(ctx context.Context) error {
	if a == nil {
		return nil
	}
	var err error
	a.once.Do(func() {
		a.mu.Lock()
		a.closed = true
		a.mu.Unlock()
		a.cancel()
		a.shutDown(ctx)
		done := make(chan struct{})
		go func() {
			a.work.Wait()
			a.flight.stop()
			close(done)
		}()
		select {
		case <-done:
		case <-ctx.Done():
			err = ctx.Err()
		}
	})
	return err
}

// Handler returns the agent's pages, for a server of your own. The same checks apply as
// for the agent's server: without a token or client certificates, requests must come by
// a loopback address or a unix socket. Mount it at "/debug/".
func (a *Agent) Handler() http.Handler {
	if a == nil {
		return http.NotFoundHandler()
	}
	return a.handler
}

// Addr returns the address on which the agent's server listens; nil if there is none.
func (a *Agent) Addr() net.Addr {
	if a == nil || a.listener == nil {
		return nil
	}
	return a.listener.Addr()
}

// begin reports whether the agent is open, and if so keeps Close waiting until end.
func (a *Agent) begin() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return false
	}
	a.work.Add(1)
	return true
}

func (a *Agent) end() { a.work.Done() }

// spawn runs f in a goroutine that Close ends, by ctx, and waits for.
func (a *Agent) spawn(f func(ctx context.Context)) {
	if !a.begin() {
		return
	}
	go func() {
		defer a.end()
		f(a.ctx)
	}()
}

// gotrace:end agent
