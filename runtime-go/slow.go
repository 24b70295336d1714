package rt

// The slow paths of the hooks: the first event of the process, of a site or of a
// goroutine, a full chunk, a due clock pair, wide records, exits by panic, and
// every event if the fast paths are unavailable or recording has stopped.

import "unsafe"

// running reports whether the current event is to be recorded. It starts the
// recorder at the first hook; after the stop it counts the event as dropped.
//
//go:norace
func running() bool {
	for {
		switch state := load32(&rec.state); state {
		case stateOff:
			return false
		case stateOn, stateStopped:
			if !hot.mine {
				hot.off, hot.idle = true, true // forked: the trace is the parent's
				return false
			}
			if state == stateOn {
				return true
			}
			drop()
			return false
		case stateNew:
			if cas32(&rec.state, stateNew, stateStarting) {
				start()
			}
		default:
			if g, _ := gticks(); haveG && uintptr(g) == rec.measurer {
				return false // interrupted in measureCost
			}
			yieldGoroutine()
		}
	}
}

//go:norace
//go:noinline
func enterSlow(site *uint32) uintptr {
	if !running() {
		return 0
	}
	paused := uintptr(unsafe.Pointer(hot.pause)) // before what decides about the call
	id := load32(site)
	first := id == 0
	if first {
		id = define(site, defFunction, 5) // callers, define, enterSlow, enter, Enter
	}
	if hot.idle || id&siteOff != 0 {
		return paused
	}
	s := acquire()
	if s == nil {
		drop()
		return 0
	}
	if first {
		relate(s, 0)
	}
	if s.resumes != load32(&hot.resumes) {
		enterLate(s, true)
	}
	if (rec.framed || s.frames != nil) && !fitFrames(s) {
		return paused
	}
	if now, ok := ready(s, 0, 8); ok && id != 0 {
		putEnter(s, uint64(id), now)
	} else {
		drop()
	}
	if rec.linkOff == 0 {
		return 0
	}
	g, _ := gticks()
	return panicDepth(g)
}

// exitSlow records an exit. token is the length of the chain of panics at Enter;
// at is the exit's raw ticks, or 0 if they were not read.
//
//go:norace
//go:nocheckptr
//go:noinline
func exitSlow(token uintptr, at uint64) {
	if !running() {
		return
	}
	if at == 0 || !rec.rawTicks {
		at = ticks()
	}
	kind := uint64(0)
	if rec.linkOff != 0 {
		if g, _ := gticks(); panicDepth(g) > token {
			if kind, _ = leftBy(); kind == 0 {
				kind = ctlPanic
			}
		}
	} else {
		kind, _ = leftBy()
	}
	if kind == 0 && token != 0 {
		kind = ctlDeferred
	}
	s := acquire()
	if s == nil {
		drop()
		return
	}
	endLates(s, at)
	which, id, took := -1, uint32(0), uint64(0)
	if hot.watched {
		id, took = innermost(s, at)
		which = triggered(id, took, kind == ctlPanic)
	}
	if kind == 0 && hot.watched && leftOut(s, at) {
		// Nothing to write.
	} else if now, ok := ready(s, at, 8); ok {
		putExit(s, kind, uint64(token), now)
	} else {
		drop()
	}
	for s.spawnDepth > s.depth {
		restore(s) // the frame was left between its Spawn and Spawned
	}
	if which >= 0 {
		t := &triggers.list[which]
		snapshot(s.last, &cause{text: t.text, goid: s.goid, id: id, took: took, limited: true, panics: kind == ctlPanic, candidate: t.part && candidates.judged})
	}
}

// acquire returns the slot of the calling goroutine, and begins the goroutine on
// it if need be. It returns nil when recording has stopped.
//
//go:norace
func acquire() *slot { return acquireAs(0) }

// acquireAs is acquire for a goroutine that runs a test: if it begins now, its
// begin record names the test with this id. 0 stands for no test.
//
//go:norace
//go:nocheckptr
func acquireAs(test uint32) *slot {
	g, _ := gticks()
	s := rec.table.find(uintptr(g))
	if s == nil {
		lock()
		s = slotOf(uintptr(g))
		if s == nil {
			stop(stopMapping)
		}
		unlock()
		if s == nil {
			return nil
		}
	}
	if rec.portable {
		return acquirePortable(s)
	}
	goid := *(*uint64)(add(g, rec.goidOff))
	if s.goid != goid && !begin(s, goid, *(*uint64)(add(g, rec.parentOff)), test) {
		return nil
	}
	return s
}

// begin records that goroutine goid has begun on s, and the id of the test that
// it runs, if any. Frames and Spawns still open on s belong to an ended
// goroutine and are discarded.
//
//go:norace
func begin(s *slot, goid, parent uint64, test uint32) bool {
	// A chunk that ready opens needs no snapshot of the goroutine that has ended.
	s.goid, s.depth, s.lates, s.resumes = 0, 0, 0, 0
	now, ok := ready(s, 0, lenTest)
	if !ok {
		return false
	}
	s.goid = goid
	setFloor(s)
	for s.spawns != nil {
		pop(s)
	}
	setLimit(s)
	ref := takeToken()
	putBegin(s, now, goid, parent, ref, test)
	s.begun, s.parent, s.ref, s.test = now, parent, ref, test
	if rec.mode == modeRing {
		s.goSite = goSiteOf(ref * 2)
	}
	if ref == 0 {
		relate(s, parent)
	}
	return true
}
