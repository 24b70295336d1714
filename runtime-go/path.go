package rt

// tracePathString returns the trace file's path, for package syscall.
//
//go:norace
func tracePathString() string {
	n := 0
	for tracePath[n] != 0 {
		n++
	}
	return string(tracePath[:n])
}
