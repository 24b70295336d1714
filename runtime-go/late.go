package rt

// Calls that began while recording was paused. Their hooks knew nothing of their
// goroutine, so those that are still open are found on its stack: once, before the
// goroutine's first record after the pause, which late enters of these calls precede.
//
// Ends of pauses are counted. A slot whose resumes are not hot.resumes may lack calls, and
// its lim is 0, so that its next enter takes the slow path. A call that is not recorded ends
// with a function that knows the number of the next end of a pause: if the goroutine's
// stack was looked at since then, there may be an exit to record.

import "unsafe"

// late is an open call of a slot that began during a pause.
type late struct {
	id    uint32
	depth uint32 // of the slot, with this call
	// silent: it is not recorded, because it is deeper than the limit, or its function is off.
	silent bool
}

const (
	lateSize   = unsafe.Sizeof(late{})
	latesLeast = 16
)

// pause has the exit of calls that are not recorded and begin before the end of the
// pause with this number.
type pause struct {
	number uint32
	began  bool
	leave  func()
	// older keeps all pauses alive, whose addresses are passed as numbers.
	older *pause
}

// exit returns the exit of calls that are not recorded.
//
//go:norace
func (p *pause) exit() func() {
	if p == nil {
		return leaveNothing // forked
	}
	return p.leave
}

// newPause returns a pause. It allocates on the Go heap, so not under the lock.
//
//go:norace
func newPause(number uint32) *pause {
	return &pause{number: number, leave: func() {
		if number <= hot.resumes {
			leaveLate(number)
		}
	}}
}

// install makes p, whose number is hot.resumes+1, the next pause. Call it with the lock
// held, while recording is on.
//
//go:norace
func (p *pause) install() {
	p.older = hot.pause
	hot.pause = p
}

// pauseEnded makes all slots look for late calls. Call it with the lock held, before
// recording goes on.
//
//go:norace
//go:nocheckptr
func pauseEnded() {
	nameSites()
	store32(&hot.resumes, hot.resumes+1)
	for off := uintptr(0); off < rec.table.size; off += 16 {
		if e := rec.table.at(off); e.key != 0 {
			store64(&e.s.lim, 0)
		}
	}
}

// setLimit lets the fast paths fill s's chunk, unless s lacks calls. pauseEnded does it
// in the reverse order, so one of the two sees the other.
//
//go:norace
func setLimit(s *slot) {
	store64(&s.lim, s.end-8)
	if load32(&hot.resumes) != s.resumes {
		store64(&s.lim, 0)
	}
}

// wake is called by Enter while hot.idle is set. It reports whether the recorder
// records again. If not, it makes sure that the function has an id, for enterLate.
//
//go:norace
//go:noinline
func wake(site *uint32) bool {
	if resume() {
		return true
	}
	if !hot.off && load32(site) == 0 && running() {
		define(site, defFunction, 4) // callers, define, wake, Enter
	}
	return false
}

// enterLate records the calls of s's goroutine that began during a pause and are open.
// entering says that Enter was called, whose caller is yet to be recorded. While a
// panic or Goexit runs deferred calls, the stack has calls that have ended: then the
// next enter tries again.
//
//go:norace
//go:nocheckptr
//go:noinline
func enterLate(s *slot, entering bool) {
	resumes := load32(&hot.resumes)
	w := takeWalk(0)
	for w != nil && !w.look() {
		w = takeWalk(2 * w.room)
	}
	if w == nil {
		s.resumes = resumes // a stack of this size will not be looked at again
		setLimit(s)
		return
	}
	open, ok := w.hooked(entering)
	if ok {
		for s.lates > 0 && lateOf(s).silent {
			popLate(s)
		}
		ok = putLates(s, w, outside(s, w, open))
	}
	giveWalk(w)
	if ok {
		s.resumes = resumes
		setLimit(s)
	}
}

// outside returns how many of the open calls in w are inside of those that s has: the
// innermost ones.
//
//go:norace
//go:nocheckptr
func outside(s *slot, w *walk, open uintptr) uintptr {
	for level := uint32(0); level < s.depth && open > 0; {
		open--
		id := uint32(0) // of calls that are not remembered, there are no others on the stack
		if s.frames != nil && level < s.capacity {
			id = frameAt(s, level).id
		}
		if id == 0 || id == uint32(*w.at(open))&^siteOff {
			level++
		}
	}
	return open
}

// putLates writes late enters of the n innermost calls in w.
//
//go:norace
//go:nocheckptr
func putLates(s *slot, w *walk, n uintptr) bool {
	for ; n > 0; n-- {
		id := uint32(*w.at(n - 1))
		silent := id&siteOff != 0
		if rec.framed || s.frames != nil {
			silent = !fitFrames(s) || silent
		}
		if !silent {
			now, ok := ready(s, 0, lenLate)
			if !ok {
				return false
			}
			putLate(s, uint64(id), now)
		}
		pushLate(s, late{id &^ siteOff, s.depth, silent})
	}
	return true
}

// leaveLate records the exit of a call that began before the nth end of a pause, if there
// was a late enter of it.
//
//go:norace
//go:nocheckptr
//go:noinline
func leaveLate(n uint32) {
	if !running() {
		return
	}
	at := ticks()
	s := current()
	if s == nil || n > s.resumes || s.lates == 0 || lateOf(s).depth < s.depth {
		return
	}
	if _, name := leftBy(); name != "" {
		id := idOf(name) &^ siteOff
		// Calls within it whose exits are not known have ended. One without a late enter
		// was not recorded when it began for another reason.
		i := s.lates
		for i > 0 && lateAt(s, i-1).id != id {
			i--
		}
		if i == 0 {
			return
		}
		for s.lates > i {
			endLate(s, at)
		}
	}
	isSilent := lateOf(s).silent
	popLate(s)
	if !isSilent {
		exitSlow(0, at)
	}
}

// endLates records the exits of late calls that are still open although the call ends
// that is outside of them.
//
//go:norace
func endLates(s *slot, at uint64) {
	for s.lates > 0 && lateOf(s).depth >= s.depth {
		endLate(s, at)
	}
}

// endLate records the exit of s's innermost late call.
//
//go:norace
func endLate(s *slot, at uint64) {
	if l := lateOf(s); !l.silent && l.depth == s.depth {
		if now, ok := ready(s, at, 8); ok {
			putExit(s, 0, 0, now)
		}
	}
	popLate(s)
}

//go:norace
//go:nocheckptr
func lateAt(s *slot, i uint32) *late {
	return (*late)(add(s.late, uintptr(i)*lateSize))
}

// lateOf returns s's innermost late call; there must be one.
//
//go:norace
func lateOf(s *slot) *late { return lateAt(s, s.lates-1) }

//go:norace
//go:nocheckptr
func pushLate(s *slot, l late) {
	if s.lates == s.lateRoom {
		room := s.lateRoom * 2
		if room < latesLeast {
			room = latesLeast
		}
		lock()
		p := allocLarge(uintptr(room) * lateSize)
		unlock()
		if p == nil {
			return // its exit will be that of the call outside of it
		}
		for i := uint32(0); i < s.lates; i++ {
			*(*late)(add(p, uintptr(i)*lateSize)) = *lateAt(s, i)
		}
		storePtr((*uintptr)(unsafe.Pointer(&s.late)), uintptr(p))
		s.lateRoom = room
	}
	*lateAt(s, s.lates) = l
	s.lates++
	setFloor(s)
}

//go:norace
func popLate(s *slot) {
	s.lates--
	setFloor(s)
}

// setFloor sets the depth from which on exits of s have more to do.
//
//go:norace
func setFloor(s *slot) {
	s.floor = s.spawnDepth
	if s.lates > 0 && lateOf(s).depth > s.floor {
		s.floor = lateOf(s).depth
	}
}
