//go:build !windows && !(darwin && (amd64 || arm64)) && !(linux && (386 || amd64 || arm || arm64 || loong64 || mips64le || mipsle || ppc64le || riscv64))
// +build !windows
// +build !darwin !amd64,!arm64
// +build !linux !386,!amd64,!arm,!arm64,!loong64,!mips64le,!mipsle,!ppc64le,!riscv64

package rt

// Systems and processors (all big-endian ones among them) on which programs run
// untraced.

import "unsafe"

const (
	osSupported = false
	osPinned    = false
)

func osYield()                               {}
func osPid() int                             { return 0 }
func osPpid() int                            { return 0 }
func osWall() int64                          { return 0 }
func osAlloc(n uintptr) unsafe.Pointer       { return nil }
func osZeros(n uintptr) unsafe.Pointer       { return nil }
func osAddressLimit() uint64                 { return ^uint64(0) }
func osCreate() (ok, exists bool)            { return false, false }
func osDiscard()                             {}
func osMap(limit uint64) unsafe.Pointer      { return nil }
func osStep(to uint64) uint64                { return to }
func osGrow(from, to uint64) uint32          { return stopMapping }
func osPrefault(p unsafe.Pointer, n uintptr) {}
func osCwd(buf *[1100]byte) int              { return 0 }
func osClockVerdict() int                    { return 0 }

func osWipeOnFork(p unsafe.Pointer) {}
