package rt

// How the recorder tells whether a function returned, panicked or was ended by
// Goexit. A function was left by a panic or Goexit exactly when the goroutine's chain of
// panics (g._panic, _panic.link; Goexit adds an entry as well) is longer at its
// exit than at Enter. A recovered panic is removed from the chain before the
// frame's remaining deferred calls run.

import "unsafe"

// panicDepth returns the length of g's chain of panics, or 0 if the offset of
// its links is unknown.
//
//go:norace
//go:nocheckptr
func panicDepth(g unsafe.Pointer) uintptr {
	if rec.linkOff == 0 {
		return 0
	}
	n := uintptr(0)
	for p := panicHead(g); p != nil; p = *(*unsafe.Pointer)(add(p, rec.linkOff)) {
		n++
	}
	return n
}

//go:norace
//go:nocheckptr
func panicHead(g unsafe.Pointer) unsafe.Pointer {
	return *(*unsafe.Pointer)(add(g, offPanic))
}

// leftBy finds out from the stack what runs the deferred call: ctlPanic,
// ctlGoexit, or 0 if the function itself does on return, whose name it returns.
// Called by what exits call, it needs to see few frames before that.
//
//go:norace
//go:noinline
func leftBy() (kind uint64, name string) {
	var pcs [24]uintptr
	// Skipped: callers, leftBy, its caller.
	n := callers(3, (*[24]uintptr)(noescape(unsafe.Pointer(&pcs)))[:])
	for _, pc := range pcs[:n] {
		name, _ := function(pc - 1)
		switch {
		case name == "runtime.gopanic":
			return ctlPanic, ""
		case name == "runtime.Goexit":
			return ctlGoexit, ""
		case hasPrefix(name, "runtime."), hasPrefix(name, ownPrefix):
		default:
			return 0, name
		}
	}
	return 0, ""
}

// linkWorks checks the offset of _panic.link with two nested panics that it
// raises itself.
//
//go:nocheckptr
func linkWorks(g unsafe.Pointer, link uintptr) (ok bool) {
	base := panicHead(g)
	defer func() { recover() }()
	defer func() {
		first := panicHead(g)
		defer func() { recover() }()
		defer func() {
			second := panicHead(g)
			ok = first != base && second != first && second != nil &&
				*(*unsafe.Pointer)(add(second, link)) == first &&
				*(*unsafe.Pointer)(add(first, link)) == base
		}()
		panic(probe{})
	}()
	panic(probe{})
}

// probe is the value of linkWorks' panics.
type probe struct{}

// ownPrefix begins the names of this package's functions.
const ownPrefix = "gotrace.internal/rt."

func hasPrefix(s, p string) bool { return len(s) >= len(p) && s[:len(p)] == p }
