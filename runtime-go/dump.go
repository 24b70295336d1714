package rt

// Snapshots that the program itself asks for.

import "unsafe"

// Dump writes a snapshot of the ring, as a trigger does: not shortly after another one.
// The gotrace command makes a call of it from the comment //gotrace:dump.
//
//go:norace
//go:noinline
func Dump() {
	if hot.off || !running() || !osSnapshots || rec.mode == modePlain {
		return
	}
	if isEarly(uint64(nanotime())) {
		addTo(ctrSkipped, 1)
		return
	}
	why := causeOfCaller()
	why.limited = true
	snapshot(ticks(), &why)
}

// DumpNow writes a snapshot of the ring, however recent the latest one is, and returns
// its absolute path; "" if nothing is traced, recording is paused, there is no ring, or
// the snapshot cannot be written. Callers that come while a snapshot is written wait
// for their turn, and for the states of its calls if they are recorded. The gotrace command makes a call of it from //gotrace:dump NAME.
//
//go:norace
//go:noinline
func DumpNow() string {
	if hot.off || !running() || !osSnapshots || rec.mode == modePlain || load32(hot.gate) != 0 {
		return ""
	}
	why := causeOfCaller()
	for !cas32(&snapshots.busy, 0, 1) {
		yieldGoroutine()
	}
	n := writeSnapshot(ticks(), &why)
	path, number := string(snapshots.path[:n]), snapshots.next-1
	store32(&snapshots.busy, 0)
	if n > 0 {
		awaitStates(number)
	}
	return path
}

// causeOfCaller is the cause of a snapshot at a comment, for Dump and DumpNow.
//
//go:norace
//go:noinline
func causeOfCaller() cause {
	why := cause{text: "//gotrace:dump"}
	if s := acquire(); s != nil {
		why.goid = s.goid
		why.id, _ = innermost(s, ticks())
	}
	var pcs [1]uintptr
	// Skipped: callers, causeOfCaller, Dump or DumpNow.
	if callers(3, (*[1]uintptr)(noescape(unsafe.Pointer(&pcs)))[:]) == 1 {
		why.pc = pcs[0]
	}
	return why
}

// signalNames are the signals at which a snapshot is written, as triggers name them.
// They have to be told by another part of the program, see templates/signals.
var signalNames = [...]string{"signal:SIGUSR1", "signal:SIGUSR2"}

// dumpSignals returns the signals that GOTRACE_DUMP_WHEN names: bit i stands for
// signalNames[i].
//
//go:norace
func dumpSignals() (bits uint32) {
	s := settings()
	if s.dir == "" {
		return 0
	}
	for when, part := s.when, ""; when != ""; {
		part, when = firstCondition(when)
		for i, name := range signalNames {
			if part == name {
				bits |= 1 << uint(i)
			}
		}
	}
	return bits
}

// dumpOn writes a snapshot because of signal i of signalNames. People send signals, so
// it does not matter when the latest snapshot was written.
//
//go:norace
func dumpOn(i uint32) {
	if running() {
		snapshot(ticks(), &cause{text: signalNames[i]})
	}
}
