package rt

// The ring: chunks that are used again, so that the file holds the last stretch of
// the program, or what a reader has not read yet.
//
// The hand goes round the file and takes neighbouring chunks that are closed: their
// slots write to later ones. It leaves alone definitions and the chunks at which
// slots write, so that a goroutine that sleeps keeps its frames. No lock is needed
// for writing records, because nobody takes the chunk of a slot but the slot.
//
// The file can be read at any moment, also after a kill: the words that a reader
// relies on are stored atomically, and space is marked as free before its content
// changes.

import "unsafe"

const (
	ringChunkMin = 256
	chunkLargest = 1 << 20 // the most that a reader accepts
	// framesMost bounds the frames of a snapshot.
	framesMost = 8192
	// While a snapshot is written, the file may grow by half of the ring's size and
	// this; beyond that, the snapshot is given up.
	spareLeast = 32 << 20
)

// openRing sets the recorder up for a ring of s.ringBytes, or of all of the file.
//
//go:norace
func openRing(s *settingsOf) {
	rec.mode = s.mode
	rec.ringBytes, rec.ringAge = s.ringBytes, s.ringAge
	if most := rec.limit - rec.limit/16; rec.ringBytes == 0 || rec.ringBytes > most {
		rec.ringBytes = most &^ 63
	}
	for rec.chunkMost > rec.ringBytes/64 && rec.chunkMost > 4<<10 {
		rec.chunkMost /= 2
	}
	rec.hand = headerSize
}

// takeSpace returns between least and want bytes (multiples of 64) for a chunk of a
// ring, and their file offset; 0 when recording has stopped. The space is marked as
// taken, and not cleared. Call with the lock held.
//
//go:norace
//go:nocheckptr
func takeSpace(want, least uint64) (off, n uint64) {
	// Now, with the lock held: all chunks that it looks at were closed before.
	now, nano := clockPair()
	used := *(*uint64)(add(hot.base, hdrUsed))
	fits := used+want <= rec.ringBytes
	if rec.copying != 0 && !fits {
		if off, n = spare(want, least); off != 0 {
			return off, n
		}
		if used+want > rec.ringBytes+rec.ringBytes/2+spareLeast || used+want > rec.limit {
			store32(&rec.copying, 2)
		}
	}
	if rec.copying == 1 {
		fits = true
	} else if rec.ringAge > 0 {
		age := float64(rec.ringAge) * float64(now-rec.startTicks) / float64(nano-*(*uint64)(add(hot.base, hdrStartNano))+1)
		if age < float64(now-rec.startTicks) {
			// What is too old is used first.
			if off, n = turn(want, least, now, now-uint64(age)); off != 0 {
				return off, n
			}
		}
	}
	if !fits {
		if off, n = turn(want, least, now, 0); off != 0 {
			return off, n
		}
	}
	if !fits && used > rec.ringBytes {
		if off, n = spare(want, least); off != 0 {
			return off, n
		}
	}
	if used+want > rec.limit {
		if off, n = turn(want, least, now, ^uint64(0)); off != 0 {
			return off, n
		}
	}
	if off = reserve(want, true); off != 0 {
		if rec.spareFrom == 0 && off >= rec.ringBytes {
			rec.spareFrom = off
		}
		markFree(off, want, 1)
	}
	return off, want
}

// turn moves the hand, at most once round, to closed chunks with least to want
// bytes together, and takes these. before, if not 0, is the time in ticks before
// which they must have been closed. It returns the offset 0 if there are none.
//
//go:norace
//go:nocheckptr
func turn(want, least, now, before uint64) (off, n uint64) {
	if rec.handRests > 0 {
		rec.handRests--
		return 0, 0
	}
	end := *(*uint64)(add(hot.base, hdrUsed))
	run, length, looked := rec.hand, uint64(0), uint32(0)
	for seen := uint64(0); seen <= end; {
		if rec.hand >= end {
			if length >= least {
				break
			}
			rec.hand = headerSize
			run, length = rec.hand, 0
		}
		p := add(hot.base, uintptr(rec.hand))
		size := load64((*uint64)(p)) >> 32
		if size == 0 {
			break // not possible
		}
		looked++
		if rec.spareFrom != 0 && rec.hand >= rec.spareFrom {
			// Space that was taken while a snapshot was written: spare takes it.
			if isReusable(p, now, before) {
				release(rec.hand, size)
			}
			length = 0
			run = rec.hand + size
		} else if isReusable(p, now, before) {
			if length += size; length >= want {
				rec.hand += size
				break
			}
		} else {
			if length >= least {
				break
			}
			length = 0
			run = rec.hand + size
		}
		rec.hand += size
		seen += size
	}
	if length < least {
		// It may go on like this: look at 64 chunks, on average, for each new one.
		rec.handRests = looked / 64
		return 0, 0
	}
	n = want
	if n > length {
		n = length
	}
	release(run, length)
	if n < length {
		markFree(run+n, length-n, 0)
		rec.hand = run + n
	}
	markFree(run, n, 1)
	return run, n
}

// spare takes the first free chunk beyond the ring's size that has least bytes: at
// most want of it. It returns the offset 0 if there is none.
//
//go:norace
//go:nocheckptr
func spare(want, least uint64) (off, n uint64) {
	end := *(*uint64)(add(hot.base, hdrUsed))
	if rec.spareFrom == 0 || rec.spareRests > 0 {
		if rec.spareRests > 0 {
			rec.spareRests--
		}
		return 0, 0
	}
	at, looked := rec.spareHand, uint32(0)
	for seen := uint64(0); seen <= end-rec.spareFrom; looked++ {
		if at < rec.spareFrom || at >= end {
			at = rec.spareFrom
		}
		p := add(hot.base, uintptr(at))
		word := load64((*uint64)(p))
		size := word >> 32
		if size == 0 {
			break // not possible
		}
		seen += size
		if word>>16&0xffff == chunkFree && load32((*uint32)(add(p, chkTaken))) == 0 && size >= least {
			if n = want; n >= size {
				n = size
			} else {
				markFree(at+n, size-n, 0)
			}
			markFree(at, n, 1)
			rec.spareHand = at + n
			return at, n
		}
		at += size
	}
	rec.spareRests = looked / 64
	return 0, 0
}

// isReusable reports whether the space of the chunk at p may be used again.
//
//go:norace
//go:nocheckptr
func isReusable(p unsafe.Pointer, now, before uint64) bool {
	switch load64((*uint64)(p)) >> 16 & 0xffff {
	case chunkFree:
		return load32((*uint32)(add(p, chkTaken))) == 0
	case chunkRing:
	default:
		return false
	}
	closed := load64((*uint64)(add(p, chkClosed)))
	if closed == 0 {
		put64(p, chkPassed, now)
		return false
	}
	if rec.mode == modeFollowed {
		return load32((*uint32)(add(p, chkRead))) != 0
	}
	if before != 0 {
		return closed < before
	}
	// A chunk that its slot filled slowly may have been closed a moment ago. The
	// trace is complete only since the latest reused chunk was closed, so such a
	// chunk stays for another round.
	since := *(*uint64)(add(p, chkTicks))
	if passed := *(*uint64)(add(p, chkPassed)); passed > since {
		since = passed
	}
	if now > closed && now-closed >= (now-since)/2 {
		return true
	}
	put64(p, chkPassed, now)
	return false
}

// release gives up the chunks in a piece of the file.
//
//go:norace
//go:nocheckptr
func release(off, n uint64) {
	reused := uint64(0)
	from := *(*uint64)(add(rec.control, ctrRingFrom))
	for at := off; at < off+n; {
		p := add(hot.base, uintptr(at))
		word := load64((*uint64)(p))
		if word>>16&0xffff == chunkRing {
			reused += word >> 32
			if closed := *(*uint64)(add(p, chkClosed)); closed > from {
				from = closed
			}
		}
		at += word >> 32
	}
	if rec.mode == modeRing {
		store64((*uint64)(add(rec.control, ctrRingFrom)), from)
	}
	put64(rec.control, ctrReused, *(*uint64)(add(rec.control, ctrReused))+reused)
	for at := off; at < off+n; {
		p := add(hot.base, uintptr(at))
		size := load64((*uint64)(p)) >> 32
		markFree(at, size, 0)
		at += size
	}
}

// markFree makes a piece of the file a free chunk; taken says that a slot is about
// to use it.
//
//go:norace
//go:nocheckptr
func markFree(off, n uint64, taken uint32) {
	p := add(hot.base, uintptr(off))
	store32((*uint32)(add(p, chkTaken)), taken)
	store64((*uint64)(p), chunkMagic|chunkFree<<16|n<<32)
}

// ringChunk starts s's next chunk in a ring, with a snapshot, and with at least need
// bytes for records. The chunk's clock pair is the given one or, if that is 0, is
// taken as the last step; ringChunk returns it.
//
//go:norace
//go:nocheckptr
func ringChunk(s *slot, need, t, nano uint64) (uint64, uint64, bool) {
	snapshot := snapshotSize(s)
	least := (ringHeader + snapshot + need + 8 + 63) &^ 63
	want := chunkSize(s)
	// Slots keep their chunks: all together at most a quarter of the ring.
	for want > ringChunkMin && want*uint64(rec.slots) > rec.ringBytes/4 {
		want /= 2
	}
	for want < ringChunkMin || want < 3*least && want < chunkLargest {
		want *= 2
	}
	lock()
	off, n := takeSpace(want, least)
	unlock()
	if off == 0 {
		return 0, 0, false
	}
	p := add(hot.base, uintptr(off))
	if n >= prefaultFrom {
		osPrefault(p, uintptr(n))
	}
	*(*[6]uint64)(add(p, 16)) = [6]uint64{}
	for at := uint64(64); at < n; at += 64 {
		*(*[8]uint64)(add(p, uintptr(at))) = [8]uint64{}
	}
	if snapshot > 0 {
		putSnapshot(s, add(p, ringHeader))
	}
	if t == 0 {
		t, nano = clockPair()
	}
	put64(p, chkTicks, t)
	put64(p, chkNano, nano)
	put32(p, chkSnapshot, uint32(snapshot))
	put64(p, chkSlot, uint64(s.number)|uint64(s.seq)<<32)
	store64((*uint64)(p), chunkMagic|chunkRing<<16|n<<32)
	if s.chunk != 0 {
		store64((*uint64)(add(hot.base, uintptr(s.chunk+chkClosed))), t)
	}
	s.chunk = off
	s.seq++
	s.written += n
	s.pos = off + ringHeader + snapshot
	s.end = off + n
	s.lim = s.end - 8
	setLast(s, t)
	return t, nano, true
}
