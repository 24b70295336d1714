package rt

// Portable mode: for releases of Go whose g struct is not understood, and for
// tests (build tag gotrace_portable). The goid is the one that runtime.Stack
// prints, and time is nanotime. runtime.Stack walks the stack, so it is asked
// only where no frame of the slot is open: a goroutine with an open frame is
// alive, and the g still belongs to it.

// stackBuf receives the stack trace a parent is read from; guarded by
// stackLock.
var (
	stackBuf  [64 << 10]byte
	stackLock uint32
)

// acquirePortable returns s, the slot of the calling goroutine's g, after the
// goroutine has begun on it; nil when recording has stopped.
//
//go:norace
func acquirePortable(s *slot) *slot {
	if s.depth > 0 {
		return s
	}
	if goid := stackGoid(); s.goid != goid && !begin(s, goid, stackParent(), 0) {
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
