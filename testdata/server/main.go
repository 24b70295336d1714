// A server for tests of capturing: pprof and a flight recorder on the loopback interface, endpoints that answer in ways
// that are no trace, and work with a contended lock. Prints its address as the first line.
package main

import (
	"bytes"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"runtime/trace"
	"sync"
	"time"

	"example.com/server/store"
)

func main() {
	recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: 5 * time.Second})
	if os.Getenv("FLIGHT") != "" {
		if err := recorder.Start(); err != nil {
			log.Fatal(err)
		}
	}
	s := store.New()
	for range 4 {
		go work(s)
	}

	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("/debug/pprof/heap", pprof.Handler("heap").ServeHTTP)
	mux.HandleFunc("/flight", func(w http.ResponseWriter, _ *http.Request) {
		if _, err := recorder.WriteTo(w); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("/busy", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "one at a time", http.StatusTooManyRequests)
	})
	var once sync.Once
	mux.HandleFunc("/busy-once", func(w http.ResponseWriter, r *http.Request) {
		busy := false
		once.Do(func() { busy = true })
		if busy {
			w.Header().Set("Retry-After", "1")
			http.Error(w, "one at a time", http.StatusTooManyRequests)
			return
		}
		pprof.Trace(w, r)
	})
	mux.HandleFunc("/private", func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user == "me" && password == "s:e@cret" || r.Header.Get("X-Token") == "a, b" {
			pprof.Trace(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, "<!doctype html><title>Log in</title>")
	})
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>hello there, reader</html>") })
	mux.HandleFunc("/text", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "\x1b[31mhello\x1b[0m, this is no trace") })
	mux.HandleFunc("/nothing", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/debug/pprof/trace?"+r.URL.RawQuery, http.StatusFound)
	})
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	mux.HandleFunc("/cut", cut)

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr())
	log.Fatal(http.Serve(listener, mux))
}

// cut closes the connection in the middle of the last generation of a trace.
func cut(w http.ResponseWriter, r *http.Request) {
	var buffer bytes.Buffer
	if err := trace.Start(&buffer); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	time.Sleep(2500 * time.Millisecond)
	trace.Stop()
	w.Header().Set("Content-Length", fmt.Sprint(buffer.Len()))
	w.Write(buffer.Bytes()[:buffer.Len()-100])
	panic(http.ErrAbortHandler)
}

func work(s *store.Store) {
	for i := 0; ; i++ {
		s.Put(fmt.Sprint("key", i%100), i)
		time.Sleep(time.Millisecond)
	}
}
