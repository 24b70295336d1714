package traceagent

// gotrace:begin hostile_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"strings"
	"testing"
	"time"
)

// raw sends text to an agent, and returns the connection.
func raw(t *testing.T, a *Agent, text string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", a.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	return conn
}

func getText(a *Agent, path string) string {
	return fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, a.Addr())
}

// captured waits until no capture runs, and reports whether one has recorded something.
func captured(a *Agent) bool {
	for {
		if state := a.gate.state(a.now()); !state.Running {
			return state.Next != nil
		}
		runtime.Gosched()
	}
}

func TestAClientThatVanishesEndsItsCapture(t *testing.T) {
	log := &testLog{}
	a := testAgent(t, Options{Addr: "127.0.0.1:0", Logger: log.logger()})
	conn := raw(t, a, getText(a, "/debug/gotrace/trace?seconds=30"))
	if _, err := bufio.NewReader(conn).ReadString('\n'); err != nil { // it runs
		t.Fatal(err)
	}
	conn.Close()
	if !captured(a) {
		t.Error("nothing was recorded")
	}
	if !strings.Contains(log.String(), "cut off") {
		t.Errorf("the log: %s", log)
	}
}

// stuckWriter is a ResponseWriter whose client reads nothing until it is released.
type stuckWriter struct {
	http.ResponseWriter
	stuck, released chan struct{}
}

func (w stuckWriter) Write(p []byte) (int, error) {
	select {
	case <-w.released:
	case w.stuck <- struct{}{}:
		<-w.released
	}
	return w.ResponseWriter.Write(p)
}

func TestAClientThatReadsNothingEndsItsTrace(t *testing.T) {
	log := &testLog{}
	a := testAgent(t, Options{Token: testToken, Logger: log.logger()}, func(a *Agent) { a.chunks, a.backlog, a.patience = 1, 0, 0 })
	w := stuckWriter{httptest.NewRecorder(), make(chan struct{}), make(chan struct{})}
	aborted := make(chan any)
	go func() {
		defer func() { aborted <- recover() }()
		r := httptest.NewRequest("GET", "/debug/gotrace/trace?seconds=30", nil)
		r.Header.Set("Authorization", "Bearer "+testToken)
		a.Handler().ServeHTTP(w, r)
	}()
	<-w.stuck
	for trace.IsEnabled() { // until the runtime has nobody to keep data for
		runtime.Gosched()
	}
	close(w.released)
	if why := <-aborted; why != http.ErrAbortHandler || !strings.Contains(log.String(), errSlow.Error()) {
		t.Errorf("%v; the log: %s", why, log)
	}
}

func TestACaptureBeyondItsSizeIsAborted(t *testing.T) {
	a := testAgent(t, Options{Addr: "127.0.0.1:0"}, func(a *Agent) { a.most = 1 << 10 })
	got := get(t, a, "/debug/gotrace/trace?seconds=0.05")
	if got.status != http.StatusOK || got.err == nil || len(got.body) > 1<<10 {
		t.Errorf("%d, %d bytes, %v", got.status, len(got.body), got.err)
	}
}

func TestHugeHeadersAreRefused(t *testing.T) {
	a := testAgent(t, Options{Addr: "127.0.0.1:0"})
	got := get(t, a, "/debug/gotrace/health", withHeader("X-Huge", strings.Repeat("x", 4*headerBytes)))
	if got.err == nil && got.status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("%d %q", got.status, got.body)
	}
	if a.server.ReadHeaderTimeout <= 0 || a.server.WriteTimeout <= 0 || a.server.IdleTimeout <= 0 {
		t.Error("a slow client has no limit")
	}
}

func TestABodyIsNotWaitedFor(t *testing.T) {
	a := testAgent(t, Options{Addr: "127.0.0.1:0"})
	conn := raw(t, a, "OPTIONS * HTTP/1.1\r\nHost: attacker.example\r\nContent-Length: 100\r\n\r\n")
	if answer, err := io.ReadAll(conn); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 403") {
		t.Errorf("OPTIONS *: %q, %v", answer, err)
	}
	for _, length := range []string{"Content-Length: 100000", "Transfer-Encoding: chunked"} {
		for _, method := range []string{"GET", "POST"} {
			conn := raw(t, a, fmt.Sprintf("%s /debug/gotrace/ HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n", method, length))
			answer, err := io.ReadAll(conn) // until the server closes
			if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 4") {
				t.Errorf("%s with %s: %q, %v", method, length, answer, err)
			}
		}
	}
}

func TestPathTricksLeadNowhere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "snapshots")
	a := testAgent(t, Options{Addr: "127.0.0.1:0", Dir: dir})
	for _, path := range []string{filepath.Join(dir, "..", "secret"), filepath.Join(dir, "secret")} {
		if err := os.WriteFile(path, []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := snapshotNames.name(a.now(), "link")
	if err := os.Symlink(filepath.Join(dir, "secret"), filepath.Join(dir, link)); err != nil {
		t.Log(err)
	}
	for _, name := range []string{
		"../secret", "..%2fsecret", "%2e%2e/secret", "%2e%2e%2fsecret", "..\\secret", "..%5csecret", "secret",
		"./secret", "/secret", "//secret", "%00", "secret%00.trace", "*", link, "",
		snapshotNames.name(a.now(), "x") + "/../../secret", strings.TrimSuffix(snapshotNames.name(a.now(), "x"), ".trace") + "/../secret.trace",
	} {
		conn := raw(t, a, strings.Replace(getText(a, "/debug/gotrace/snapshots/"+name), "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))
		answer, err := io.ReadAll(conn)
		if text := string(answer); err != nil || strings.Contains(text, "\r\n\r\nsecret") || strings.HasPrefix(text, "HTTP/1.1 200") {
			t.Errorf("%q: %q, %v", name, text, err)
		}
	}
}

func TestSecondsAreChecked(t *testing.T) {
	a := testAgent(t, Options{Addr: "127.0.0.1:0"})
	for _, value := range []string{"0", "-1", "31", "1e9", "NaN", "Inf", "x", "5s", "0x", "1;2", "%zz"} {
		for _, page := range []string{"gotrace/trace", "pprof/trace", "pprof/profile", "pprof/heap"} {
			if got := get(t, a, "/debug/"+page+"?seconds="+value); got.status != http.StatusBadRequest {
				t.Errorf("%s with seconds=%s: %d %q", page, value, got.status, got.body)
			}
		}
	}
	if captured(a) {
		t.Error("one of them captured")
	}
}

func TestCloseLeavesNothingRunning(t *testing.T) {
	a := testAgent(t, Options{Addr: "127.0.0.1:0", Dir: t.TempDir(), Sentinel: Sentinel{Goroutines: 1 << 30}, Flight: Flight{MinAge: time.Second}})
	get(t, a, "/debug/gotrace/trace?seconds=0.01")
	if err := a.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	for { // the goroutines of closed connections end a little later
		var stacks strings.Builder
		if err := pprof.Lookup("goroutine").WriteTo(&stacks, 2); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(stacks.String(), ".(*Agent).") && !trace.IsEnabled() {
			return
		}
		runtime.Gosched()
	}
}

func TestCloseEndsACapture(t *testing.T) {
	a := testAgent(t, Options{Addr: "127.0.0.1:0"})
	conn := raw(t, a, getText(a, "/debug/gotrace/trace?seconds=30"))
	reader := bufio.NewReader(conn)
	if _, err := reader.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(reader)
	if strings.HasSuffix(string(rest), "0\r\n\r\n") {
		t.Error("the response has a clean end")
	}
	if err := a.Close(context.Background()); err != nil {
		t.Errorf("the second time: %v", err)
	}
	if _, err := net.DialTimeout("tcp", a.Addr().String(), time.Minute); err == nil {
		t.Error("the server still listens")
	}
	if _, err := a.Snapshot("x"); err != ErrClosed {
		t.Errorf("a snapshot after Close: %v", err)
	}
}

// gotrace:end hostile_test
