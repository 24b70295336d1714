package rt

// The recorder's state: what the fast paths read, everything else, the lock, and
// an allocator of memory outside the Go heap.

import "unsafe"

// hashK spreads g pointers over the table (2^64 divided by the golden ratio).
const hashK = 0x9e3779b97f4a7c15

// States of the recorder. The state only ever goes up.
const (
	stateNew      = 0
	stateStarting = 1
	stateOn       = 2
	stateOff      = 3 // not asked to trace, or could not start
	stateStopped  = 4 // the file is full: events are counted only
)

// pageMax is the largest page of Linux and macOS.
const pageMax = 64 << 10

// hot is what the fast paths read, on cache lines that are written only at the
// start, when the table grows and at the stop. Nothing else is on its page,
// which osWipeOnFork clears in forked processes: these share the file's mapping
// and must not write to it.
var hot struct {
	_ [pageMax]byte
	// off: nothing is recorded and never will be.
	off bool
	// idle: calls that begin now are not recorded, because of off or a pause.
	idle bool
	// gate is 0 in the control chunk unless recording is paused.
	gate *uint32
	// watched: the duration of a call decides what to do at its exit.
	watched bool
	// mine: this process opened the trace; false after a fork.
	mine bool
	// table finds slots by g pointer; nil sends every hook to the slow path.
	table   *table
	base    unsafe.Pointer // of the file mapping
	goidOff uintptr
	// Exits of calls that took less than least ticks, or most or more, go to
	// exitWatched; span is most-least.
	least, span uint64
	// pause has the exit of calls that are not recorded; resumes counts the ends of pauses
	// (late.go).
	pause   *pause
	resumes uint32
	_       [pageMax]byte
}

// rec is the rest of the recorder's state.
var rec struct {
	mapped   uint64 // bytes of the file that may be touched; first, for its alignment
	state    uint32
	lock     uint32 // guards everything below it, and slot insertion
	portable bool   // goids come from runtime.Stack
	rawTicks bool   // ticks are the time-stamp counter

	table *table
	arena unsafe.Pointer // bump allocator for slots and nodes
	free  uintptr        // bytes left in arena
	slots uint32         // slots made so far
	limit uint64         // size limit of the file
	reach uint64         // address space for a file with holes; 0 if it gets none

	measurer uintptr // g of the goroutine in measureCost

	control    unsafe.Pointer // the control chunk
	mode       uint32
	generation uint32 // of the control chunk, as far as it was applied
	framed     bool   // slots remember their open frames
	depthLimit uint32 // frames that are recorded, 0 for all
	chunkMost  uint64 // size of a chunk
	ringBytes  uint64
	ringAge    uint64 // ns
	spareFrom  uint64 // where the space beyond the ring's size begins; 0 before it exists
	spareHand  uint64
	spareRests uint32
	copying    uint32 // 1 while a snapshot is written, 2 if it must be given up
	hand       uint64 // where the ring looks for space next
	handRests  uint32 // how often it does without looking
	ageRests   uint32 // and without looking for what is too old
	open       uint64 // bytes of the chunks at which slots write

	// Late calls: buffers for stacks, and sites by name.
	walks                 *walk
	named                 unsafe.Pointer
	namedRoom, namedCount uintptr

	sites     *sites // of functions, by id
	sitesLast *sites
	counts    [countsBlocks]unsafe.Pointer
	countsEnd unsafe.Pointer // the latest chunk of counts

	startTicks uint64
	pairTicks  uint64 // ticks of the header's latest pair
	pairLock   uint32
	pairWindow uint64 // narrowest clock-pair window seen

	goidOff, parentOff uintptr // in g
	linkOff            uintptr // of link in _panic; 0 unknown
	labelWords         int     // words of a label set to copy; 0 unknown

	nextID   uint32
	tests    uint32         // names of tests written so far
	testHash uint64         // of the latest one
	defs     unsafe.Pointer // current definitions chunk
	defsPos  uintptr
	defsLast uintptr // file offset of the latest definition
	defsEnd  uintptr
	defsSeq  uint32
	tokens   unsafe.Pointer // base of the token region; nil: no tokens
	tokenEnd uintptr
}

// lock takes the recorder's lock. If nothing that runs under it enters the
// scheduler (osPinned), it pins the P, so that the holder keeps running and
// others spin only briefly.
//
//go:norace
func lock() {
	for {
		if osPinned {
			procPin()
		}
		if cas32(&rec.lock, 0, 1) {
			return
		}
		if osPinned {
			procUnpin()
			osYield()
		} else {
			yieldGoroutine()
		}
	}
}

//go:norace
func unlock() {
	store32(&rec.lock, 0)
	if osPinned {
		procUnpin()
	}
}

// alloc returns n bytes, rounded up to a multiple of 64, of zeroed memory outside
// the Go heap, or nil. It is never freed. Call with the lock held.
//
//go:norace
//go:nocheckptr
func alloc(n uintptr) unsafe.Pointer {
	n = (n + 63) &^ 63
	if rec.free < n {
		size := uintptr(64 << 10)
		if rec.slots > 1024 {
			size = 1 << 20
		}
		p := osAlloc(size)
		if p == nil {
			return nil
		}
		rec.arena, rec.free = p, size
	}
	p := rec.arena
	rec.arena = add(p, n)
	rec.free -= n
	return p
}
