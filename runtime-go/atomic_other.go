//go:build !amd64 && !arm64
// +build !amd64,!arm64

package rt

// Atomics for architectures without assembly of ours in fast_*.s.

import "sync/atomic"

const haveTicks = false

func rawTicks() uint64 { return 0 }

// These operations are hidden from the race detector, which would take them
// for synchronisation by the program and miss races.

//go:norace
func cas32(p *uint32, old, new uint32) bool {
	raceOff()
	ok := atomic.CompareAndSwapUint32(p, old, new)
	raceOn()
	return ok
}

//go:norace
func load32(p *uint32) uint32 {
	raceOff()
	v := atomic.LoadUint32(p)
	raceOn()
	return v
}

//go:norace
func store32(p *uint32, v uint32) {
	raceOff()
	atomic.StoreUint32(p, v)
	raceOn()
}

//go:norace
func load64(p *uint64) uint64 {
	raceOff()
	v := atomic.LoadUint64(p)
	raceOn()
	return v
}

//go:norace
func store64(p *uint64, v uint64) {
	raceOff()
	atomic.StoreUint64(p, v)
	raceOn()
}

//go:norace
func add64(p *uint64, d uint64) (old uint64) {
	raceOff()
	v := atomic.AddUint64(p, d)
	raceOn()
	return v - d
}

//go:norace
func storePtr(p *uintptr, v uintptr) {
	raceOff()
	atomic.StoreUintptr(p, v)
	raceOn()
}
