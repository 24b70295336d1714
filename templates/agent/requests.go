package traceagent

// gotrace:begin requests

import (
	"context"
	"net/http"
	"runtime/trace"
	"time"
)

// Requests says how requests are traced, by Agent.Middleware and Agent.StartRequest.
type Requests struct {
	// Route returns the pattern of the route that a request takes, as in "/items/{id}" or
	// "GET /items/{id}"; "" if there is none. It must not return the path: each pattern
	// is a type of task in traces. Without it, the patterns of http.ServeMux are used.
	// For chi:
	//
	//	Route: func(r *http.Request) string { return router.Find(chi.NewRouteContext(), r.Method, r.URL.Path) }
	//
	// For gorilla/mux, with router.Use(agent.Middleware):
	//
	//	Route: func(r *http.Request) string {
	//		template, _ := mux.CurrentRoute(r).GetPathTemplate()
	//		return template
	//	}
	//
	// For gin and echo see StartRequest.
	Route func(*http.Request) string
	// TraceID returns the trace id of a request, "" if it has none. Without it, the id
	// comes from the header traceparent. For OpenTelemetry:
	//
	//	TraceID: func(ctx context.Context, _ http.Header) string {
	//		return trace.SpanContextFromContext(ctx).TraceID().String()
	//	}
	TraceID func(ctx context.Context, header http.Header) string
	// Slow is the time after which a request that ended gets a snapshot, at most one a
	// minute for each route. Zero: none. Snapshots need the flight recorder, and hold the
	// whole request if Flight.MinAge is longer than the request took.
	Slow time.Duration
	// SlowRoute has other times for some routes: by type of task ("GET /items/{id}"), or
	// by pattern for all methods ("/items/{id}"). Zero for routes that may take any time,
	// as those that stream.
	SlowRoute map[string]time.Duration
}

// Middleware makes a task of each request while an execution trace or the flight recorder
// runs. The type of the task is the method and the route's pattern, and the request's
// trace id is in the trace as a log "trace_id". Wrap the http.ServeMux itself, and other
// middleware around that, or set Requests.Route.
//
// The ResponseWriter is passed on as it is, and panics pass through. While nothing is
// traced, the request is passed on as well, and nothing is allocated. While it is traced,
// the handler gets a copy of it (as by WithContext); what handlers set in its exported
// fields is copied back.
func (a *Agent) Middleware(next http.Handler) http.Handler {
	if a == nil {
		return next
	}
	route := a.requests.routeOf(next)
	_, isMux := next.(*http.ServeMux)
	unseen := !isMux && a.requests.options.Route == nil // what routes requests
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !trace.IsEnabled() {
			next.ServeHTTP(w, r)
			return
		}
		found := route(r)
		ctx, end := a.StartRequest(r.Context(), RequestName(r.Method, found), a.requests.traceID(r))
		defer end()
		inner := r.WithContext(ctx)
		defer func() {
			giveBack(r, inner)
			if found == "" && (unseen || pattern(inner) != "") {
				a.requests.sayUnseen()
			}
		}()
		next.ServeHTTP(w, inner)
	})
}

// StartRequest makes a task of a request that does not come through Middleware, and
// returns its context and the function that ends it; call that once. The name is the type
// of the task: the route or the method, without anything that differs from request to
// request. An empty traceID is left out. While nothing is traced, it returns ctx.
//
// For gin (and in the same way for echo, where the route is c.Path()):
//
//	router.Use(func(c *gin.Context) {
//		name := traceagent.RequestName(c.Request.Method, c.FullPath())
//		ctx, end := agent.StartRequest(c.Request.Context(), name, traceagent.TraceParent(c.GetHeader("traceparent")))
//		defer end()
//		c.Request = c.Request.WithContext(ctx)
//		c.Next()
//	})
//
// For gRPC:
//
//	func traceUnary(agent *traceagent.Agent) grpc.UnaryServerInterceptor {
//		return func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
//			ctx, end := agent.StartRequest(ctx, info.FullMethod, traceID(ctx))
//			defer end()
//			return handler(ctx, req)
//		}
//	}
//
//	func traceID(ctx context.Context) string {
//		if parent := metadata.ValueFromIncomingContext(ctx, "traceparent"); len(parent) == 1 {
//			return traceagent.TraceParent(parent[0])
//		}
//		return ""
//	}
//
// A grpc.StreamServerInterceptor does the same with stream.Context(), and passes on a
// stream whose Context method returns the new context.
func (a *Agent) StartRequest(ctx context.Context, name, traceID string) (context.Context, func()) {
	if a == nil || !trace.IsEnabled() {
		return ctx, nothing
	}
	ctx, task := trace.NewTask(ctx, name)
	if traceID != "" {
		trace.Log(ctx, "trace_id", traceID)
	}
	limit := a.requests.limitOf(name)
	if limit <= 0 {
		return ctx, task.End
	}
	began := time.Now()
	return ctx, func() {
		took := time.Since(began)
		slow := took > limit && a.requests.mayReport(name, began.Add(took))
		if slow {
			// In the trace, the log marks the request that the snapshot was taken for.
			trace.Logf(ctx, "gotrace.slow", "%s took %s, limit %s", name, took.Round(time.Microsecond), limit)
		}
		task.End()
		if slow {
			a.requests.report(name, traceID, took, limit)
		}
	}
}

// Region marks what its goroutine does until the returned function is called, as a region
// of the request whose context ctx is. Use it as
//
//	defer traceagent.Region(ctx, "load basket")()
//
// The region must end on the goroutine where it began, and regions of a goroutine must
// nest.
func Region(ctx context.Context, name string) (end func()) {
	if !trace.IsEnabled() {
		return nothing
	}
	return trace.StartRegion(ctx, name).End
}

func nothing() {}

// gotrace:end requests
