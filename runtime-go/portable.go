package rt

// Portable mode: for releases of Go whose g struct is not understood, and for
// tests (build tag gotrace_portable). The goid comes from runtime.Stack, the
// time from nanotime. runtime.Stack walks the stack and is slow, so it is called
// only if the slot has no open frame: with one, its goroutine is still alive and
// the g still its own.

// stackBuf receives the stack trace that stackParent reads; stackLock guards it.
var (
	stackBuf  [64 << 10]byte
	stackLock uint32
)

// acquirePortable is the second half of acquire in portable mode: it begins the
// calling goroutine on s, the slot of its g, if need be. It returns s, or nil
// when recording has stopped.
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
