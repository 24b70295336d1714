package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"example.com/agentload/internal/traceagent"
)

// serve runs the shop until it is interrupted. It prints where it and its agent listen.
func serve(args []string) {
	flags := flag.NewFlagSet("serve", flag.ExitOnError)
	on := flags.Bool("agent", false, "start the agent")
	addr := flags.String("addr", "127.0.0.1:0", "where the agent listens")
	token := flags.String("token", "", "the agent's token")
	certificates := flags.String("tls", "", "directory of server.crt, server.key and, for client certificates, ca.crt")
	dir := flags.String("dir", "", "where snapshots go")
	flight := flags.Uint64("flight", 0, "bytes of the flight recorder")
	watch := flags.Bool("watch", false, "turn the sentinel on, with thresholds that are not reached")
	flags.Parse(args)

	var agent *traceagent.Agent
	if *on {
		options := traceagent.Options{Addr: *addr, Token: *token, Dir: *dir, Keep: 100}
		if *flight > 0 {
			options.Flight = traceagent.Flight{MinAge: 10 * time.Second, MaxBytes: *flight}
		}
		if *watch {
			options.Sentinel = traceagent.Sentinel{
				SchedLatency: time.Hour, GCPause: time.Hour, Goroutines: 1e6, HeapShare: 1, MutexWait: 1e6,
			}
			options.Requests.Slow = time.Hour
		}
		if *certificates != "" {
			options.TLS = tlsFrom(*certificates)
		}
		var err error
		if agent, err = traceagent.Start(options); err != nil {
			slog.Error("no agent", "err", err)
		}
	}

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	server := &http.Server{Handler: agent.Middleware(routes(agent))}
	go server.Serve(listener)
	fmt.Println("public", listener.Addr())
	if at := agent.Addr(); at != nil {
		fmt.Println("agent", at)
	}
	fmt.Println("ready")

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	<-stop
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := agent.Close(ctx); err != nil {
		fail(err)
	}
	server.Close()
	time.Sleep(200 * time.Millisecond) // for goroutines of connections
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	fmt.Println("left", strings.Count(string(stacks), "traceagent."))
}

func routes(agent *traceagent.Agent) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/orders/", order)
	mux.HandleFunc("/storm", storm)
	mux.HandleFunc("/burn", burn)
	mux.HandleFunc("/snapshot", func(w http.ResponseWriter, r *http.Request) {
		name, err := agent.Snapshot("asked-for")
		reply := map[string]string{"name": name}
		if err != nil {
			reply["err"] = err.Error()
		}
		json.NewEncoder(w).Encode(reply)
	})
	mux.HandleFunc("/usage", usage)
	return mux
}

// usage says what the process has used: processor time, goroutines, and the descriptors that are open.
func usage(w http.ResponseWriter, _ *http.Request) {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		fail(err)
	}
	files, _ := os.ReadDir("/proc/self/fd")
	json.NewEncoder(w).Encode(map[string]int64{
		"cpu_ns":     used.Utime.Nano() + used.Stime.Nano(),
		"goroutines": int64(runtime.NumGoroutine()),
		"files":      int64(len(files)),
	})
}
