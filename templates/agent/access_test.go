package traceagent

// gotrace:begin access_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"
)

const testToken = "0123456789abcdef0123456789abcdef"

func TestTokenLetsIn(t *testing.T) {
	a := testAgent(t, Options{Addr: "127.0.0.1:0", Token: testToken + "\n"})
	for name, given := range map[string]string{
		"none":         "",
		"wrong":        "Bearer " + strings.Repeat("x", len(testToken)),
		"a part":       "Bearer " + testToken[:20],
		"too long":     "Bearer " + testToken + "0",
		"no scheme":    testToken,
		"other scheme": "Basic " + testToken,
		"empty":        "Bearer ",
	} {
		got := get(t, a, "/debug/gotrace/health", withHeader("Authorization", given))
		if got.status != http.StatusUnauthorized || got.header.Get("WWW-Authenticate") != "Bearer" || strings.Contains(got.body, testToken) {
			t.Errorf("%s token: %d %q", name, got.status, got.body)
		}
	}
	for _, given := range []string{"Bearer " + testToken, "bearer  " + testToken} {
		get(t, a, "/debug/gotrace/health", withHeader("Authorization", given)).want(t, http.StatusOK, "ok")
	}
	// A name of the machine is fine for who has the token.
	got := get(t, a, "/debug/gotrace/health", withHeader("Authorization", "Bearer "+testToken), withHeader("Host", "app.internal:6060"))
	got.want(t, http.StatusOK, "ok")
	// And a stranger does not learn which pages there are, or which methods.
	get(t, a, "/nothing").want(t, http.StatusUnauthorized, "token")
	get(t, a, "/", func(r *http.Request) { r.Method = "POST" }).want(t, http.StatusUnauthorized, "token")
}

func TestWebPagesAreKeptOut(t *testing.T) {
	a := testAgent(t, Options{Addr: "127.0.0.1:0"})
	for _, test := range []struct {
		header, value string
		status        int
	}{
		{"Host", "localhost:6060", http.StatusOK},
		{"Host", "LOCALHOST", http.StatusOK},
		{"Host", "127.0.0.1", http.StatusOK},
		{"Host", "[::1]:6060", http.StatusOK},
		{"Host", "attacker.example:6060", http.StatusForbidden},
		{"Host", "localhost.attacker.example", http.StatusForbidden},
		{"Host", "127.0.0.1.attacker.example", http.StatusForbidden},
		{"Host", "0.0.0.0:6060", http.StatusForbidden},
		{"Sec-Fetch-Site", "none", http.StatusOK},
		{"Sec-Fetch-Site", "same-origin", http.StatusOK},
		{"Sec-Fetch-Site", "cross-site", http.StatusForbidden},
		{"Sec-Fetch-Site", "same-site", http.StatusForbidden}, // another port of localhost
		{"Origin", "http://" + a.Addr().String(), http.StatusOK},
		{"Origin", "https://attacker.example", http.StatusForbidden},
		{"Origin", "null", http.StatusForbidden},
	} {
		got := get(t, a, "/debug/gotrace/health", withHeader(test.header, test.value))
		if got.status != test.status {
			t.Errorf("%s: %s: got %d %q, want %d", test.header, test.value, got.status, got.body, test.status)
		}
	}
}

func TestProxiesAreKeptOut(t *testing.T) {
	open := testAgent(t, Options{Addr: "127.0.0.1:0"})
	front := httptest.NewServer(httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: open.Addr().String()}))
	defer front.Close()
	resp, err := http.Get(front.URL + "/debug/gotrace/health")
	if err != nil || resp.StatusCode != http.StatusForbidden {
		t.Fatal("a proxy gets in:", resp, err)
	}
	resp.Body.Close()
	locked := testAgent(t, Options{Addr: "127.0.0.1:0", Token: testToken})
	for _, name := range forwarding {
		forwarded := withHeader(name, "203.0.113.7")
		get(t, open, "/debug/gotrace/health", forwarded).want(t, http.StatusForbidden, "a proxy")
		get(t, locked, "/debug/gotrace/health", forwarded, withHeader("Authorization", "Bearer "+testToken)).want(t, http.StatusOK, "ok")
	}
}

func TestOnlyGetIsServed(t *testing.T) {
	a := testAgent(t, Options{Addr: "127.0.0.1:0"})
	for _, method := range []string{"POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "X"} {
		got := get(t, a, "/debug/gotrace/trace", func(r *http.Request) { r.Method = method })
		if got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != "GET" {
			t.Errorf("%s: %d %q", method, got.status, got.body)
		}
	}
	if state := a.gate.state(a.now()); state.Running || state.Next != nil {
		t.Errorf("one of them captured: %+v", state)
	}
}

func TestEveryResponseIsForNobodyElse(t *testing.T) {
	a := testAgent(t, Options{Addr: "127.0.0.1:0"})
	for _, path := range []string{"/", "/debug/gotrace/", "/debug/gotrace/flight", "/debug/gotrace/metrics", "/debug/pprof/", "/debug/pprof/nothing", "/debug/gotrace/trace?seconds=0.01"} {
		got := get(t, a, path)
		if got.header.Get("X-Content-Type-Options") != "nosniff" || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, got.header)
		}
	}
}

func TestHandlerChecksByWhichAddressARequestCame(t *testing.T) {
	a := testAgent(t, Options{})
	server := httptest.NewServer(a.Handler())
	defer server.Close()
	resp, err := http.Get(server.URL + "/debug/gotrace/health")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp, err)
	}
	resp.Body.Close()

	status := func(local net.Addr, verified bool) int {
		r := httptest.NewRequest("GET", "http://localhost/debug/gotrace/health", nil)
		if local != nil {
			r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, local))
		}
		if r.TLS = nil; verified {
			r.TLS = &tls.ConnectionState{VerifiedChains: testChains()}
		}
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, r)
		return w.Code
	}
	public := &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 80}
	if got := status(public, false); got != http.StatusForbidden {
		t.Errorf("without a certificate, by a public address: %d", got)
	}
	if got := status(public, true); got != http.StatusOK {
		t.Errorf("with a certificate: %d", got)
	}
	if got := status(&net.UnixAddr{Name: "agent.sock", Net: "unix"}, false); got != http.StatusOK {
		t.Errorf("by a unix socket: %d", got)
	}
	if got := status(nil, false); got != http.StatusForbidden {
		t.Errorf("by an unknown address: %d", got)
	}
}

func TestClientCertificatesLetIn(t *testing.T) {
	authority := newTestAuthority(t)
	a := testAgent(t, Options{Addr: "127.0.0.1:0", TLS: &tls.Config{
		Certificates: []tls.Certificate{authority.certificate(t, "server")},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    authority.pool,
	}})
	status := func(certificates ...tls.Certificate) (int, error) {
		client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{
			DisableKeepAlives: true,
			TLSClientConfig:   &tls.Config{RootCAs: authority.pool, Certificates: certificates},
		}}
		r, _ := http.NewRequest("GET", "https://"+a.Addr().String()+"/debug/gotrace/health", nil)
		r.Host = "app.internal"
		resp, err := client.Do(r)
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close()
		return resp.StatusCode, nil
	}
	if got, err := status(authority.certificate(t, "client")); got != http.StatusOK {
		t.Errorf("with a certificate: %d %v", got, err)
	}
	if got, err := status(); err == nil {
		t.Errorf("without a certificate: %d", got)
	}
	if got, err := status(newTestAuthority(t).certificate(t, "stranger")); err == nil {
		t.Errorf("with one of another authority: %d", got)
	}
}

// gotrace:end access_test
