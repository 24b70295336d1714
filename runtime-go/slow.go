package rt

// The slow paths: the first hook of the process, of a site or of a goroutine,
// a full chunk, a clock pair that is due, wide records, ends by panic, and
// every event where the fast paths cannot be used or recording has stopped.

// running says whether the event at hand is to be recorded. It starts the
// recorder at the first hook, and counts the event after the stop.
//
//go:norace
func running() bool {
	for {
		switch state := load32(&rec.state); state {
		case stateOff:
			return false
		case stateOn, stateStopped:
			if !hot.mine {
				hot.off = true // forked: the trace is the parent's
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
	id := load32(site)
	first := id == 0
	if first {
		id = define(site, defFunction)
	}
	s := acquire()
	if s == nil {
		drop()
		return 0
	}
	if first {
		relate(s, 0)
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

// exitSlow records an exit; at is its time, or 0.
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
			if kind = leftBy(); kind == 0 {
				kind = ctlPanic
			}
		}
	} else {
		kind = leftBy()
	}
	if kind == 0 && token != 0 {
		kind = ctlDeferred
	}
	s := acquire()
	if s == nil {
		drop()
		return
	}
	if now, ok := ready(s, at, 8); ok {
		putExit(s, kind, uint64(token), now)
	} else {
		drop()
	}
	for s.spawnDepth > s.depth {
		restore(s) // the frame was left between its Spawn and Spawned
	}
}

// acquire returns the calling goroutine's slot, on which the goroutine has
// begun; nil when recording has stopped.
//
//go:norace
func acquire() *slot { return acquireAs(0) }

// acquireAs is acquire for a goroutine that runs the test with an id, if it
// begins now; 0 for none.
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

// begin records that goroutine goid has begun on s, and which test it runs. What was open on s before
// belongs to a goroutine that is dead.
//
//go:norace
func begin(s *slot, goid, parent uint64, test uint32) bool {
	now, ok := ready(s, 0, lenTest)
	if !ok {
		return false
	}
	s.goid = goid
	s.depth = 0
	for s.spawns != nil {
		pop(s)
	}
	ref := takeToken()
	putBegin(s, now, goid, parent, ref, test)
	if ref == 0 {
		relate(s, parent)
	}
	return true
}
