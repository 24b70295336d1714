package rt

// Writers of records to a slot; format.go has their layout. Call ready first: it
// makes room. The 8 bytes that begin with the tag are stored last, so that a
// process killed in between leaves a valid prefix.

// elapsed returns the ticks from s's last record to now, and makes now the time
// of the last record.
//
//go:norace
func elapsed(s *slot, now uint64) uint64 {
	if now <= s.last {
		return 0
	}
	d := now - s.last
	s.last = now
	return d
}

//go:norace
//go:nocheckptr
func putEnter(s *slot, id, now uint64) {
	d := elapsed(s, now)
	p := add(hot.base, uintptr(s.pos))
	putFrame(s, id, s.pos)
	switch {
	case id < enter4ID && d < enter4Delta:
		put64(p, 0, tagEnter4|id<<3|d<<15)
		s.pos += 4
	case id < enter6ID && d < enter6Delta:
		put64(p, 0, tagEnter6|id<<3|d<<23)
		s.pos += 6
	default:
		put64(p, 0, tagEnter8|id<<3|d<<35)
		s.pos += 8
	}
	s.depth++
}

// putLate writes the late enter of a call that began during a pause.
//
//go:norace
//go:nocheckptr
func putLate(s *slot, id, now uint64) {
	d := elapsed(s, now)
	p := add(hot.base, uintptr(s.pos))
	putFrame(s, id, s.pos)
	put16(p, 8, uint16(id>>16))
	put64(p, 0, tagControl|ctlLate<<3|d<<16|id<<48)
	s.pos += lenLate
	s.depth++
}

// putExit writes an exit: plain (kind 0), or a control record of another kind
// with the length of the chain of panics at Enter.
//
//go:norace
//go:nocheckptr
func putExit(s *slot, kind, panics, now uint64) {
	d := elapsed(s, now)
	p := add(hot.base, uintptr(s.pos))
	switch {
	case kind != 0:
		if panics > argMax {
			panics = argMax
		}
		put64(p, 0, tagControl|kind<<3|panics<<argShift|d<<16)
		s.pos += lenExitEnd
	case d < exit2Delta:
		put64(p, 0, tagExit2|d<<3)
		s.pos += 2
	default:
		put64(p, 0, tagExit4|d<<3)
		s.pos += 4
	}
	if s.depth > 0 {
		s.depth--
	}
}

// putSpawn writes a spawn record and returns its file offset.
//
//go:norace
//go:nocheckptr
func putSpawn(s *slot, id, now uint64) uint64 {
	d := elapsed(s, now)
	off := s.pos
	p := add(hot.base, uintptr(off))
	put16(p, 8, uint16(id>>16))
	put64(p, 0, tagControl|ctlSpawn<<3|d<<16|id<<48)
	s.pos += lenSpawn
	return off
}

// putBegin writes that a goroutine has begun on the slot. ref refers to the
// spawn record that started it (takeToken), test is the id of the test that it
// runs (defineTest); 0 for none.
//
//go:norace
//go:nocheckptr
func putBegin(s *slot, now, goid, parent, ref uint64, test uint32) {
	d := elapsed(s, now)
	p := add(hot.base, uintptr(s.pos))
	kind, size := uint64(ctlBegin), uint64(lenBegin)
	if test != 0 {
		kind, size = ctlTest, lenTest
		put32(p, 24, test)
	}
	put64(p, 16, parent>>32&0xffff|ref<<16)
	put64(p, 8, goid>>16&0xffffffff|parent<<32)
	put64(p, 0, tagControl|kind<<3|d<<16|goid<<48)
	s.pos += size
}

// putParent writes that goroutine parent started goroutine goid, which is not
// traced.
//
//go:norace
//go:nocheckptr
func putParent(s *slot, now, goid, parent uint64) {
	d := elapsed(s, now)
	p := add(hot.base, uintptr(s.pos))
	put16(p, 16, uint16(parent>>32))
	put64(p, 8, goid>>16&0xffffffff|parent<<32)
	put64(p, 0, tagControl|ctlParent<<3|d<<16|goid<<48)
	s.pos += lenParent
}

// putSync writes a clock pair.
//
//go:norace
//go:nocheckptr
func putSync(s *slot, t, nano uint64) {
	p := add(hot.base, uintptr(s.pos))
	put16(p, 16, uint16(nano>>48))
	put64(p, 8, t>>48|nano<<16)
	put64(p, 0, tagControl|ctlSync<<3|t<<16)
	s.pos += lenSync
	setLast(s, t)
}
