// Package rt is linked into programs traced by gotrace. Inserted code calls
// Enter and Exit at the borders of functions and Spawn and Spawned around go
// statements; the package writes what they tell into a file mapping, so that
// nothing is lost however the process ends.
//
// It has no init function and starts at the first hook. Nothing it does is
// visible to the program: no allocation on the Go heap (but for goroutines
// started under profiler labels), no goroutine, no signal, no output.
package rt

import "unsafe"

// Enter records the entry of the calling function. site is a word of the
// caller's package, zero at first, that holds the function's id. The result
// goes to Exit: the depth of the goroutine's chain of panics.
func Enter(site *uint32) uintptr {
	if hot.off {
		return 0
	}
	return enter(site)
}

// Exit records that the function is left; token is Enter's result. It must be
// deferred before any other defer of the function, so that it runs last.
func Exit(token uintptr) {
	if hot.off {
		return
	}
	exit(token)
}

// Spawn records that the go statement after it is about to start a goroutine
// and marks the goroutine's future child.
func Spawn(site *uint32) {
	if hot.off {
		return
	}
	spawn(site)
}

// Spawned ends what Spawn began.
func Spawned() {
	if hot.off {
		return
	}
	spawned()
}

// offPanic is the offset of _panic in g, which the linker knows too.
const offPanic = 4 * unsafe.Sizeof(uintptr(0))

// enter is the fast path: the goroutine's slot is in the first table entry
// its hash points to, the record has room and is short. All else is slow.
//
//go:norace
//go:nocheckptr
//go:noinline
func enter(site *uint32) uintptr {
	t := hot.table
	if t == nil {
		return enterSlow(site)
	}
	g, now := gticks()
	e := (*entry)(unsafe.Pointer(uintptr(unsafe.Pointer(t)) + tableHeader + uintptr(uint64(uintptr(g))*hashK>>(t.shift&63))&^15))
	if e.key != uintptr(g) {
		return enterSlow(site)
	}
	s := e.s
	id := uint64(*site)
	delta := now - s.last
	pos := s.pos
	if s.goid != *(*uint64)(unsafe.Pointer(uintptr(g) + hot.goidOff)) || pos > s.lim || now >= s.due {
		return enterSlow(site)
	}
	p := (*uint64)(unsafe.Pointer(uintptr(hot.base) + uintptr(pos)))
	if id-1 < enter4ID-1 && delta < enter4Delta {
		*p = tagEnter4 | id<<3 | delta<<15
		pos += 4
	} else if id-1 < enter6ID-1 && delta < enter6Delta {
		*p = tagEnter6 | id<<3 | delta<<23
		pos += 6
	} else {
		return enterSlow(site)
	}
	s.pos = pos
	s.last = now
	s.depth++
	if *(*unsafe.Pointer)(unsafe.Pointer(uintptr(g) + offPanic)) != nil {
		return panicDepth(g)
	}
	return 0
}

// exit is the fast path of a plain return.
//
//go:norace
//go:nocheckptr
//go:noinline
func exit(token uintptr) {
	t := hot.table
	if t == nil {
		exitSlow(token, 0)
		return
	}
	g, now := gticks()
	e := (*entry)(unsafe.Pointer(uintptr(unsafe.Pointer(t)) + tableHeader + uintptr(uint64(uintptr(g))*hashK>>(t.shift&63))&^15))
	if e.key != uintptr(g) {
		exitSlow(token, now)
		return
	}
	s := e.s
	delta := now - s.last
	pos := s.pos
	depth := s.depth
	if s.goid != *(*uint64)(unsafe.Pointer(uintptr(g) + hot.goidOff)) || pos > s.lim || now >= s.due ||
		depth <= s.spawnDepth || *(*unsafe.Pointer)(unsafe.Pointer(uintptr(g) + offPanic)) != nil {
		exitSlow(token, now)
		return
	}
	p := (*uint64)(unsafe.Pointer(uintptr(hot.base) + uintptr(pos)))
	if delta < exit2Delta {
		*p = tagExit2 | delta<<3
		pos += 2
	} else if delta < exit4Delta {
		*p = tagExit4 | delta<<3
		pos += 4
	} else {
		exitSlow(token, now)
		return
	}
	s.pos = pos
	s.last = now
	s.depth = depth - 1
}
