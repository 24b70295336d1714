package rt

// Chunks: the pieces of the trace file that slots fill with records. This file
// reserves them, grows the file for them, and makes room for each record.

const (
	chunkMin     = 128
	chunkMax     = 256 << 10
	prefaultFrom = 64 << 10
	segmentMax   = 8 << 20
)

// reserve takes n bytes (a multiple of 64) of the file and returns their
// offset, or 0 when recording has stopped; counting the dropped event is up to
// the caller. held says that the caller has the lock.
//
//go:norace
//go:nocheckptr
func reserve(n uint64, held bool) uint64 {
	if load32(&rec.state) != stateOn {
		return 0
	}
	off := add64((*uint64)(add(hot.base, hdrUsed)), n)
	if off+n <= load64(&rec.mapped) {
		return off
	}
	if !held {
		lock()
	}
	ok := extend(off + n)
	if !held {
		unlock()
	}
	if !ok {
		return 0
	}
	return off
}

// extend makes the file's bytes up to need touchable, or stops recording.
// Call with the lock held.
//
//go:norace
func extend(need uint64) bool {
	if rec.state != stateOn {
		return false
	}
	if reason := widen(need); reason != stopNone {
		stop(reason)
		return false
	}
	return true
}

// widen makes the file's bytes up to need touchable. It returns stopNone or why it
// cannot. Call with the lock held.
//
//go:norace
//go:nocheckptr
func widen(need uint64) uint32 {
	if need <= rec.mapped {
		return stopNone
	}
	giveBack()
	if need > rec.limit {
		return stopLimit
	}
	if load32((*uint32)(add(hot.base, hdrHalt))) != 0 {
		return stopTotal
	}
	// Doubling keeps small traces small and makes growing large ones rare.
	to := 2 * rec.mapped
	if to > rec.mapped+segmentMax {
		to = rec.mapped + segmentMax
	}
	if rec.mode == modeRing && to > rec.ringBytes {
		to = pastRing(need)
	}
	if to < need {
		to = need
	}
	reason := growTo(to)
	if reason == stopRlimit || reason == stopNoSpace {
		// The whole segment does not fit, but the request itself may.
		reason = growTo(need)
	}
	return reason
}

// pastRing returns how far a ring's file grows at least: up to the ring's size, and in
// small steps beyond, since there is little that does not fit.
//
//go:norace
func pastRing(need uint64) uint64 {
	if need <= rec.ringBytes {
		return rec.ringBytes
	}
	return need + rec.ringBytes/16
}

// growTo makes the file's bytes at least up to `to` touchable. It returns a
// stop reason. Call with the lock held.
//
//go:norace
//go:nocheckptr
func growTo(to uint64) uint32 {
	to = osStep(to)
	if to > rec.limit {
		to = rec.limit
	}
	reason := osGrow(rec.mapped, to)
	if reason == stopNone {
		store64((*uint64)(add(hot.base, hdrGrown)), to)
		store64(&rec.mapped, to)
	}
	return reason
}

// chunkSize returns the size of a slot's next chunk: about as much as the slot
// has written so far, so that at most half of its bytes stay unused.
//
//go:norace
func chunkSize(s *slot) uint64 {
	n := uint64(chunkMin)
	for n < rec.chunkMost && 2*n <= s.written {
		n *= 2
	}
	return n
}

// openChunk starts s's next chunk, n bytes at off, with a clock pair. The
// magic is stored last, but before any record: a chunk without it was never
// begun.
//
//go:norace
//go:nocheckptr
func openChunk(s *slot, off, n, ticks, nano uint64) {
	p := add(hot.base, uintptr(off))
	put64(p, chkTicks, ticks)
	put64(p, chkNano, nano)
	put64(p, chkSlot, uint64(s.number)|uint64(s.seq)<<32)
	store64((*uint64)(p), chunkMagic|chunkEvents<<16|n<<32)
	s.seq++
	s.written += n
	s.pos = off + chunkHeader
	s.end = off + n
	setLimit(s)
	setLast(s, ticks)
}

// setLast makes ticks the time of s's latest clock pair.
//
//go:norace
func setLast(s *slot, ticks uint64) {
	s.last = ticks
	every := (ticks - rec.startTicks) / 2
	if every < syncMin || ticks < rec.startTicks {
		every = syncMin
	}
	if every > syncMax {
		every = syncMax
	}
	s.due = ticks + every
}

// ready makes room on s for a record of need bytes, and writes a clock pair if
// one is due. at is the time of the event in ticks, or 0 if it is yet to be
// taken; then ready takes it as its last step. It returns the event's time; ok
// is false when recording has stopped.
//
//go:norace
//go:nocheckptr
func ready(s *slot, at, need uint64) (now uint64, ok bool) {
	now = at
	if now == 0 {
		now = ticks()
	}
	due := now >= s.due
	if due {
		need += lenSync
	}
	full := s.pos+need > s.end
	if !full && !due {
		return now, true
	}
	var t, nano uint64
	if at != 0 {
		t, nano = clockPair()
	}
	controlled()
	if rec.framed {
		fitFrames(s)
	}
	if full && rec.mode != modePlain {
		if t, nano, ok = ringChunk(s, need, t, nano); !ok {
			return 0, false
		}
	} else if full {
		n := chunkSize(s)
		off := reserve(n, false)
		if off == 0 {
			return 0, false
		}
		if n >= prefaultFrom {
			osPrefault(add(hot.base, uintptr(off)), uintptr(n))
		}
		if at == 0 {
			t, nano = clockPair()
		}
		openChunk(s, off, n, t, nano)
	} else {
		if at == 0 {
			t, nano = clockPair()
		}
		putSync(s, t, nano)
	}
	headerPair(t, nano)
	return t, true
}
