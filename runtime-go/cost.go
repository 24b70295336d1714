package rt

import "unsafe"

// What the hooks themselves cost, measured once as the trace is opened. From
// it a report says how much of its times tracing may be at most. Batches of calls of an empty
// function that is instrumented as any other run through the fast paths, into
// memory that is not of the trace. A thread that is interrupted meanwhile only
// makes its batch slower: the quickest batch counts, which varies least from
// start to start. It is too little where the processor is busier later; the
// bound is a multiple of it.

const (
	costCalls   = 64 // a batch
	costBatches = 20
	costTime    = 200e3 // ns after which no batch is begun: counters may be slow to read
	costScale   = 1024  // of the numbers in the header, to a tick
	costRecords = costCalls * 6
)

// costOf is the state of the measurement.
var costOf struct {
	site uint32
	// records takes what the hooks write: enters of 4 and exits of 2 bytes.
	records [costRecords/8 + 1]uint64
}

// measureCost returns, in ticks/costScale, how long an empty traced call
// appears to take, and what it takes of its caller beyond that. Both are 0
// where they cannot be measured: without fast paths, or when a panic is on
// its way. Goroutines that come to a hook meanwhile find no slot of theirs
// and wait for the start to end.
//
//go:norace
//go:nocheckptr
func measureCost() (inner, outer uint32) {
	if !fastPaths() {
		return 0, 0
	}
	g, _ := gticks()
	lock()
	s := slotOf(uintptr(g))
	unlock()
	if s == nil {
		return 0, 0
	}
	rec.measurer = uintptr(g)
	s.goid = *(*uint64)(add(g, rec.goidOff))
	s.due = ^uint64(0)
	costOf.site = 1
	storePtr((*uintptr)(unsafe.Pointer(&hot.table)), uintptr(unsafe.Pointer(rec.table)))

	traced, plain, within := ^uint64(0), ^uint64(0), uint64(0)
	until := nanotime() + costTime
	// A thread that was interrupted in all of that time goes on until one
	// batch was not.
	for i := 0; i < costBatches && (nanotime() < until || traced == ^uint64(0)); i++ {
		start := costBegin(s)
		for j := 0; j < costCalls; j++ {
			costTraced()
		}
		middle := rawTicks()
		for j := 0; j < costCalls; j++ {
			costPlain()
		}
		end := rawTicks()
		if sum, ok := costWithin(s); ok && middle-start < traced {
			traced, within = middle-start, sum
		}
		if end-middle < plain {
			plain = end - middle
		}
	}

	// As good as new, for the goroutine's first event.
	storePtr((*uintptr)(unsafe.Pointer(&hot.table)), 0)
	s.goid, s.pos, s.lim, s.last, s.due, s.depth = 0, 0, 0, 0, 0, 0
	rec.measurer = 0
	if traced == ^uint64(0) {
		return 0, 0
	}
	inner = costNumber(within)
	if traced > plain+within {
		outer = costNumber(traced - plain - within)
	}
	return inner, outer
}

// costTraced is an empty function as gotrace instruments it.
//
//go:noinline
func costTraced() {
	defer Enter(&costOf.site)()
}

//go:noinline
func costPlain() {}

// costBegin makes s write a batch into costOf.records and returns the time.
//
//go:norace
//go:nocheckptr
func costBegin(s *slot) uint64 {
	// Offsets are relative to the file's mapping; this one leads out of it.
	s.pos = uint64(uintptr(unsafe.Pointer(&costOf.records)) - uintptr(hot.base))
	s.lim = s.pos + costRecords
	s.depth = 0
	s.last = rawTicks()
	return s.last
}

// costWithin returns the sum of the times between enters and exits of the
// batch; ok is false unless all of it went through the fast paths.
//
//go:norace
//go:nocheckptr
func costWithin(s *slot) (sum uint64, ok bool) {
	p := unsafe.Pointer(&costOf.records)
	if s.depth != 0 || s.pos != uint64(uintptr(p)-uintptr(hot.base))+costRecords {
		return 0, false
	}
	for i := 0; i < costCalls; i++ {
		exit := *(*uint16)(add(p, uintptr(i)*6+4))
		if *(*uint16)(add(p, uintptr(i)*6))&7 != tagEnter4 || exit&7 != tagExit2 {
			return 0, false
		}
		sum += uint64(exit >> 3)
	}
	return sum, true
}

func costNumber(ticks uint64) uint32 {
	if n := ticks * (costScale / costCalls); n < 1<<32 {
		return uint32(n)
	}
	return 1<<32 - 1
}
