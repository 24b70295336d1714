//go:build go1.23

package traceagent

// gotrace:begin pattern_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPatternsOfRequests(t *testing.T) {
	probe := http.NewServeMux()
	probe.HandleFunc("/{any}", ok)
	if _, pattern := probe.Handler(httptest.NewRequest("GET", "/x", nil)); pattern == "" {
		t.Skip("this module's go.mod is older than Go 1.22, so its ServeMux has no wildcards (GODEBUG=httpmuxgo121=0 changes that)")
	}
	agent, _ := agentFor(Requests{})
	for path, want := range map[string]string{
		"/items/17":      "GET /items/{id}",
		"/lists/17/":     "GET /lists/{id}/",
		"/lists/17":      "GET (redirect)",
		"/lists/17/more": "GET /lists/{id}/",
	} {
		// The middleware around the ServeMux finds the pattern itself ...
		mux := http.NewServeMux()
		mux.HandleFunc("GET /items/{id}", ok)
		mux.HandleFunc("/lists/{id}/", ok)
		r := httptest.NewRequest("GET", path, nil)
		if got := RequestName("GET", agent.requests.routeOf(mux)(r)); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
		// ... and gives it to middleware outside, as without an agent.
		plain := httptest.NewRequest("GET", path, nil)
		mux.ServeHTTP(httptest.NewRecorder(), plain)
		traced(t, func() { agent.Middleware(mux).ServeHTTP(httptest.NewRecorder(), r) })
		if r.Pattern != plain.Pattern {
			t.Errorf("%s: outside, the pattern is %q, without an agent %q", path, r.Pattern, plain.Pattern)
		}
	}
	// Behind other middleware it is not found, and the log says so once.
	log := &bytes.Buffer{}
	agent.requests.log = slog.New(slog.NewTextHandler(log, nil))
	hidden := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { probe.ServeHTTP(w, r) })
	traced(t, func() {
		pass(agent.Middleware(hidden), "GET", "/x")
		pass(agent.Middleware(hidden), "GET", "/x")
	})
	if n := strings.Count(log.String(), "MuxRoute"); n != 1 {
		t.Errorf("said %d times: %s", n, log)
	}
	// The middleware around a single handler gets it from the request.
	mux := http.NewServeMux()
	var got string
	mux.HandleFunc("GET /items/{id}", func(w http.ResponseWriter, r *http.Request) {
		got = RequestName(r.Method, agent.requests.routeOf(http.HandlerFunc(ok))(r))
	})
	mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/items/17", nil))
	if want := "GET /items/{id}"; got != want {
		t.Errorf("inside the ServeMux, the name is %q, want %q", got, want)
	}
}

// gotrace:end pattern_test
