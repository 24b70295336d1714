package rt

import "unsafe"

// Portable mode: for architectures without assembly here, for releases of Go
// whose g struct is not understood, and for tests (build tag
// gotrace_portable). Goroutines are told apart by the goid runtime.Stack
// prints, each event holds the lock, and time is nanotime.
//
// The death of a goroutine cannot be seen here. So that slots do not add up,
// beyond portableSlots of them the slot of a goroutine with no open frames is
// given to a new goroutine; if the old one comes back it begins again on
// another slot.
const portableSlots = 4096

// stackBuf receives the stack trace a parent is read from; guarded by
// stackLock.
var (
	stackBuf  [64 << 10]byte
	stackLock uint32
)

//go:norace
func acquirePortable() *slot {
	goid := stackGoid()
	lock()
	s := rec.table.find(uintptr(goid))
	if s != nil && s.goid == goid {
		return s
	}
	unlock()
	parent := stackParent()
	lock()
	s = slotOf(uintptr(goid))
	if s == nil {
		stop(stopMapping)
	}
	if s == nil || !begin(s, goid, parent) {
		unlock()
		return nil
	}
	return s
}

// stackParent returns the goid of the goroutine that created this one.
//
//go:norace
func stackParent() uint64 {
	for !cas32(&stackLock, 0, 1) {
		yieldGoroutine()
	}
	n := stack(stackBuf[:])
	parent := parentIn(stackBuf[:n])
	store32(&stackLock, 0)
	return parent
}

// reuseIdle returns a slot whose goroutine has no frame open, or nil. The
// search goes on where the last one ended.
//
//go:norace
//go:nocheckptr
func reuseIdle() *slot {
	for i := 0; i < 64; i++ {
		s := rec.hand
		if s == nil {
			s = rec.first
		}
		storePtr((*uintptr)(unsafe.Pointer(&rec.hand)), uintptr(unsafe.Pointer(s.next)))
		if s.depth == 0 && s.spawns == nil {
			return s
		}
	}
	return nil
}
