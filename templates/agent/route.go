package traceagent

// gotrace:begin route

import (
	"net/http"
	"reflect"
	"strings"
)

// MuxRoute returns a function for Requests.Route that finds the pattern in a ServeMux.
// Middleware uses it by itself if it wraps the ServeMux; it is needed if there is other
// middleware between the two.
func MuxRoute(mux *http.ServeMux) func(*http.Request) string {
	return func(r *http.Request) string {
		handler, pattern := mux.Handler(r)
		if reflect.TypeOf(handler) == redirect {
			return "(redirect)"
		}
		return pattern
	}
}

// redirect is the type of the handlers that a ServeMux makes for paths that lack a final
// slash. What it returns as their pattern is the path of the request.
var redirect = reflect.TypeOf(http.RedirectHandler("/", http.StatusMovedPermanently))

// routeOf returns the function that finds the route of a request which next is going to
// handle.
func (q *requests) routeOf(next http.Handler) func(*http.Request) string {
	if own := q.options.Route; own != nil {
		return func(r *http.Request) string {
			defer q.survive("Route")
			return own(r)
		}
	}
	if mux, ok := next.(*http.ServeMux); ok {
		return MuxRoute(mux)
	}
	return pattern
}

// RequestName returns the type of a request's task: its method and the pattern of its route,
// which may have the method already. Clients cannot make up types: a method that HTTP does
// not define becomes "OTHER", and "" is no route.
func RequestName(method, pattern string) string {
	if strings.Contains(pattern, " ") {
		return pattern // it has a method
	}
	if pattern == "" {
		pattern = "(no route)"
	}
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodConnect, http.MethodOptions, http.MethodTrace:
	default:
		method = "OTHER" // clients may send any word
	}
	return method + " " + pattern
}

// gotrace:end route
