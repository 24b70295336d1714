//go:build amd64 || arm64
// +build amd64 arm64

package rt

// Declarations of the assembly in fast_amd64.s and fast_arm64.s: the current g,
// the time-stamp counter, and atomics.

import "unsafe"

// haveG and haveTicks say that the assembly can find the current g and read a
// time-stamp counter.
const (
	haveG     = true
	haveTicks = true
)

// gticks returns the current g and the raw time-stamp counter in one call.
func gticks() (gp unsafe.Pointer, ticks uint64)

// rawTicks reads the time-stamp counter (TSC, CNTVCT_EL0).
func rawTicks() uint64

// The atomics are our own because sync/atomic reports an ordering between
// goroutines to the race detector. The user's program does not have that
// ordering, and its races would be hidden.

//go:noescape
func cas32(p *uint32, old, new uint32) bool

//go:noescape
func load32(p *uint32) uint32

//go:noescape
func store32(p *uint32, v uint32)

//go:noescape
func load64(p *uint64) uint64

//go:noescape
func store64(p *uint64, v uint64)

//go:noescape
func add64(p *uint64, d uint64) (old uint64)

//go:noescape
func storePtr(p *uintptr, v uintptr)
