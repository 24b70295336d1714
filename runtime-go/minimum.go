package rt

// Calls that are left out of the trace because they were shorter than the minimum
// and nothing was recorded within them. Such a call's enter is the slot's last
// record, so that its exit can take it back; each function's number and time of such
// calls are counted.

import "unsafe"

// countsBlocks bounds the functions that have counts of their own; those with
// larger ids count as id 0.
const countsBlocks = 128

// What exitWatched finds.
const (
	exitUsual = iota
	exitGone  // there is nothing to write
	exitLong  // a trigger may be about the call
)

// exitWatched looks at the duration of s's innermost call, which ends at now and
// whose exit would be written at pos.
//
//go:norace
//go:nocheckptr
func exitWatched(s *slot, pos, now uint64) int {
	level := s.depth - 1
	if s.frames == nil || level >= s.capacity {
		return exitUsual
	}
	f := frameAt(s, level)
	took := now - f.ticks
	switch {
	case took-hot.least < hot.span:
		return exitUsual
	case took >= hot.least:
		return exitLong
	case takeBack(s, f, pos, took):
		return exitGone
	}
	return exitUsual
}

// leftOut is exitWatched for the slow path.
//
//go:norace
func leftOut(s *slot, now uint64) bool {
	return s.depth > s.spawnDepth && now >= s.last && exitWatched(s, s.pos, now) == exitGone
}

// innermost returns the function of s's innermost call, 0 if it is not known, and how
// long the call has taken at now.
//
//go:norace
//go:nocheckptr
func innermost(s *slot, now uint64) (id uint32, took uint64) {
	level := s.depth - 1
	if s.frames == nil || level >= s.capacity {
		return 0, 0
	}
	f := frameAt(s, level)
	if now < f.ticks {
		now = f.ticks
	}
	return f.id, now - f.ticks
}

// takeBack removes the record of f, the innermost frame of s, if it is the last one
// before pos.
//
//go:norace
//go:nocheckptr
func takeBack(s *slot, f *frame, pos, took uint64) bool {
	n := uint64(uint32(pos) - f.pos)
	if n > 8 || n < 4 {
		return false
	}
	p := add(hot.base, uintptr(pos-n))
	word := uint64(get16(p, 0)) | uint64(get16(p, 2))<<16
	if n > 4 {
		word |= uint64(get16(p, 4)) << 32
	}
	if n > 6 {
		word |= uint64(get16(p, 6)) << 48
	}
	delta := uint64(0)
	switch {
	case n == 4 && word&7 == tagEnter4:
		delta = word >> 15
	case n == 6 && word&7 == tagEnter6:
		delta = word >> 23
	case n == 8 && word&7 == tagEnter8:
		delta = word >> 35
	default:
		return false
	}
	if !count(f.id, took) {
		return false
	}
	if alignedOnly {
		*(*byte)(p) = 0 // the tag first: put64 stores it last
	}
	put64(p, 0, 0)
	s.pos = pos - n
	s.last = f.ticks - delta
	s.depth--
	return true
}

// count counts a call that is left out; false if there is no place to count it.
//
//go:norace
//go:nocheckptr
func count(id uint32, took uint64) bool {
	block := id / countsIDs
	if block >= countsBlocks {
		block, id = 0, 0
	}
	p := rec.counts[block]
	if p == nil {
		lock()
		p = openCounts(block)
		unlock()
		if p == nil {
			return false
		}
	}
	p = add(p, chunkHeader+uintptr(id%countsIDs)*16)
	add64((*uint64)(p), 1)
	add64((*uint64)(add(p, 8)), took)
	return true
}

// openCounts makes the chunk of counts of a block of ids. Call with the lock held.
//
//go:norace
//go:nocheckptr
func openCounts(block uint32) unsafe.Pointer {
	if p := rec.counts[block]; p != nil {
		return p
	}
	off := takeCleared(countsSize)
	if off == 0 {
		return nil
	}
	p := add(hot.base, uintptr(off))
	put32(p, chkSlot, block*countsIDs)
	store64((*uint64)(p), chunkMagic|chunkCounts<<16|countsSize<<32)
	if rec.countsEnd == nil {
		store64((*uint64)(add(rec.control, ctrLeftOut)), off)
	} else {
		store64((*uint64)(add(rec.countsEnd, chkTicks)), off)
	}
	storePtr((*uintptr)(unsafe.Pointer(&rec.countsEnd)), uintptr(p))
	storePtr((*uintptr)(unsafe.Pointer(&rec.counts[block])), uintptr(p))
	return p
}
