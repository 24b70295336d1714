package rt

// The states of the calls in a snapshot: where Go's flight recorder runs beside the
// ring (templates/exectrace/flight.go.txt), its execution trace of the same moment is
// appended to the snapshot. A goroutine of its own does that, because the recorder
// waits for other goroutines, which may wait for what the one that meets a trigger
// holds. So that one only hands the file over, and goes on.

import "unsafe"

// Values of ctrStates.
const (
	statesNone      = 0 // not asked for
	statesOn        = 1 // recorded; in a snapshot: still to be appended
	statesWritten   = 2
	statesBusy      = 3 // statesMost earlier snapshots were still to get theirs
	statesFailed    = 4 // the file could not be written
	statesOldGo     = 5 // no flight recorder before Go 1.25
	statesOwn       = 6 // the program has a flight recorder itself, of which Go permits one
	statesUnstarted = 7 // the flight recorder could not be started
)

// statesPatience is how long some wait for their snapshot's states, ns: a panic, which
// may end the process, and those who get the path, because they read the file now.
var statesPatience int64 = 5e9

// statesMost is how many snapshots may wait for their states.
const statesMost = 4

var states struct {
	queue  [statesMost]appended
	kind   uint32
	first  uint32 // place in the queue of the first that waits, and where the next one goes;
	next   uint32 // modulo statesMost
	handed uint32 // the snapshot before this number was the latest one to be handed over
	done   uint32 // all handed over before this number have got their states, or failed to
	stuck  bool   // somebody waited in vain: nobody waits any more
	wake   func() // makes a goroutine call takeStates
}

// handStates hands a snapshot over to get its states, if they are recorded, and else
// writes why it does not get them. It reports whether fd is now another goroutine's.
// Call it with snapshots.busy taken.
//
//go:norace
//go:nocheckptr
func handStates(fd int, size uint64) bool {
	if states.kind != statesOn {
		return false
	}
	if states.next-load32(&states.first) >= statesMost {
		putStates(fd, statesBusy)
		countStates()
		return false
	}
	states.queue[states.next%statesMost] = appended{fd, snapshots.next, size, size}
	store32(&states.handed, snapshots.next+1)
	store32(&states.next, states.next+1)
	wakeStates()
	return true
}

// wakeStates wakes the goroutine that writes states. For the race detector it orders
// nothing: that could hide a race of the program.
//
//go:norace
func wakeStates() {
	raceOff()
	states.wake()
	raceOn()
}

// awaitStates waits until snapshot `number` has its states, if it gets any, but not for
// long, and not time after time: this may be what the flight recorder waits for.
//
//go:norace
func awaitStates(number uint32) {
	if states.stuck || load32(&states.handed) <= number {
		return
	}
	for until := nanotime() + statesPatience; load32(&states.done) <= number; yieldGoroutine() {
		if nanotime() > until {
			states.stuck = true
			return
		}
	}
}

// appended is a snapshot to which an execution trace is appended.
type appended struct {
	fd         int
	number     uint32
	from, size uint64
}

// takeStates returns the next snapshot that waits for its states.
//
//go:norace
func takeStates() (a appended, ok bool) {
	if !waitStates() {
		return a, false
	}
	a = states.queue[states.first%statesMost]
	store32(&states.first, states.first+1)
	return a, true
}

// waitStates reports whether a snapshot waits for its states.
//
//go:norace
func waitStates() bool { return load32(&states.next) != load32(&states.first) }

// append adds a piece of the execution trace, in a chunk of its own, and reports
// whether that worked. A process may be killed in between: then zeros follow the
// chunks before, or the piece is cut off.
//
//go:norace
//go:nocheckptr
func (a *appended) append(p []byte) bool {
	const head = chunkHeader + 4
	for len(p) > 0 {
		n := len(p)
		if n > copyMost {
			n = copyMost
		}
		b := &statesHead
		size := uint64(head+n+chunkAlign-1) &^ (chunkAlign - 1)
		put64(unsafe.Pointer(b), 0, chunkMagic|chunkExecution<<16|size<<32)
		put32(unsafe.Pointer(b), chunkHeader, uint32(n))
		end := a.size + size
		ok := osMayHave(end) &&
			osWriteAt(a.fd, unsafe.Pointer(&statesZero), 1, end-1) &&
			a.putUsed(hdrUsed, end) &&
			osWriteAt(a.fd, unsafe.Pointer(b), head, a.size) &&
			osWriteAt(a.fd, unsafe.Pointer(&p[0]), uint64(n), a.size+head)
		if !ok {
			return false
		}
		a.size = end
		p = p[n:]
	}
	return true
}

var (
	statesHead [chunkHeader + 8]byte
	statesZero [8]byte
	statesWord [8]byte
)

//go:norace
func (a *appended) putUsed(off uintptr, size uint64) bool {
	put64(unsafe.Pointer(&statesWord), 0, size)
	return osWriteAt(a.fd, unsafe.Pointer(&statesWord), 8, uint64(off))
}

// end says in the snapshot whether it got its states, and closes it. While another
// snapshot is being written it does nothing, and returns false.
//
//go:norace
//go:nocheckptr
func (a *appended) end(ok bool) bool {
	if !cas32(&snapshots.busy, 0, 1) {
		return false
	}
	kind := uint32(statesWritten)
	if !ok {
		kind = statesFailed
	}
	a.putUsed(hdrGrown, a.size)
	putStates(a.fd, kind)
	osClose(a.fd)
	if a.number >= snapshots.oldest {
		added := a.size - a.from
		name := &snapshots.names[a.number%snapshotsMost]
		name.bytes += added
		if name.counts {
			snapshots.bytes += added
			removeOld()
		}
	}
	countStates()
	store32(&states.done, a.number+1)
	store32(&snapshots.busy, 0)
	return true
}

// putStates writes ctrStates of a snapshot. Call it with snapshots.busy taken.
//
//go:norace
//go:nocheckptr
func putStates(fd int, kind uint32) {
	put32(unsafe.Pointer(&snapshots.header), 0, kind)
	osWriteAt(fd, unsafe.Pointer(&snapshots.header), 4, *(*uint64)(add(hot.base, hdrControl))+ctrStates)
}

// countStates counts a snapshot that has got all that it gets. Call it with
// snapshots.busy taken.
//
//go:norace
//go:nocheckptr
func countStates() {
	put32(rec.control, ctrStatesDone, load32((*uint32)(add(rec.control, ctrStatesDone)))+1)
}

// executionPath returns the path beside the trace for an execution trace of the whole
// process; "" if nothing is traced. The program may have changed its directory.
//
//go:norace
func executionPath() string {
	const ending = len(".gotrace")
	n, m := 0, 0
	for tracePath[n] != 0 {
		n++
	}
	if n <= ending || load32(&rec.state) != stateOn || !hot.mine {
		return ""
	}
	path := string(tracePath[:n-ending]) + ".trace"
	if path[0] == '/' || path[0] == '\\' || path[1] == ':' { // also as on Windows
		return path
	}
	for cwd[m] != 0 {
		m++
	}
	return string(cwd[:m]) + "/" + path
}
