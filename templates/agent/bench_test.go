package traceagent

// gotrace:begin bench_test

// What the agent costs. Compare figures of one run only: machines differ, and so does
// what else they do.
//
//	go test -run - -bench . ./internal/traceagent

import (
	"context"
	"crypto/sha256"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime/trace"
	"testing"
	"time"
)

// BenchmarkMiddleware serves a request in the process. While nothing is traced, the handler
// does nothing, without the middleware (bare) and with it (off). While an execution trace
// is recorded, a ServeMux serves it, as the middleware looks up the route.
func BenchmarkMiddleware(b *testing.B) {
	mux := http.NewServeMux()
	mux.HandleFunc("/items/", ok)
	agent, _ := agentFor(Requests{Slow: time.Hour})
	b.Run("bare", func(b *testing.B) { serve(b, http.HandlerFunc(ok)) })
	b.Run("off", func(b *testing.B) { serve(b, agent.Middleware(http.HandlerFunc(ok))) })
	b.Run("traced-bare", func(b *testing.B) { whileTraced(b, func() { serve(b, mux) }) })
	b.Run("traced", func(b *testing.B) { whileTraced(b, func() { serve(b, agent.Middleware(mux)) }) })
}

func serve(b *testing.B, h http.Handler) {
	r := httptest.NewRequest("GET", "/items/17", nil)
	r.Header.Set("traceparent", testParent)
	w := httptest.NewRecorder()
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		h.ServeHTTP(w, r)
	}
}

// BenchmarkRegion makes a region while nothing is traced, and while an execution trace is
// recorded.
func BenchmarkRegion(b *testing.B) {
	regions := func(b *testing.B) {
		ctx := context.Background()
		b.ReportAllocs()
		for i := 0; i < b.N; i++ {
			Region(ctx, "region")()
		}
	}
	b.Run("off", regions)
	b.Run("traced", func(b *testing.B) { whileTraced(b, func() { regions(b) }) })
}

func whileTraced(b *testing.B, work func()) {
	if err := trace.Start(io.Discard); err != nil {
		b.Skip(err)
	}
	defer trace.Stop()
	work()
}

// BenchmarkSentinel is one tick with all numbers of the runtime and one of the user's;
// there is one in sentinelEvery.
func BenchmarkSentinel(b *testing.B) {
	s := newSentinel(Sentinel{
		SchedLatency: time.Hour, GCPause: time.Hour, Goroutines: 1 << 30, HeapShare: 1e9, MutexWait: 1e9,
	}, quiet(), func(string) {})
	s.watch(&watched{number: number{name: "user's", above: 1e9}, read: func() float64 { return 1 }})
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		s.tick(context.Background(), time.Now())
	}
	b.ReportMetric(100*b.Elapsed().Seconds()/float64(b.N)/sentinelEvery.Seconds(), "%core")
}

// BenchmarkServer sends requests over loopback to a server, from as many clients as there
// are processors, without and with the flight recorder: to a handler that does nothing,
// where a request is little but events of the runtime, and to one that hashes 64 KiB.
func BenchmarkServer(b *testing.B) {
	data := make([]byte, 64<<10)
	mux := http.NewServeMux()
	mux.HandleFunc("/nothing/", ok)
	mux.HandleFunc("/work/", func(w http.ResponseWriter, _ *http.Request) {
		sum := sha256.Sum256(data)
		w.Write(sum[:])
	})
	for _, path := range []string{"/nothing/", "/work/"} {
		b.Run("plain"+path[:len(path)-1], func(b *testing.B) { request(b, mux, path) })
		b.Run("recorded"+path[:len(path)-1], func(b *testing.B) {
			agent, err := Start(Options{Flight: Flight{MinAge: 10 * time.Second, MaxBytes: 64 << 20}, Logger: quiet()})
			if err != nil {
				b.Fatal(err)
			}
			defer agent.Close(context.Background())
			if !trace.IsEnabled() {
				b.Skip("there is no flight recorder")
			}
			request(b, agent.Middleware(mux), path)
		})
	}
}

func request(b *testing.B, h http.Handler, path string) {
	server := httptest.NewServer(h)
	defer server.Close()
	client := server.Client()
	client.Transport.(*http.Transport).MaxIdleConnsPerHost = 100
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			response, err := client.Get(server.URL + path)
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
	})
}

// gotrace:end bench_test
