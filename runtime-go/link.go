package rt

// Functions of the Go runtime, linked by name. Go 1.23 and later allow this only
// for functions that the runtime marks with go:linkname, or that it defines
// under the name of another package (os, syscall, runtime/pprof).

import "unsafe"

//go:linkname nanotime runtime.nanotime
func nanotime() int64

//go:linkname procPin runtime.procPin
func procPin() int

//go:linkname procUnpin runtime.procUnpin
func procUnpin()

//go:linkname getProfLabel runtime/pprof.runtime_getProfLabel
func getProfLabel() unsafe.Pointer

//go:linkname setProfLabelLinked runtime/pprof.runtime_setProfLabel
func setProfLabelLinked(labels unsafe.Pointer)

//go:linkname runtimeEnvs syscall.runtime_envs
func runtimeEnvs() []string

//go:linkname runtimeArgs os.runtime_args
func runtimeArgs() []string

// modinfo returns what runtime/debug.ReadBuildInfo parses.
//
//go:linkname modinfo runtime/debug.modinfo
func modinfo() string

// setProfLabel replaces the goroutine's profiler labels. Under -race the
// runtime reports this to the race detector as synchronisation, which could
// hide a race of the program.
//
//go:norace
func setProfLabel(labels unsafe.Pointer) {
	raceOff()
	setProfLabelLinked(labels)
	raceOn()
}

//go:norace
func yieldGoroutine() {
	raceOff()
	gosched()
	raceOn()
}
