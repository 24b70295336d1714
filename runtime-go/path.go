package rt

// tracePathString is the trace file's path.
//
//go:norace
func tracePathString() string {
	n := 0
	for tracePath[n] != 0 {
		n++
	}
	return string(tracePath[:n])
}
