package rt

// Slots, the recorders of goroutines, and the hash table that finds them.

import "unsafe"

// slot records the events of one g. The runtime never frees g structs but
// reuses them, so a slot serves one goroutine after another. Only the goroutine
// that runs on the g writes to its slot, so no lock is needed. Slots lie outside
// the Go heap.
type slot struct {
	// First cache line: the fast paths.
	goid       uint64
	pos        uint64 // where the next record goes, file offset
	lim        uint64 // last pos at which a short record fits
	last       uint64 // ticks of the last record
	due        uint64 // ticks at which the next clock pair is due
	depth      uint32 // open frames
	spawnDepth uint32 // depth at the innermost open Spawn, 0 if none is open
	// Exits from at most this depth take the slow path: spawnDepth, or that of late calls.
	floor   uint32
	resumes uint32 // hot.resumes when the goroutine had all calls that are open
	frames  *frame // the open frames, if rec.framed; outermost first

	// Second cache line.
	room      uint32 // frames that fit, or the limit of depth
	number    uint32
	seq       uint32 // chunks so far
	capacity  uint32 // frames that fit
	end       uint64 // end of the chunk
	written   uint64 // bytes of chunks so far
	freeNodes *node
	// For snapshots.
	chunk  uint64 // the file offset of the chunk; 0 for none
	parent uint64
	ref    uint64

	// Third cache line.
	begun    uint64 // ticks at which the goroutine began
	test     uint32
	goSite   uint32         // id of the go statement
	spawns   *node          // stack of open Spawns
	late     unsafe.Pointer // stack of open late calls
	lates    uint32
	lateRoom uint32
	_        [24]byte
}

// table is an open-addressing hash table from g pointer to slot. Entries
// follow the header. Lookups take no lock: a goroutine looks up only its own
// g, whose entry never moves or changes. A table that grows is copied, and the
// old one stays readable.
type table struct {
	shift uintptr // hash>>shift is the entry's byte offset, with 4 low bits to clear
	size  uintptr // bytes of entries
	count uintptr
	_     [5]uintptr
}

type entry struct {
	key uintptr
	s   *slot
}

const tableHeader = 64

//go:norace
//go:nocheckptr
func (t *table) at(off uintptr) *entry {
	return (*entry)(add(unsafe.Pointer(t), tableHeader+off))
}

//go:norace
func (t *table) start(key uintptr) uintptr {
	return uintptr(uint64(key)*hashK>>(t.shift&63)) &^ 15
}

// find returns the slot of key, or nil.
//
//go:norace
//go:nocheckptr
func (t *table) find(key uintptr) *slot {
	for off := t.start(key); ; off = (off + 16) & (t.size - 1) {
		e := t.at(off)
		if e.key == key {
			return e.s
		}
		if e.key == 0 {
			return nil
		}
	}
}

// put adds an entry. The caller makes sure that there is room.
//
//go:norace
//go:nocheckptr
func (t *table) put(key uintptr, s *slot) {
	off := t.start(key)
	for t.at(off).key != 0 {
		off = (off + 16) & (t.size - 1)
	}
	e := t.at(off)
	storePtr((*uintptr)(unsafe.Pointer(&e.s)), uintptr(unsafe.Pointer(s)))
	storePtr(&e.key, key)
	t.count++
}

// newTable returns an empty table for n entries (a power of two), or nil.
//
//go:norace
//go:nocheckptr
func newTable(n uintptr) *table {
	t := (*table)(osAlloc(tableHeader + n*16))
	if t == nil {
		return nil
	}
	t.size = n * 16
	t.shift = 64
	for x := t.size; x > 1; x >>= 1 {
		t.shift--
	}
	return t
}

// growTable doubles the table. The old one is not freed, because other threads
// may be reading it. All old ones together are no larger than the new one.
//
//go:norace
//go:nocheckptr
func growTable() bool {
	old := rec.table
	t := newTable(old.size / 16 * 2)
	if t == nil {
		return false
	}
	for off := uintptr(0); off < old.size; off += 16 {
		if e := old.at(off); e.key != 0 {
			t.put(e.key, e.s)
		}
	}
	setTable(t)
	return true
}

// setTable makes t the table in force, also for the fast paths unless they
// are switched off.
//
//go:norace
//go:nocheckptr
func setTable(t *table) {
	storePtr((*uintptr)(unsafe.Pointer(&rec.table)), uintptr(unsafe.Pointer(t)))
	if fastPaths() && load32(&rec.state) != stateStopped {
		storePtr((*uintptr)(unsafe.Pointer(&hot.table)), uintptr(unsafe.Pointer(t)))
	}
}

// slotOf returns the slot for key, which it makes if need be; nil if there is no
// memory. Call with the lock held.
//
//go:norace
//go:nocheckptr
func slotOf(key uintptr) *slot {
	if s := rec.table.find(key); s != nil {
		return s
	}
	if rec.table.count >= rec.table.size/32 && !growTable() {
		return nil
	}
	s := (*slot)(alloc(unsafe.Sizeof(slot{})))
	if s == nil {
		return nil
	}
	rec.slots++
	s.number = rec.slots - 1
	rec.table.put(key, s)
	return s
}
