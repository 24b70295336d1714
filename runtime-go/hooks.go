// Package rt is linked into programs traced by gotrace. Inserted code calls
// Enter at the beginning of functions and Spawn and Spawned around go
// statements. The package writes these events to a mapped file, so that nothing
// is lost however the process ends.
//
// It has no init function and starts at the first hook. Nothing it does is
// visible to the program: no allocation on the Go heap (except for goroutines
// started under profiler labels), no goroutine, no signal, no output.
//
// This file has the hooks and their fast paths, slow.go the slow ones. They write
// records (format.go, record.go) to the slot (slot.go) of their goroutine, which
// fills chunks of the trace file (chunk.go). spawn.go, after.go and ancestry.go
// attach goroutines to what started them. start.go, state.go and stop.go start the
// recorder, hold its state and stop it; os_*.go adapt it to operating systems.
package rt

import "unsafe"

// Enter records the entry of the calling function and returns a function that
// records its exit. The caller defers that function before any other, so that
// it runs last:
//
//	defer rt.Enter(&site)()
//
// site is a word of the caller's package, zero at first, that holds the
// function's id. A deferred call without arguments compiles twice as fast as
// one with arguments, for which the compiler generates a wrapper function. For
// the same reason, compile time, Enter is not inlined.
//
//go:norace
//go:noinline
func Enter(site *uint32) func() {
	if hot.idle {
		if hot.off {
			return leaveNothing
		}
		// Without began, recording has gone on meanwhile.
		p := hot.pause
		if *site != 0 && *hot.gate-1 < gateAsked-1 {
			if p.began {
				return p.leave
			}
		} else if !wake(site) {
			return p.exit()
		}
	}
	if int32(*site) < 0 {
		return hot.pause.exit()
	}
	return leaving(enter(site))
}

// siteOff is set in a site of a function that is not recorded.
const siteOff = 1 << 31

// From addresses on, what stands for the length of the chain of panics is a pause, of a
// call that is not recorded.
const addresses = 1 << 16

// leaveNothing is the exit of calls of a process that is not traced.
func leaveNothing() {}

// leaving returns the function that records an exit. panics is the length of
// the goroutine's chain of panics at Enter.
//
//go:norace
func leaving(panics uintptr) func() {
	if panics == 0 {
		return leave0
	}
	return leavingPanics(panics)
}

//go:norace
//go:noinline
func leavingPanics(panics uintptr) func() {
	switch panics {
	case 1:
		return leave1
	case 2:
		return leave2
	}
	if panics >= addresses {
		return (*pause)(toPtr(panics)).leave
	}
	// The closure cannot be marked norace, and need not be: it only reads panics.
	return func() { leave(panics) }
}

// leave records an exit; panics as for leaving.
//
//go:norace
func leave(panics uintptr) {
	if !hot.off {
		exit(panics)
	}
}

// leave0, leave1 and leave2 serve the usual counts without allocating a closure.
// They repeat leave instead of calling it: an inlined call would put a frame on
// the stack that has no function of its own, and for such frames FuncForPC, which
// leftBy uses, allocates.

//go:norace
func leave0() {
	if !hot.off {
		exit(0)
	}
}

//go:norace
func leave1() {
	if !hot.off {
		exit(1)
	}
}

//go:norace
func leave2() {
	if !hot.off {
		exit(2)
	}
}

// Spawn records that the go statement after it is about to start a goroutine,
// and leaves a token for that goroutine to inherit (see spawn.go). site is as
// for Enter.
func Spawn(site *uint32) {
	if hot.idle && !resume() {
		return
	}
	spawn(site)
}

// Spawned follows the go statement and removes the token that Spawn left.
func Spawned() {
	if hot.off {
		return
	}
	spawned()
}

// offPanic is the offset of _panic in g. The Go tool chain relies on it as well
// (runtime2.go: "offset known to liblink").
const offPanic = 4 * unsafe.Sizeof(uintptr(0))

// enter is the fast path of Enter: the goroutine's slot is in the first table
// entry its hash points to, the record is short and has room. Anything else goes
// to enterSlow. It returns the length of the goroutine's chain of panics.
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
	depth := s.depth
	if f := s.frames; f != nil {
		if depth >= s.room {
			return enterSlow(site)
		}
		f = (*frame)(unsafe.Pointer(uintptr(unsafe.Pointer(f)) + uintptr(depth)*frameSize))
		f.ticks = now
		f.id, f.pos = uint32(id), uint32(pos)
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
	s.depth = depth + 1
	if *(*unsafe.Pointer)(unsafe.Pointer(uintptr(g) + offPanic)) != nil {
		return panicDepth(g)
	}
	return 0
}

// exit is the fast path of leave, for a plain return; anything else goes to
// exitSlow. token is the length of the chain of panics at Enter.
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
		depth <= s.floor || *(*unsafe.Pointer)(unsafe.Pointer(uintptr(g) + offPanic)) != nil {
		exitSlow(token, now)
		return
	}
	if hot.watched {
		if found := exitWatched(s, pos, now); found != exitUsual {
			if found == exitLong {
				exitSlow(token, now)
			}
			return
		}
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
