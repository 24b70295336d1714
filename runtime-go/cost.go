package rt

// The cost of the hooks, measured once while the trace is opened. Reports use
// it to bound how much of their times is tracing overhead.
//
// Batches of calls to an empty instrumented function run through the fast
// paths, which write to memory outside the trace. The fastest batch counts: an
// interrupted thread only makes its batch slower, and the minimum varies least
// between runs. The result is too low if the processor is busier later, so
// reports use a multiple of it as the bound.

import "unsafe"

const (
	costCalls   = 64 // calls in a batch
	costBatches = 20
	costTime    = 200e3 // ns after which no batch starts: counters may be slow to read
	costScale   = 1024  // the header's numbers are in ticks/costScale
	costRecords = costCalls * 6
)

// costOf is the state of the measurement.
var costOf struct {
	site uint32
	// records receives what the hooks write: enters of 4 and exits of 2 bytes.
	records [costRecords/8 + 1]uint64
}

// measureCost returns, in ticks/costScale, how long an empty traced call
// appears to take (inner), and how much time it costs its caller beyond that
// (outer). Both are 0 if they cannot be measured: without fast paths, or during
// a panic. Other goroutines that reach a hook meanwhile find no slot and wait
// until the start is over.
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
	// Beyond the time limit, go on until at least one batch has succeeded.
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

	// Reset the slot for the goroutine's first event.
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

// costTraced is an empty function with the hooks that gotrace inserts.
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
	// Positions are relative to the file's mapping; this one points outside it.
	s.pos = uint64(uintptr(unsafe.Pointer(&costOf.records)) - uintptr(hot.base))
	s.lim = s.pos + costRecords
	s.depth = 0
	s.last = rawTicks()
	return s.last
}

// costWithin returns the sum, in ticks, of the times between enters and exits
// of the batch; ok is false if any hook took a slow path.
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
