package traceagent

// gotrace:begin slow

import (
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"
)

// requests is what the agent knows of requests.
type requests struct {
	options  Requests
	log      *slog.Logger
	snapshot func(reason string)

	mu sync.Mutex
	// reported has the time of the last report of each route.
	reported map[string]time.Time
	forgot   time.Time // when old ones were last removed

	panicked, unseen sync.Once // of log lines
}

func newRequests(options Requests, log *slog.Logger, snapshot func(reason string)) *requests {
	return &requests{options: options, log: log, snapshot: snapshot, reported: map[string]time.Time{}}
}

// limitOf returns the time after which a request is slow; zero if it never is.
func (q *requests) limitOf(name string) time.Duration {
	if limit, ok := q.options.SlowRoute[name]; ok {
		return limit
	}
	if _, pattern, ok := strings.Cut(name, " "); ok {
		if limit, ok := q.options.SlowRoute[pattern]; ok {
			return limit
		}
	}
	return q.options.Slow
}

// mayReport reports whether a route may have a report now: it gets one in slowPause. It
// remembers slowRoutes routes at most.
func (q *requests) mayReport(name string, now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if last, ok := q.reported[name]; ok && now.Sub(last) < slowPause {
		return false
	}
	if len(q.reported) >= slowRoutes && now.Sub(q.forgot) >= slowPause {
		q.forgot = now
		for other, last := range q.reported {
			if now.Sub(last) >= slowPause {
				delete(q.reported, other)
			}
		}
	}
	if len(q.reported) >= slowRoutes {
		return false
	}
	q.reported[name] = now
	return true
}

// report logs a slow request and asks for a snapshot. The client does not wait for that.
func (q *requests) report(name, traceID string, took, limit time.Duration) {
	q.log.Warn("traceagent: slow request", "route", name, "took", took, "limit", limit, "trace_id", traceID)
	q.snapshot("slow " + name)
}

// traceID returns the trace id of a request; "" if it has none, or if the user's function
// panics.
func (q *requests) traceID(r *http.Request) (id string) {
	if q.options.TraceID != nil {
		defer q.survive("TraceID")
		return q.options.TraceID(r.Context(), r.Header)
	}
	if parent := r.Header["Traceparent"]; len(parent) == 1 {
		return TraceParent(parent[0])
	}
	return ""
}

// sayUnseen logs once that Middleware does not see the router.
func (q *requests) sayUnseen() {
	q.unseen.Do(func() {
		q.log.Warn("traceagent: requests have no routes in traces, as Agent.Middleware does not see their router: " +
			"set Options.Requests.Route; for a ServeMux behind other middleware it is traceagent.MuxRoute(mux)")
	})
}

// survive, deferred, makes a panic of a function of the user's a log line. Requests must
// not fail because they are traced.
func (q *requests) survive(name string) {
	if failed := recover(); failed != nil {
		q.panicked.Do(func() { q.log.Error("traceagent: Options.Requests."+name+" panicked", "panic", failed) })
	}
}

// gotrace:end slow
