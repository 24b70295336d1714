package traceagent

// gotrace:begin server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// routes returns the agent's pages, on a mux of their own.
func (a *Agent) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/gotrace/", a.serveIndex)
	mux.HandleFunc("/debug/gotrace/trace", a.serveTrace)
	mux.HandleFunc("/debug/gotrace/flight", a.serveFlight)
	mux.HandleFunc("/debug/gotrace/calls", a.serveCalls)
	mux.HandleFunc("/debug/gotrace/snapshots", a.serveSnapshots)
	mux.HandleFunc("/debug/gotrace/snapshots/", a.serveSnapshot)
	mux.HandleFunc("/debug/gotrace/goroutines", a.serveGoroutines)
	mux.HandleFunc("/debug/gotrace/metrics", a.serveMetrics)
	mux.HandleFunc("/debug/gotrace/health", a.serveHealth)
	mux.HandleFunc("/debug/pprof/", a.servePprof)
	mux.HandleFunc("/debug/pprof/trace", a.serveTrace)
	mux.HandleFunc("/debug/pprof/profile", a.serveProfile)
	return a.guard(a.tracked(mux))
}

// tracked lets Close end requests, through their context, and wait for them.
func (a *Agent) tracked(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !a.begin() {
			refuse(w, http.StatusServiceUnavailable, "the agent is closed")
			return
		}
		defer a.end()
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(a.ctx, cancel)()
		h.ServeHTTP(w, r.WithContext(ctx))
	})
}

// one lets one request at a time through, for pages that take the process some time.
func (a *Agent) one(w http.ResponseWriter) (leave func(), ok bool) {
	if !a.page.TryLock() {
		refuseUntil(w, http.StatusTooManyRequests, time.Second, "another request of this kind is being served; one is at a time")
		return nil, false
	}
	return a.page.Unlock, true
}

// serve starts the agent's server, if it has an address.
func (a *Agent) serve() {
	if a.listener == nil {
		return
	}
	a.server = &http.Server{
		Handler:           a.handler,
		ReadHeaderTimeout: headerMost,
		// Captures set deadlines of their own. There is no ReadTimeout: it would end the
		// context of a request that takes longer.
		WriteTimeout:   responseMost,
		IdleTimeout:    idleMost,
		MaxHeaderBytes: headerBytes,
		// It would answer "OPTIONS *" before any check.
		DisableGeneralOptionsHandler: true,
		// Whatever strangers send must not fill the log.
		ErrorLog: slog.NewLogLogger(a.options.Logger.Handler(), slog.LevelDebug),
	}
	a.spawn(func(context.Context) {
		if err := a.server.Serve(a.listener); !errors.Is(err, http.ErrServerClosed) {
			a.options.Logger.Error("traceagent: the server has ended", "err", err)
		}
	})
}

// shutDown ends the server. Requests that run get the time of ctx, up to a second:
// Shutdown also waits for connections that have sent nothing yet.
func (a *Agent) shutDown(ctx context.Context) {
	if a.server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if a.server.Shutdown(ctx) != nil {
		a.server.Close()
	}
}

// gotrace:end server
