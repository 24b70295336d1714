package rt

// Where chunks of a ring go: into new space, into closed chunks, or, if the file
// cannot grow, into whatever there is.

import "unsafe"

// takeSpace returns between least and want bytes (multiples of 64) for a chunk of a
// ring, and their file offset; 0 when recording has stopped. The space is marked as
// taken, and not cleared. Call with the lock held.
//
//go:norace
//go:nocheckptr
func takeSpace(want, least uint64) (off, n uint64) {
	if rec.state != stateOn {
		return 0, 0 // the header may count bytes that the file does not have
	}
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
			if off, n = turn(want, least, now, now-uint64(age), &rec.ageRests); off != 0 {
				return off, n
			}
		}
	}
	if !fits {
		if off, n = turn(want, least, now, 0, &rec.handRests); off != 0 {
			return off, n
		}
	}
	if !fits && used > rec.ringBytes {
		if off, n = spare(want, least); off != 0 {
			return off, n
		}
	}
	reason := widen(used + want)
	if reason != stopNone {
		if off, n = narrow(want, least, now); off != 0 {
			return off, n
		}
		if want = least; widen(used+want) != stopNone {
			stop(reason)
			return 0, 0
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

// narrow takes space as takeSpace does when the file cannot grow: the ring stays as
// small as it is, and whatever is closed is used again.
//
//go:norace
//go:nocheckptr
func narrow(want, least, now uint64) (off, n uint64) {
	if rec.copying != 0 {
		store32(&rec.copying, 2)
	}
	if used := *(*uint64)(add(hot.base, hdrUsed)); rec.ringBytes > used {
		rec.ringBytes = used
		put64(rec.control, ctrRingBytes, used)
		limitChunks()
	}
	rests := uint32(0)
	if off, n = turn(want, least, now, ^uint64(0), &rests); off == 0 {
		rec.spareRests = 0
		off, n = spare(want, least)
	}
	return off, n
}

// takeCleared returns the file offset of n bytes (a multiple of 64) of zeros for
// another kind of chunk than events, marked as taken, or 0 when recording has stopped.
// Call with the lock held.
//
//go:norace
//go:nocheckptr
func takeCleared(n uint64) uint64 {
	if rec.mode == modePlain || rec.state != stateOn || widen(*(*uint64)(add(hot.base, hdrUsed))+n) == stopNone {
		return reserve(n, true)
	}
	off, got := narrow(n, n, ticks())
	if off == 0 || got < n {
		return reserve(n, true)
	}
	clear64(add(hot.base, uintptr(off)), 16, n)
	return off
}

// clear64 sets the bytes from `from` to n (multiples of 8) at p to zero.
//
//go:norace
//go:nocheckptr
func clear64(p unsafe.Pointer, from, n uint64) {
	for ; from&63 != 0 && from < n; from += 8 {
		*(*uint64)(add(p, uintptr(from))) = 0
	}
	for ; from < n; from += 64 {
		*(*[8]uint64)(add(p, uintptr(from))) = [8]uint64{}
	}
}
