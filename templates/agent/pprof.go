package traceagent

// gotrace:begin pprof

import (
	"fmt"
	"net/http"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
)

// The profiles of runtime/pprof. The package net/http/pprof would also register itself
// on http.DefaultServeMux, which many programs serve to the public.

// servePprof sends a profile, or their list.
func (a *Agent) servePprof(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/debug/pprof/")
	if name == "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintln(w, "profile?seconds=30\ntrace?seconds=5")
		for _, profile := range pprof.Profiles() {
			fmt.Fprintf(w, "%s?debug=1\t%d\n", profile.Name(), profile.Count())
		}
		return
	}
	if r.URL.Query().Has("seconds") {
		refuse(w, http.StatusBadRequest, "differences of profiles are not served: take two, and use go tool pprof -diff_base")
		return
	}
	debug, _ := strconv.Atoi(r.URL.Query().Get("debug"))
	a.sendProfile(w, r, name, debug)
}

// serveGoroutines sends the stacks of all goroutines as text.
func (a *Agent) serveGoroutines(w http.ResponseWriter, r *http.Request) {
	a.sendProfile(w, r, "goroutine", 2)
}

// sendProfile sends a profile: as text if debug is above 0.
func (a *Agent) sendProfile(w http.ResponseWriter, r *http.Request, name string, debug int) {
	profile := pprof.Lookup(name)
	if profile == nil {
		refuse(w, http.StatusNotFound, "there is no such profile; /debug/pprof/ lists them")
		return
	}
	leave, ok := a.one(w)
	if !ok {
		return
	}
	defer leave()
	if gc, _ := strconv.Atoi(r.URL.Query().Get("gc")); name == "heap" && gc > 0 {
		runtime.GC()
	}
	out := newOutput(r.Context(), w, a.most, responseMost)
	defer out.done()
	if debug > 0 {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Connection", "close")
	} else {
		attach(w, fileName(a.now(), cleanReason(name)+".pprof"))
	}
	if err := profile.WriteTo(out, debug); err != nil {
		_ = out.fail(err)
	}
	a.finish(r, name, out)
}

// gotrace:end pprof
