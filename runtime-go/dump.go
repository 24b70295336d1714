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
		countSkipped()
		return
	}
	why := cause{text: "//gotrace:dump", limited: true}
	at := ticks()
	if s := acquire(); s != nil {
		why.goid = s.goid
		why.id, _ = innermost(s, at)
	}
	var pcs [1]uintptr
	// Skipped: callers, Dump.
	if callers(2, (*[1]uintptr)(noescape(unsafe.Pointer(&pcs)))[:]) == 1 {
		why.pc = pcs[0]
	}
	snapshot(ticks(), &why)
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
