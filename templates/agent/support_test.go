package traceagent

// gotrace:begin support_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// testAgent starts an agent whose gate is its own and whose process is never overloaded.
// Further changes are made before it opens.
func testAgent(t *testing.T, options Options, changes ...func(*Agent)) *Agent {
	t.Helper()
	if options.Logger == nil {
		options.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	flight := options.Flight // no test gets a recorder that it did not ask for: a process has one
	options, err := options.checked()
	if err != nil {
		t.Fatal(err)
	}
	options.Flight = flight
	a := newAgent(options)
	a.gate = &gate{}
	a.overload = func(context.Context) string { return "" }
	for _, change := range changes {
		change(a)
	}
	if err := a.open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return a
}

// response is what a client got; err says how the body was cut off.
type response struct {
	status int
	header http.Header
	body   string
	err    error
}

// get asks an agent for a page. Changes are made to the request before it is sent.
func get(t *testing.T, a *Agent, path string, changes ...func(*http.Request)) response {
	t.Helper()
	host := a.Addr().String()
	if a.Addr().Network() == "unix" {
		host = "localhost"
	}
	request, err := http.NewRequest(http.MethodGet, "http://"+host+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range changes {
		change(request)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	if a.Addr().Network() == "unix" {
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", a.Addr().String())
		}
	}
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	got, err := client.Do(request)
	if err != nil {
		return response{err: err}
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	return response{got.StatusCode, got.Header, string(body), err}
}

func withHeader(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		if name == "Host" {
			r.Host = value
		}
		r.Header.Set(name, value)
	}
}

// want fails unless the response has the status and the text.
func (r response) want(t *testing.T, status int, text string) {
	t.Helper()
	if r.status != status || !strings.Contains(r.body, text) {
		t.Fatalf("got %d %q (%v), want %d with %q", r.status, r.body, r.err, status, text)
	}
}

// isTrace reports whether the response is the begin of an execution trace.
func (r response) isTrace() bool { return strings.HasPrefix(r.body, "go 1.") }

// testLog is a logger's output that may be read while it is written.
type testLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *testLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *testLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *testLog) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// testClock is a time that only moves when it is told to.
type testClock struct {
	mu sync.Mutex
	at time.Time
}

func newTestClock() *testClock {
	return &testClock{at: time.Date(2026, 11, 29, 14, 32, 5, 123456789, time.UTC)}
}

func (c *testClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *testClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// gotrace:end support_test
