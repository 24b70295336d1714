package traceagent

// gotrace:begin http2_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHandlerOnAServerWithHTTP2(t *testing.T) {
	clock := newTestClock()
	a := testAgent(t, Options{Token: testToken}, func(a *Agent) { a.now = clock.now })
	server := httptest.NewUnstartedServer(a.Handler())
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	ask := func(ctx context.Context, path string) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(ctx, "GET", server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+testToken)
		resp, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		return resp
	}
	resp := ask(context.Background(), "/debug/gotrace/trace?seconds=0.02")
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.ProtoMajor != 2 || !strings.HasPrefix(string(body), "go 1.") {
		t.Errorf("%s %s, %d bytes, %v", resp.Proto, resp.Status, len(body), err)
	}

	clock.advance(captureEvery)
	ctx, cancel := context.WithCancel(context.Background())
	resp = ask(ctx, "/debug/gotrace/trace?seconds=30") // its header has come, so it runs
	cancel()
	if _, err := io.ReadAll(resp.Body); err == nil {
		t.Error("the response has a clean end")
	}
	if !captured(a) {
		t.Error("nothing was recorded")
	}

	a.most = 10
	clock.advance(captureEvery)
	resp = ask(context.Background(), "/debug/gotrace/trace?seconds=30")
	if _, err := io.ReadAll(resp.Body); err == nil {
		t.Error("a response beyond its size has a clean end")
	}
}

// gotrace:end http2_test
