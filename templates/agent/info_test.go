package traceagent

// gotrace:begin info_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime/metrics"
	"strings"
	"testing"
	"time"
)

func TestIndexSaysWhatIsServed(t *testing.T) {
	dir := t.TempDir()
	a := testAgent(t, Options{Addr: "127.0.0.1:0", Dir: dir})
	written(t, dir, "one", "two")
	var page struct {
		Agent     int
		Go        string
		Pid       int
		Started   time.Time
		Serves    []string
		WhyNot    map[string]string `json:"why_not"`
		Capture   struct{ Running bool }
		Snapshots struct{ Count, Bytes int }
		Sentinel  struct{ On bool }
	}
	if err := json.Unmarshal([]byte(get(t, a, "/debug/gotrace/").body), &page); err != nil {
		t.Fatal(err)
	}
	if page.Agent != 1 || !strings.HasPrefix(page.Go, "go") && !strings.HasPrefix(page.Go, "devel") || page.Pid != os.Getpid() || page.Started.IsZero() {
		t.Errorf("%+v", page)
	}
	if got := strings.Join(page.Serves, " "); got != "trace goroutines metrics health pprof snapshots" {
		t.Errorf("it serves %s", got)
	}
	if page.WhyNot["flight"] != errFlightOff.Error() || page.WhyNot["calls"] != "not built with gotrace build" {
		t.Errorf("why not: %v", page.WhyNot)
	}
	if page.Snapshots.Count != 2 || page.Snapshots.Bytes != 6 || page.Capture.Running || page.Sentinel.On {
		t.Errorf("%+v", page)
	}
	get(t, a, "/debug/gotrace/nothing").want(t, http.StatusNotFound, "no such page")
}

func TestPagesOfText(t *testing.T) {
	a := testAgent(t, Options{Addr: "127.0.0.1:0"})
	get(t, a, "/debug/gotrace/goroutines").want(t, http.StatusOK, "TestPagesOfText")
	get(t, a, "/debug/pprof/goroutine?debug=2").want(t, http.StatusOK, "TestPagesOfText")
	get(t, a, "/debug/pprof/").want(t, http.StatusOK, "goroutine?debug=1")
	get(t, a, "/debug/pprof/nothing").want(t, http.StatusNotFound, "no such profile")
	get(t, a, "/debug/pprof/heap?gc=1").want(t, http.StatusOK, "\x1f\x8b")
	get(t, a, "/debug/gotrace/flight").want(t, http.StatusNotImplemented, "recorder is off")
	get(t, a, "/debug/gotrace/calls").want(t, http.StatusNotImplemented, "build the program with gotrace build")
	get(t, a, "/debug/gotrace/health").want(t, http.StatusOK, "ok")
	got := get(t, a, "/debug/pprof/profile?seconds=0.01")
	if got.want(t, http.StatusOK, "\x1f\x8b"); got.err != nil {
		t.Error(got.err)
	}
	leave, _ := a.one(httptest.NewRecorder())
	get(t, a, "/debug/gotrace/goroutines").want(t, http.StatusTooManyRequests, "one is at a time")
	leave()
}

func TestMetricsAreJSON(t *testing.T) {
	a := testAgent(t, Options{Addr: "127.0.0.1:0"})
	var values map[string]json.RawMessage
	if err := json.Unmarshal([]byte(get(t, a, "/debug/gotrace/metrics").body), &values); err != nil {
		t.Fatal(err)
	}
	if len(values) != len(metrics.All()) {
		t.Errorf("%d of %d metrics", len(values), len(metrics.All()))
	}
	var histogram struct {
		Counts  []uint64
		Buckets []*float64
	}
	if err := json.Unmarshal(values["/sched/latencies:seconds"], &histogram); err != nil {
		t.Fatal(err)
	}
	if n := len(histogram.Buckets); n != len(histogram.Counts)+1 || n < 2 || histogram.Buckets[n-1] != nil || histogram.Buckets[1] == nil {
		t.Errorf("%d counts, %d buckets", len(histogram.Counts), n)
	}
	if text := string(values["/sched/goroutines:goroutines"]); text == "" || text == "0" {
		t.Errorf("%s goroutines", text)
	}
}

func TestOverloadRefusesCaptures(t *testing.T) {
	a := testAgent(t, Options{Addr: "127.0.0.1:0"}, func(a *Agent) {
		a.overload = func(context.Context) string { return "too much to do" }
	})
	for _, page := range []string{"gotrace/trace", "gotrace/calls", "pprof/trace", "pprof/profile", "gotrace/health"} {
		got := get(t, a, "/debug/"+page)
		got.want(t, http.StatusServiceUnavailable, "too much to do")
		if got.header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", page)
		}
	}
	get(t, a, "/debug/gotrace/goroutines").want(t, http.StatusOK, "goroutine")
	if captured(a) {
		t.Error("one of them captured")
	}
}

func TestLatencyOverload(t *testing.T) {
	buckets := []float64{0, overloadLatency.Seconds() / 2, overloadLatency.Seconds(), overloadLatency.Seconds() * 2}
	before := &metrics.Float64Histogram{Counts: []uint64{5000, 0, 1000}, Buckets: buckets}
	for want, counts := range map[string][]uint64{
		"nothing new":      {5000, 0, 1000},
		"one of a hundred": {5098, 1, 1001},
		"too few to tell":  {5000, 0, 1000 + overloadSamples - 1},
	} {
		if why := latencyOverload(before, &metrics.Float64Histogram{Counts: counts, Buckets: buckets}); why != "" {
			t.Errorf("%s: %s", want, why)
		}
	}
	after := &metrics.Float64Histogram{Counts: []uint64{5098, 0, 1002}, Buckets: buckets}
	if why := latencyOverload(before, after); !strings.HasPrefix(why, "2 of 100 goroutines") {
		t.Errorf("two of a hundred: %q", why)
	}
	if why := overloaded(context.Background()); strings.Contains(why, "heap") {
		t.Errorf("this process: %s", why)
	}
}

func TestDefaultServeMuxIsLeftAlone(t *testing.T) {
	testAgent(t, Options{Addr: "127.0.0.1:0"})
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/trace", "/debug/gotrace/"} {
		if _, pattern := http.DefaultServeMux.Handler(httptest.NewRequest("GET", path, nil)); pattern == path {
			t.Errorf("%s is served to the public", path)
		}
	}
}

func TestNilAgent(t *testing.T) {
	var a *Agent
	if a.Addr() != nil || a.Close(context.Background()) != nil {
		t.Error("it does something")
	}
	w := httptest.NewRecorder()
	if a.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/debug/gotrace/", nil)); w.Code != http.StatusNotFound {
		t.Errorf("it serves %d", w.Code)
	}
}

func TestCallsNeedAPlace(t *testing.T) {
	t.Setenv("GOTRACE_OUT", "")
	if err := callsPlaceErr(); err == nil || !strings.Contains(err.Error(), "GOTRACE_OUT=DIR") {
		t.Errorf("without a place for calls: %v", err)
	}
	t.Setenv("GOTRACE_OUT", "/var/trace")
	if err := callsPlaceErr(); err != nil {
		t.Error(err)
	}
}

// gotrace:end info_test
