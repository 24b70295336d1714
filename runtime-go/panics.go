package rt

import "unsafe"

// A frame was left by a panic or by Goexit exactly when the goroutine's chain
// of panics (g._panic, _panic.link; Goexit puts an entry there too) is longer
// as the function is left than it was at Enter. A recovered panic is taken out
// of the chain before the deferred calls of the frame go on.

// panicDepth returns the length of g's chain of panics.
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

// leftBy tells from the stack what runs the deferred call: ctlPanic,
// ctlGoexit, or 0 for the function itself as it returns. It is called by
// exitSlow.
//
//go:norace
//go:noinline
func leftBy() uint64 {
	var pcs [24]uintptr
	// Skipped: callers, leftBy, exitSlow, exit.
	n := callers(4, (*[24]uintptr)(noescape(unsafe.Pointer(&pcs)))[:])
	for _, pc := range pcs[:n] {
		name, _ := function(pc - 1)
		switch {
		case name == "runtime.gopanic":
			return ctlPanic
		case name == "runtime.Goexit":
			return ctlGoexit
		case hasPrefix(name, "runtime."), hasPrefix(name, ownPrefix):
		default:
			return 0
		}
	}
	return 0
}

// linkWorks tries the offset of _panic.link on two nested panics of its own.
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
