package traceagent

import "time"

// The numbers of the agent. This file is yours: gotrace writes it once and never again.
// Durations and sizes that say "most" are limits; nothing exceeds them.

// Captures: execution trace, CPU profile, flight recorder, calls.
const (
	captureMost    = 30 * time.Second // longest trace or profile that a client may ask for
	captureDefault = 5 * time.Second  // of a trace without ?seconds=
	captureEvery   = 60 * time.Second // from the end of a capture to the begin of the next
	captureBytes   = 256 << 20        // largest trace or profile; what exceeds it is cut off, and the response is aborted

	chunkBytes  = 64 << 10         // of one write to a client
	queueChunks = 64               // for a client that is behind the tracer: 4 MiB
	backlogMost = 32 << 20         // what the runtime may keep for it beyond that; see queue.go
	queueWait   = 2 * time.Second  // for which it may be behind by more, in all; then the capture ends
	writeMost   = 10 * time.Second // for one write of at most a chunk; then the client is given up
	drainMost   = 30 * time.Second // for all that is left to write when a capture has ended
	fetchMost   = 10 * time.Minute // for the transfer of a file: a snapshot, or calls
)

// Overload: while it lasts, captures answer 503, and so does /debug/gotrace/health.
const (
	overloadWindow  = 250 * time.Millisecond // over which scheduling latency is measured, when someone asks
	overloadLatency = 100 * time.Millisecond // its 99th percentile in that window
	overloadSamples = 20                     // with fewer latencies than this in the window nothing is concluded
	overloadHeap    = 0.9                    // live heap as a share of GOMEMLIMIT, if that is set
	overloadRetry   = 10 * time.Second       // Retry-After
)

// Snapshots of the flight recorder.
const (
	flightAge         = 10 * time.Second // to which they reach back at least, unless Options.Flight says otherwise
	flightBytes       = 64 << 20         // of trace that the recorder keeps, about; it comes before the age
	snapshotEvery     = 10 * time.Second // from the end of a snapshot to the begin of the next, whatever the reason
	snapshotKeep      = 20               // files that Options.Dir keeps, unless Options.Keep says otherwise
	snapshotKeepBytes = 1 << 30          // their bytes, unless Options.KeepBytes says otherwise
	searchMost        = 256              // bytes of the text of ?contains=
)

// The sentinel.
const (
	sentinelEvery = time.Second // from one reading to the next
	sentinelTicks = 3           // readings above the threshold, in a row, that make it fire
	sentinelRearm = 0.8         // share of the threshold to which a number must fall before it fires again
	sentinelPause = time.Minute // from one snapshot to the next
	watchPatience = time.Second // how long the functions of Agent.Watch may take in one reading
)

// Slow requests.
const (
	slowPause  = time.Minute // from one snapshot of a route to the next
	slowRoutes = 1000        // routes that are remembered for that; with more, some get no snapshot
)

// The server.
const (
	headerMost   = 5 * time.Second  // for a client to send a request
	headerBytes  = 16 << 10         // of a request's header
	responseMost = 30 * time.Second // for a response that is no capture and no file
	idleMost     = 30 * time.Second // for a connection between two requests
	connections  = 64               // at a time; more are closed at once
	tokenLeast   = 16               // characters of a token
)
