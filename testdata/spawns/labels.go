package main

import (
	"bytes"
	"runtime/pprof"
	"strings"
)

// count says how many goroutines carry a label, as the goroutine profile shows it.
func count(label string) int {
	var b bytes.Buffer
	pprof.Lookup("goroutine").WriteTo(&b, 1)
	return strings.Count(b.String(), `"`+label+`"`)
}
