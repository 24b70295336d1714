// Package sys gives package rt what it needs from package runtime. Package rt
// itself imports nothing that must be initialised. Otherwise importing rt could
// change the order in which the program's packages are initialised: Go takes, of
// the packages whose imports are ready, the first by path. Only main packages,
// which come last anyway, and packages of tests import sys.
//
// Its functions are defined under names of package rt (see ../system.go). They
// hold no state and work before the package is initialised.
package sys

import (
	"runtime"
	_ "unsafe"
)

//go:linkname callers gotrace.internal/rt.callers
//go:norace
func callers(skip int, pcs []uintptr) int { return runtime.Callers(skip+1, pcs) }

//go:linkname function gotrace.internal/rt.function
//go:norace
func function(pc uintptr) (name string, entry uintptr) {
	f := runtime.FuncForPC(pc)
	if f == nil {
		return "", 0
	}
	return f.Name(), f.Entry()
}

//go:linkname fileLine gotrace.internal/rt.fileLine
//go:norace
func fileLine(pc, at uintptr) (file string, line int) {
	f := runtime.FuncForPC(pc)
	if f == nil {
		return "", 0
	}
	return f.FileLine(at)
}

//go:linkname stack gotrace.internal/rt.stack
//go:norace
func stack(buf []byte) int { return runtime.Stack(buf, false) }

//go:linkname gosched gotrace.internal/rt.gosched
//go:norace
func gosched() { runtime.Gosched() }

//go:linkname goVersion gotrace.internal/rt.goVersion
//go:norace
func goVersion() string { return runtime.Version() }

//go:linkname platform gotrace.internal/rt.platform
//go:norace
func platform() string { return runtime.GOOS + "/" + runtime.GOARCH }
