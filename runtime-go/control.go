package rt

// The control chunk: settings that the gotrace command may change while the
// process runs. Slow paths look at the generation and apply what is new.

import "unsafe"

// openControl writes the control chunk, applies the settings of the environment,
// and puts them in force. Call it at the start, after the header is written.
//
//go:norace
//go:nocheckptr
func openControl(s *settingsOf) {
	off := add64((*uint64)(add(hot.base, hdrUsed)), controlSize)
	p := add(hot.base, uintptr(off))
	storePtr((*uintptr)(unsafe.Pointer(&rec.control)), uintptr(p))
	storePtr((*uintptr)(unsafe.Pointer(&hot.gate)), uintptr(p)+ctrGate)
	put64(p, ctrMinimum, s.minimum)
	put32(p, ctrDepth, uint32(s.depth))
	text := s.text
	if len(text) > ctrTextMost {
		text = text[:ctrTextMost]
	}
	put32(p, ctrTextLength, uint32(len(text)))
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == ';' {
			c = '\n'
		}
		*(*byte)(add(p, ctrText+uintptr(i))) = c
	}
	if s.paused {
		put32(p, ctrGate, gatePaused)
	}
	rec.chunkMost = chunkMax
	snapshots.every, snapshots.keep, snapshots.most = s.every, s.keep, s.most
	candidates.judged = s.judged
	if len(s.dumps) < 1000 {
		snapshots.dir = s.dumps
	}
	wrong := parseTriggers(s.when)
	put32(p, ctrWrongWhen, wrong)
	put32(p, ctrStates, states.kind)
	if s.mode != modePlain {
		openRing(s)
	}
	put32(p, ctrMode, rec.mode)
	put64(p, ctrRingBytes, rec.ringBytes)
	put64(p, ctrRingAge, rec.ringAge)
	store64((*uint64)(p), chunkMagic|chunkControl<<16|controlSize<<32)
	store64((*uint64)(add(hot.base, hdrControl)), off)
	newPause(1).install()
	applyControl(nil)
}

// controlled applies what the gotrace command has changed in the control chunk.
//
//go:norace
//go:nocheckptr
func controlled() {
	if load32((*uint32)(add(rec.control, ctrGeneration))) != rec.generation {
		reapply()
	}
	if asked := load32((*uint32)(add(rec.control, ctrDump))); asked != load32(&snapshots.asked) {
		snapshot(ticks(), &cause{text: "asked for", asked: asked})
	}
}

//go:norace
func reapply() {
	for done := false; !done; {
		next := newPause(load32(&hot.resumes) + 2)
		lock()
		if done = next.number == hot.resumes+2; done {
			applyControl(next)
		}
		unlock()
	}
}

// applyControl puts the control chunk in force. Call it with the lock held.
//
//go:norace
//go:nocheckptr
func applyControl(next *pause) {
	p := rec.control
	generation := load32((*uint32)(add(p, ctrGeneration)))
	minimum := *(*uint64)(add(p, ctrMinimum))
	rec.depthLimit = load32((*uint32)(add(p, ctrDepth)))
	// Calls that are open must be known by name where not all are recorded, for enterLate.
	rec.framed = rec.mode == modeRing || minimum > 0 || rec.depthLimit > 0 || selection() != ""
	setWatched()
	selectSites()
	idle := load32((*uint32)(add(p, ctrGate))) != 0
	if !idle && next != nil {
		// Calls that are open are recorded that were not when they began, if their
		// functions were off.
		pauseEnded()
		hot.idle = false
		next.install()
	}
	hot.pause.began = idle
	hot.idle = idle
	rec.generation = generation
	store32((*uint32)(add(p, ctrApplied)), generation)
}

// ticksOf converts a duration in ns, by the rate of the clock since the start.
//
//go:norace
func ticksOf(ns uint64) uint64 {
	if !rec.rawTicks {
		return ns
	}
	t, nano := clockPair()
	start := *(*uint64)(add(hot.base, hdrStartNano))
	if nano < start+1000000 { // too early to tell: wait for a millisecond
		for nano < start+1000000 {
			t, nano = clockPair()
		}
	}
	return uint64(float64(ns) * float64(t-rec.startTicks) / float64(nano-start))
}

// resume is called by hooks while hot.idle is set. It reports whether the recorder
// records again: the gotrace command ends a pause through the file.
//
//go:norace
//go:noinline
func resume() bool {
	if hot.off {
		return false
	}
	if !hot.mine {
		return running() // forked: switches the hooks off
	}
	switch load32(hot.gate) {
	case 0:
	case gateAsked:
		if cas32(hot.gate, gateAsked, gatePaused) {
			asked := load32((*uint32)(add(rec.control, ctrDump)))
			snapshot(ticks(), &cause{text: "asked for", asked: asked})
			reapply()
		}
		return false
	default:
		return false
	}
	reapply()
	return !hot.idle
}
