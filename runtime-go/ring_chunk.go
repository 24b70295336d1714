package rt

// The chunks of a ring, which begin with a snapshot of their goroutine.

// ringChunk starts s's next chunk in a ring, with a snapshot, and with at least need
// bytes for records. The chunk's clock pair is the given one or, if that is 0, is
// taken as the last step; ringChunk returns it.
//
//go:norace
//go:nocheckptr
func ringChunk(s *slot, need, t, nano uint64) (uint64, uint64, bool) {
	snapshot := snapshotSize(s)
	least := (ringHeader + snapshot + need + 8 + 63) &^ 63
	lock()
	// Slots keep their chunks, also those of goroutines that sleep: all chunks at which
	// slots write get a quarter of the ring, and the least that each needs.
	most := rec.ringBytes/4 + uint64(rec.slots)*ringChunkMin
	want := chunkSize(s)
	for want > ringChunkMin && rec.open+4*want > most {
		want /= 2
	}
	for want < ringChunkMin || want < least+2*snapshot && want < chunkLargest {
		want *= 2
	}
	off, n := takeSpace(want, least)
	if off != 0 {
		rec.open += n
		if s.chunk != 0 {
			rec.open -= s.end - s.chunk
		}
	}
	unlock()
	if off == 0 {
		return 0, 0, false
	}
	p := add(hot.base, uintptr(off))
	if n >= prefaultFrom {
		osPrefault(p, uintptr(n))
	}
	clear64(p, 16, n)
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
	setLimit(s)
	setLast(s, t)
	return t, nano, true
}
