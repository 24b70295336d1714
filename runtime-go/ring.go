package rt

// The ring: chunks that are used again, so that the file holds the last stretch of
// the program.
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
	limitChunks()
	rec.hand = headerSize
}

// limitChunks bounds the size of chunks by that of the ring.
//
//go:norace
func limitChunks() {
	for rec.chunkMost > rec.ringBytes/64 && rec.chunkMost > 4<<10 {
		rec.chunkMost /= 2
	}
}

// turn moves the hand, at most once round, to closed chunks with least to want
// bytes together, and takes these. before, if not 0, is the time in ticks before
// which they must have been closed. It returns the offset 0 if there are none, and
// then does not look again for the next *rests times.
//
//go:norace
//go:nocheckptr
func turn(want, least, now, before uint64, rests *uint32) (off, n uint64) {
	if *rests > 0 {
		*rests--
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
		*rests = looked / 64
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

// spare takes at most want bytes of the first free chunk beyond the ring's size that
// has least bytes. It returns offset 0 if no chunk does.
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
	store64((*uint64)(add(rec.control, ctrRingFrom)), from)
	put64(rec.control, ctrReused, *(*uint64)(add(rec.control, ctrReused))+reused)
	for at := off; at < off+n; {
		p := add(hot.base, uintptr(at))
		size := load64((*uint64)(p)) >> 32
		markFree(at, size, 0)
		at += size
	}
}

// markFree makes a piece of the file a free chunk; taken says that a slot is about
// to use it. The kind comes first: in a chunk of events, chkTaken is the slot.
//
//go:norace
//go:nocheckptr
func markFree(off, n uint64, taken uint32) {
	p := add(hot.base, uintptr(off))
	store64((*uint64)(p), chunkMagic|chunkFree<<16|n<<32)
	store32((*uint32)(add(p, chkTaken)), taken)
}
