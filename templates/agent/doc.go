// Package traceagent lets a running program be examined: execution traces, the flight
// recorder, profiles and runtime metrics, by an HTTP server that is safe to leave in a
// program in production. It is part of your module; "gotrace agent" wrote it, and it
// uses the standard library only.
//
//	agent, err := traceagent.Start(traceagent.Options{
//		Addr: "127.0.0.1:6060", Dir: "/var/lib/app/traces",
//		Sentinel: traceagent.Sentinel{SchedLatency: 50 * time.Millisecond, HeapShare: 0.9},
//		Requests: traceagent.Requests{Slow: 2 * time.Second},
//	})
//	if err != nil {
//		slog.Error("no trace agent", "err", err) // the program runs on without it
//	}
//	defer agent.Close(context.Background())
//	server := &http.Server{Handler: agent.Middleware(mux)}
//
// The agent takes snapshots by itself when it matters: when a number of the runtime or one
// of yours (Agent.Watch) is above its limit, and when a request is slow. In traces each
// request is a task.
//
// What it promises:
//
//   - Nobody gets in by accident. Without a token or client certificates the agent
//     listens on loopback addresses and unix sockets only, and refuses requests that a
//     web page made (foreign Host, cross-site) or a proxy passed on. It never touches
//     http.DefaultServeMux; for that reason it does not even import net/http/pprof.
//   - Captures stay small. One runs at a time in the process, for 30 s at most, and the
//     next may begin 60 s after its end. None begins while the process is overloaded.
//     One ends when its client goes away, or is too slow.
//   - Memory stays small. No trace is ever in memory as a whole: see queue.go.
//   - Close ends everything that Start began.
//
// A nil *Agent may be used like any other: everything is off, and costs nothing.
//
// All limits are in limits.go. That file is yours; so are all lines outside of
// "gotrace:begin" and "gotrace:end" in the other files, which "gotrace agent" keeps when
// it updates the package.
package traceagent
