package traceagent

// gotrace:begin access

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// guard returns h behind the checks that each request must pass. Their order matters: a
// stranger learns nothing but that he may not enter.
func (a *Agent) guard(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.passes(w, r) {
			h.ServeHTTP(w, r)
		}
	})
}

// passes reports whether a request may be served, or answers it.
func (a *Agent) passes(w http.ResponseWriter, r *http.Request) bool {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	if r.ContentLength != 0 {
		// Before it answers, the server reads what comes of a body, and waits for it.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now())
	}
	if a.options.Token != "" {
		if !hasToken(r, a.options.Token) {
			w.Header().Set("WWW-Authenticate", "Bearer")
			refuse(w, http.StatusUnauthorized, "this needs the agent's token: Authorization: Bearer TOKEN")
			return false
		}
	} else if why := foreign(r); why != "" {
		refuse(w, http.StatusForbidden, why)
		return false
	}
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		refuse(w, http.StatusMethodNotAllowed, "only GET is served here")
		return false
	}
	if r.ContentLength != 0 {
		refuse(w, http.StatusBadRequest, "a request has no body here")
		return false
	}
	if _, err := url.ParseQuery(r.URL.RawQuery); err != nil {
		refuse(w, http.StatusBadRequest, "the part of the address behind the question mark is malformed")
		return false
	}
	return true
}

// hasToken compares the request's token without telling by its time how much is right.
func hasToken(r *http.Request, token string) bool {
	scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	a, b := sha256.Sum256([]byte(strings.TrimSpace(given))), sha256.Sum256([]byte(token))
	return strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// foreign says why a request without a token is not served; "" if it is.
//
// Programs on other machines do not reach a loopback address, but web pages do, in a
// browser on this machine: under their own name, which they let point to 127.0.0.1 (then
// Host is foreign), or as a link or picture of theirs (then Sec-Fetch-Site or Origin says
// so). Certificates do not keep them out, as browsers send them along. And so do clients of
// a proxy on this machine.
func foreign(r *http.Request) string {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "none" && site != "same-origin" {
		return "requests of other web sites are not served"
	}
	if origin := r.Header.Get("Origin"); origin != "" && origin != "http://"+r.Host && origin != "https://"+r.Host {
		return "requests of other web sites are not served"
	}
	if r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
		return ""
	}
	for _, name := range forwarding {
		if _, has := r.Header[name]; has {
			return "a proxy passed this request on, for whom is unknown: set Options.Token, and let the proxy add it"
		}
	}
	switch local := r.Context().Value(http.LocalAddrContextKey).(type) {
	case *net.UnixAddr:
		return ""
	case *net.TCPAddr:
		if !local.IP.IsLoopback() {
			return "without a token or client certificates, only requests to a loopback address are served"
		}
	default:
		return "it is unknown by which address this request came"
	}
	if !isLoopbackName(r.Host) {
		return "the Host of a request must be a loopback address or localhost"
	}
	return ""
}

// forwarding is what proxies add to requests. One on this machine that serves the public
// would make a loopback address public.
var forwarding = []string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"}

// isLoopbackName reports whether a Host header names this machine by itself.
func isLoopbackName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}

// refuse answers with one line of text.
func refuse(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Connection", "close") // what else the client sends is not read
	http.Error(w, why, status)
}

// refuseUntil answers with one line of text, and when to try again.
func refuseUntil(w http.ResponseWriter, status int, retry time.Duration, why string) {
	after := int(math.Ceil(retry.Seconds()))
	if after < 1 {
		after = 1
	}
	w.Header().Set("Retry-After", strconv.Itoa(after))
	http.Error(w, fmt.Sprintf("%s; try again in %d s", why, after), status)
}

// gotrace:end access
