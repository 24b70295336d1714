package rt

// Open frames of slots, remembered for the snapshots of a ring, for calls that are
// left out because they are short, and for the limit of depth.

import "unsafe"

// frame is an open frame of a slot, outside the Go heap.
type frame struct {
	ticks uint64
	id    uint32
	pos   uint32 // the low half of the file offset of its record
}

const (
	frameSize   = unsafe.Sizeof(frame{})
	framesFirst = 32
)

// frameAt returns s's frame at a level, counted from the outermost one.
//
//go:norace
//go:nocheckptr
func frameAt(s *slot, level uint32) *frame {
	return (*frame)(add(unsafe.Pointer(s.frames), uintptr(level)*frameSize))
}

// fitFrames makes room for one more frame of s and returns whether it is to be
// recorded.
//
//go:norace
//go:nocheckptr
func fitFrames(s *slot) bool {
	if s.depth >= s.capacity && !growFrames(s) {
		return true
	}
	s.room = s.capacity
	if limit := rec.depthLimit; limit > 0 && limit < s.room {
		s.room = limit
	}
	return rec.depthLimit == 0 || s.depth < rec.depthLimit
}

// growFrames doubles the room for s's frames. Of those that were open before s
// began to remember frames, only their number is known.
//
//go:norace
//go:nocheckptr
func growFrames(s *slot) bool {
	n := s.capacity * 2
	if n < framesFirst {
		n = framesFirst
	}
	for n <= s.depth {
		n *= 2
	}
	lock()
	p := allocLarge(uintptr(n) * frameSize)
	unlock()
	if p == nil {
		return false
	}
	for i := uint32(0); i < s.depth; i++ {
		to := (*frame)(add(p, uintptr(i)*frameSize))
		if i < s.capacity {
			*to = *frameAt(s, i)
		} else {
			*to = frame{ticks: s.last}
		}
	}
	storePtr((*uintptr)(unsafe.Pointer(&s.frames)), uintptr(p))
	s.capacity = n
	return true
}

// allocLarge is alloc for any size. Call with the lock held.
//
//go:norace
func allocLarge(n uintptr) unsafe.Pointer {
	if n > 32<<10 {
		return osAlloc(n)
	}
	return alloc(n)
}

// putFrame remembers that a frame is open on s, whose record is at file offset pos.
// Call it before s.depth counts the frame.
//
//go:norace
//go:nocheckptr
func putFrame(s *slot, id, pos uint64) {
	if s.frames == nil || s.depth >= s.capacity {
		return
	}
	f := frameAt(s, s.depth)
	f.ticks, f.id, f.pos = s.last, uint32(id), uint32(pos)
}

// kept returns how many of s's frames a snapshot has: the innermost ones.
//
//go:norace
func kept(s *slot) uint32 {
	n := s.depth
	if n > s.capacity {
		n = 0 // there was no memory for them
	}
	if n > framesMost {
		n = framesMost
	}
	return n
}

// snapshotSize returns the size of s's snapshot in bytes; 0 before the slot's first
// goroutine begins, and where nobody will need a snapshot.
//
//go:norace
func snapshotSize(s *slot) uint64 {
	if rec.mode != modeRing || s.goid == 0 {
		return 0
	}
	return (lenResume + lenFrame*uint64(kept(s)) + 1) &^ 1
}

// putSnapshot writes s's snapshot at p: its goroutine and its open frames.
//
//go:norace
//go:nocheckptr
func putSnapshot(s *slot, p unsafe.Pointer) {
	n := kept(s)
	put32(p, 44, s.depth-n)
	put32(p, 40, n)
	put64(p, 32, s.begun)
	put32(p, 28, s.goSite)
	put32(p, 24, s.test)
	put64(p, 16, s.parent>>32&0xffff|s.ref<<16)
	put64(p, 8, s.goid>>16&0xffffffff|s.parent<<32)
	put64(p, 0, tagControl|ctlResume<<3|s.goid<<48)
	p = add(p, lenResume)
	for i := s.depth - n; i < s.depth; i++ {
		f := frameAt(s, i)
		put32(p, 10, uint32(f.ticks>>32))
		put32(p, 6, uint32(f.ticks))
		put16(p, 4, uint16(f.id>>16))
		put32(p, 0, tagControl|ctlFrame<<3|f.id<<16)
		p = add(p, lenFrame)
	}
}

// goSiteOf returns the id of the go statement whose record is at file offset off; 0
// if the record is gone.
//
//go:norace
//go:nocheckptr
func goSiteOf(off uint64) uint32 {
	if off < headerSize || off+lenSpawn > load64(&rec.mapped) {
		return 0
	}
	p := add(hot.base, uintptr(off))
	if *(*byte)(p) != tagControl|ctlSpawn<<3 {
		return 0
	}
	return uint32(get16(p, 6)) | uint32(get16(p, 8))<<16
}

//go:norace
//go:nocheckptr
func get16(p unsafe.Pointer, off uintptr) uint16 {
	return uint16(*(*byte)(add(p, off))) | uint16(*(*byte)(add(p, off+1)))<<8
}
