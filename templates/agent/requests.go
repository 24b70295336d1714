package traceagent

// gotrace:begin requests

import (
	"context"
	"net/http"
	"time"
)

// Requests says how requests are named in traces, and when one is too slow.
type Requests struct {
	// Route returns the name of a request: the pattern of its route, never its path.
	Route func(*http.Request) string
	// TraceID returns the id that a tracing system has for a request.
	TraceID func(context.Context, http.Header) string
	// Slow is how long a request may take; a longer one leaves a snapshot. 0 is no limit.
	Slow time.Duration
	// SlowRoute has limits for single routes.
	SlowRoute map[string]time.Duration
}

// gotrace:end requests
