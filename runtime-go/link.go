package rt

import "unsafe"

// What is taken from the Go runtime by name. Each is either marked by the
// runtime for use from outside or pushed to another package's name, which Go
// 1.23 and later demand.

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

// setProfLabel replaces the goroutine's profiler labels. Under -race the
// runtime makes an ordering of it, which is not the program's.
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
