package traceagent

// gotrace:begin listen_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestStartRefusesWhatLetsStrangersIn(t *testing.T) {
	authority := newTestAuthority(t)
	certificates := []tls.Certificate{authority.certificate(t, "server")}
	for name, test := range map[string]struct {
		options Options
		why     string
	}{
		"all addresses":           {Options{Addr: ":0"}, "everyone on the network could use it"},
		"all addresses, by name":  {Options{Addr: "0.0.0.0:0"}, "set Options.Token, or Options.TLS"},
		"all addresses of IPv6":   {Options{Addr: "[::]:0"}, "everyone on the network"},
		"a certificate of no use": {Options{Addr: ":0", TLS: &tls.Config{Certificates: certificates}}, "everyone on the network"},
		"a certificate that may be left out": {Options{Addr: ":0", TLS: &tls.Config{
			Certificates: certificates, ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: x509.NewCertPool()}}, "everyone on the network"},
		"certificates of any authority": {Options{Addr: ":0", TLS: &tls.Config{
			Certificates: certificates, ClientAuth: tls.RequireAndVerifyClientCert}}, "Options.TLS.ClientCAs is not set"},
		"no certificate of its own": {Options{Addr: "127.0.0.1:0", TLS: &tls.Config{}}, "Options.TLS has no certificate"},
		"a short token":             {Options{Addr: ":0", Token: "secret"}, "Options.Token has 6 characters"},
		"a socket without a file":   {Options{Addr: "unix:@agent"}, "must be the path of a file"},
		"no path":                   {Options{Addr: "unix:"}, "must be the path of a file"},
		"two places for snapshots":  {Options{Dir: "x", Sink: func(string) (io.WriteCloser, error) { return nil, nil }}, "set one of them"},
		"a negative limit":          {Options{Keep: -1}, "must not be negative"},
		"no port":                   {Options{Addr: "127.0.0.1"}, "missing port"},
	} {
		a, err := Start(test.options)
		if a != nil || err == nil || !strings.Contains(err.Error(), test.why) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestATokenAcrossTheNetworkIsWarnedOf(t *testing.T) {
	log := &testLog{}
	a := testAgent(t, Options{Addr: "0.0.0.0:0", Token: testToken, Logger: log.logger()})
	if !strings.Contains(log.String(), "plain text") || strings.Contains(log.String(), testToken) {
		t.Errorf("the log: %s", log)
	}
	if a.Addr() == nil {
		t.Error("no address")
	}
}

func TestUnixSocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "agent") // t.TempDir may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "s")
	// What a killed process leaves.
	stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Skip(err)
	}
	if socket, has := any(stale).(interface{ SetUnlinkOnClose(bool) }); has { // not on Plan 9
		socket.SetUnlinkOnClose(false)
	}
	stale.Close()

	a := testAgent(t, Options{Addr: "unix:" + path})
	get(t, a, "/debug/gotrace/health").want(t, http.StatusOK, "ok")
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the socket is %v, %v", info.Mode(), err)
	}
	if _, err := Start(Options{Addr: "unix:" + path}); err == nil || !strings.Contains(err.Error(), "another process listens there") {
		t.Errorf("a second one: %v", err)
	}
	get(t, a, "/debug/gotrace/health").want(t, http.StatusOK, "ok")
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(Options{Addr: "unix:" + filepath.Join(dir, "file")}); err == nil {
		t.Error("a file was replaced by a socket")
	}
}

func TestConnectionsBeyondTheLimitAreClosed(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &limitListener{Listener: inner, places: make(chan struct{}, 1)}
	defer l.Close()
	dial := func() net.Conn {
		conn, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		return conn
	}
	first := dial()
	defer first.Close()
	served, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	accepted := make(chan net.Conn)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			t.Error(err)
		}
		accepted <- conn
	}()
	second := dial()
	defer second.Close()
	if _, err := second.Read(make([]byte, 1)); err == nil {
		t.Error("the second connection was not closed")
	}
	served.Close()
	served.Close() // frees one place only
	if len(l.places) != 0 {
		t.Errorf("%d places are taken", len(l.places))
	}
	third := dial()
	defer third.Close()
	(<-accepted).Close()
}

// gotrace:end listen_test
