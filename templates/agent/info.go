package traceagent

// gotrace:begin info

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// index is what /debug/gotrace/ says.
type index struct {
	Agent     int               `json:"agent"` // version of these pages
	Go        string            `json:"go"`
	Module    string            `json:"module,omitempty"`
	Version   string            `json:"version,omitempty"` // revision of the source, if known
	Pid       int               `json:"pid"`
	Started   time.Time         `json:"started"` // the agent
	Serves    []string          `json:"serves"`
	WhyNot    map[string]string `json:"why_not"`
	Capture   gateState         `json:"capture"`
	Snapshots indexSnapshots    `json:"snapshots"`
	Sentinel  sentinelState     `json:"sentinel"`
}

type indexSnapshots struct {
	Dir   string `json:"dir,omitempty"`
	Count int    `json:"count"`
	Bytes int64  `json:"bytes"`
}

func (a *Agent) serveIndex(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/debug/gotrace/" {
		refuse(w, http.StatusNotFound, "there is no such page; /debug/gotrace/ lists what there is")
		return
	}
	page := index{
		Agent:     1,
		Go:        runtime.Version(),
		Pid:       os.Getpid(),
		Started:   a.started,
		Serves:    []string{"trace", "goroutines", "metrics", "health", "pprof"},
		WhyNot:    map[string]string{},
		Capture:   a.gate.state(a.now()),
		Snapshots: indexSnapshots{Dir: a.options.Dir},
		Sentinel:  a.sentinel.state(),
	}
	page.Module, page.Version = built()
	offer := func(name string, err error) {
		if err == nil {
			page.Serves = append(page.Serves, name)
		} else {
			page.WhyNot[name] = err.Error()
		}
	}
	_, err := a.flight.running()
	offer("flight", err)
	offer("calls", callsErr())
	files, err := a.kept()
	offer("snapshots", err)
	page.Snapshots.Count = len(files)
	for _, file := range files {
		page.Snapshots.Bytes += file.Bytes
	}
	sendJSON(w, http.StatusOK, page)
}

// callsErr says why /debug/gotrace/calls has nothing, as far as that is known before it
// is asked for.
func callsErr() error {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == "gotrace.internal/rt" {
				return callsPlaceErr()
			}
		}
	}
	return errors.New("not built with gotrace build")
}

// callsPlaceErr says what the environment of a binary of "gotrace build" lacks.
func callsPlaceErr() error {
	if os.Getenv("GOTRACE_OUT") == "" {
		return errors.New("start it with GOTRACE_OUT=DIR and GOTRACE_RING=64MiB")
	}
	return nil
}

// built returns the module of the program and the revision of its source, if known.
func built() (module, version string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", ""
	}
	version = info.Main.Version
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			version = setting.Value
		}
	}
	return info.Main.Path, version
}

// serveHealth answers 200 or, while the process is overloaded, 503.
func (a *Agent) serveHealth(w http.ResponseWriter, r *http.Request) {
	if why := a.overload(r.Context()); why != "" {
		refuseUntil(w, http.StatusServiceUnavailable, overloadRetry, "overloaded: "+why)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, "ok")
}

// serveMetrics sends all of runtime/metrics: an object from names to numbers, and for
// histograms to {"counts": […], "buckets": […]} with one bound more than counts. Bounds
// that are infinite are null.
func (a *Agent) serveMetrics(w http.ResponseWriter, r *http.Request) {
	descriptions := metrics.All()
	samples := make([]metrics.Sample, len(descriptions))
	for i := range descriptions {
		samples[i].Name = descriptions[i].Name
	}
	metrics.Read(samples)
	values := make(map[string]any, len(samples))
	for _, sample := range samples {
		switch sample.Value.Kind() {
		case metrics.KindUint64:
			values[sample.Name] = sample.Value.Uint64()
		case metrics.KindFloat64:
			values[sample.Name] = finite(sample.Value.Float64())
		case metrics.KindFloat64Histogram:
			histogram := sample.Value.Float64Histogram()
			bounds := make([]*float64, len(histogram.Buckets))
			for i, bound := range histogram.Buckets {
				bounds[i] = finite(bound)
			}
			values[sample.Name] = map[string]any{"counts": histogram.Counts, "buckets": bounds}
		}
	}
	sendJSON(w, http.StatusOK, values)
}

// finite returns nil for numbers that JSON does not have.
func finite(value float64) *float64 {
	if math.IsInf(value, 0) || math.IsNaN(value) {
		return nil
	}
	return &value
}

func sendJSON(w http.ResponseWriter, status int, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n'))
}

// gotrace:end info
