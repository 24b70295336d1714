package traceagent

// gotrace:begin requests_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime/trace"
	"strconv"
	"strings"
	"testing"
	"time"
)

const testParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

// agentFor returns an agent that only has requests. Reasons of snapshots are sent to the
// channel.
func agentFor(options Requests) (*Agent, chan string) {
	reasons := make(chan string, 100)
	return &Agent{requests: newRequests(options, quiet(), func(reason string) { reasons <- reason })}, reasons
}

// pass gives a handler a request that has the traceparent.
func pass(h http.Handler, method, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("traceparent", testParent)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func ok(http.ResponseWriter, *http.Request) {}

func TestTaskHasPatternAndTraceID(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/items/", ok)
	agent, _ := agentFor(Requests{})
	got := traced(t, func() { pass(agent.Middleware(mux), "GET", "/items/secret-path") })
	for _, want := range []string{"GET /items/", "trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"} {
		if !bytes.Contains(got, []byte(want)) {
			t.Errorf("the trace has no %q", want)
		}
	}
	if bytes.Contains(got, []byte("secret-path")) {
		t.Error("the trace has the path")
	}
}

func TestRoutes(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/items/", ok)
	mux.HandleFunc("example.com/host/", ok)
	agent, _ := agentFor(Requests{})
	byUser, _ := agentFor(Requests{Route: func(r *http.Request) string { return "POST /" + r.Host }})
	panics, _ := agentFor(Requests{Route: func(r *http.Request) string { panic("of the user's") }})
	for _, c := range []struct {
		agent              *Agent
		next               http.Handler
		method, path, want string
	}{
		{agent, mux, "GET", "/items/17", "GET /items/"},
		{agent, mux, "POST", "/items/17", "POST /items/"},
		{agent, mux, "SECRET", "/items/17", "OTHER /items/"},
		{agent, mux, "GET", "/host/17", "GET example.com/host/"},
		{agent, mux, "GET", "/other/17", "GET (no route)"},
		{agent, mux, "GET", "/items", "GET (redirect)"},
		{agent, mux, "GET", "/x/..//items", "GET (redirect)"},
		{agent, http.HandlerFunc(ok), "GET", "/17", "GET (no route)"},
		{byUser, mux, "POST", "/17", "POST /example.com"},
		{panics, mux, "GET", "/17", "GET (no route)"},
	} {
		r := httptest.NewRequest(c.method, c.path, nil)
		if got := RequestName(r.Method, c.agent.requests.routeOf(c.next)(r)); got != c.want {
			t.Errorf("%s %s is %q, want %q", c.method, c.path, got, c.want)
		}
	}
}

func TestUnseenRoutersAreSaidOnce(t *testing.T) {
	for _, c := range []struct {
		what    string
		options Requests
		next    http.Handler
		said    int
	}{
		{"another router", Requests{}, http.HandlerFunc(ok), 1},
		{"a ServeMux without such a page", Requests{}, http.NewServeMux(), 0},
		{"a router that is known", Requests{Route: func(*http.Request) string { return "" }}, http.HandlerFunc(ok), 0},
	} {
		log := &bytes.Buffer{}
		agent, _ := agentFor(c.options)
		agent.requests.log = slog.New(slog.NewTextHandler(log, nil))
		traced(t, func() {
			pass(agent.Middleware(c.next), "GET", "/x")
			pass(agent.Middleware(c.next), "GET", "/x")
		})
		if said := strings.Count(log.String(), "set Options.Requests.Route"); said != c.said {
			t.Errorf("%s: said %d times\n%s", c.what, said, log)
		}
	}
}

func TestTraceIDs(t *testing.T) {
	two := http.Header{"Traceparent": {testParent, testParent}}
	one := http.Header{"Traceparent": {testParent}}
	byUser := func(_ context.Context, h http.Header) string { return "id of " + h.Get("X-Id") }
	panics := func(context.Context, http.Header) string { panic("of the user's") }
	for _, c := range []struct {
		options Requests
		header  http.Header
		want    string
	}{
		{Requests{}, one, testParent[3:35]},
		{Requests{}, two, ""},
		{Requests{}, http.Header{}, ""},
		{Requests{TraceID: byUser}, http.Header{"X-Id": {"7"}}, "id of 7"},
		{Requests{TraceID: panics}, one, ""},
	} {
		agent, _ := agentFor(c.options)
		if got := agent.requests.traceID(&http.Request{Header: c.header}); got != c.want {
			t.Errorf("%v has the id %q, want %q", c.header, got, c.want)
		}
	}
}

func TestMiddlewarePassesThingsThrough(t *testing.T) {
	type key struct{}
	agent, _ := agentFor(Requests{})
	var writer http.ResponseWriter
	var inner *http.Request
	h := agent.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writer, inner = w, r
		r.ParseForm()
		panic(http.ErrAbortHandler)
	}))
	outer := httptest.NewRequest("GET", "/?a=b", nil)
	outer = outer.WithContext(context.WithValue(outer.Context(), key{}, "value"))
	w := httptest.NewRecorder()
	serve := func() {
		defer func() {
			if got := recover(); got != http.ErrAbortHandler {
				t.Errorf("the panic came out as %v", got)
			}
		}()
		h.ServeHTTP(w, outer)
	}
	check := func(what string) {
		if writer != http.ResponseWriter(w) {
			t.Errorf("%s, the ResponseWriter was wrapped", what)
		}
		if inner.Context().Value(key{}) != "value" {
			t.Errorf("%s, the context lost its value", what)
		}
		if !reflect.DeepEqual(outer.Form, inner.Form) || outer.Form.Get("a") != "b" {
			t.Errorf("%s, the form is not in the outer request", what)
		}
	}
	traced(t, serve)
	check("traced")
	outer.Form = nil
	serve()
	check("untraced")
	if inner != outer {
		t.Error("untraced, the request was copied")
	}
}

func TestResponsesCanFlushAndHijack(t *testing.T) {
	agent, _ := agentFor(Requests{})
	server := httptest.NewServer(agent.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		if _, ok := w.(http.Flusher); !ok {
			t.Error("not a Flusher")
		}
		if _, ok := w.(http.Hijacker); !ok {
			t.Error("not a Hijacker")
		}
	})))
	defer server.Close()
	traced(t, func() {
		if response, err := http.Get(server.URL); err != nil {
			t.Error(err)
		} else {
			response.Body.Close()
		}
	})
}

func TestSlowRequests(t *testing.T) {
	agent, reasons := agentFor(Requests{
		Slow:      time.Nanosecond,
		SlowRoute: map[string]time.Duration{"GET /fine/": time.Hour, "/stream/": 0},
	})
	mux := http.NewServeMux()
	for _, pattern := range []string{"/slow/", "/fine/", "/stream/", "/other/"} {
		mux.HandleFunc(pattern, ok)
	}
	h := agent.Middleware(mux)
	got := traced(t, func() {
		for _, path := range []string{"/slow/1", "/slow/2", "/fine/1", "/stream/1", "/other/1"} {
			pass(h, "GET", path)
		}
		pass(h, "POST", "/fine/1")
	})
	close(reasons)
	var all []string
	for reason := range reasons {
		all = append(all, reason)
	}
	if got, want := strings.Join(all, " "), "slow GET /slow/ slow GET /other/ slow POST /fine/"; got != want {
		t.Errorf("snapshots: %q, want %q", got, want)
	}
	if !bytes.Contains(got, []byte("limit 1ns")) {
		t.Error("the trace does not say what was slow")
	}
}

func TestSlowReportsAreLimited(t *testing.T) {
	agent, _ := agentFor(Requests{})
	q, now := agent.requests, time.Unix(1e9, 0)
	may := func(name string, after time.Duration) bool { return q.mayReport(name, now.Add(after)) }
	if !may("a", 0) || may("a", slowPause-1) || !may("b", 1) || !may("a", slowPause) {
		t.Error("not one a route and pause")
	}
	for i := 0; i < 2*slowRoutes; i++ {
		may(strconv.Itoa(i), 2*slowPause)
	}
	if len(q.reported) > slowRoutes {
		t.Errorf("%d routes are remembered", len(q.reported))
	}
	if !may("c", 4*slowPause) {
		t.Error("a flood of routes ends reports for good")
	}
}

func TestRegionsAndRequestsByHand(t *testing.T) {
	agent, _ := agentFor(Requests{})
	got := traced(t, func() {
		ctx, end := agent.StartRequest(context.Background(), "/shop.Cart/Add", "my-trace-id")
		defer end()
		defer Region(ctx, "load basket")()
	})
	for _, want := range []string{"/shop.Cart/Add", "my-trace-id", "load basket"} {
		if !bytes.Contains(got, []byte(want)) {
			t.Errorf("the trace has no %q", want)
		}
	}
}

func TestOffMeansNothing(t *testing.T) {
	if trace.IsEnabled() {
		t.Skip("something else traces this process")
	}
	var none *Agent
	off, _ := agentFor(Requests{Slow: time.Nanosecond, TraceID: func(context.Context, http.Header) string {
		t.Error("a trace id was asked for")
		return ""
	}})
	handler := http.HandlerFunc(ok)
	if reflect.ValueOf(none.Middleware(handler)).Pointer() != reflect.ValueOf(handler).Pointer() {
		t.Error("no agent, but the handler is wrapped")
	}
	ctx, failed := context.Background(), errors.New("context changed")
	r, w := httptest.NewRequest("GET", "/", nil), httptest.NewRecorder()
	wrapped := off.Middleware(handler)
	allocations := testing.AllocsPerRun(100, func() {
		wrapped.ServeHTTP(w, r)
		Region(ctx, "region")()
		for _, agent := range []*Agent{none, off} {
			got, end := agent.StartRequest(ctx, "name", "id")
			if got != ctx {
				t.Error(failed)
			}
			end()
		}
	})
	if allocations != 0 {
		t.Errorf("%g allocations", allocations)
	}
}

// gotrace:end requests_test
