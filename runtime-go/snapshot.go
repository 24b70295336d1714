package rt

// Snapshots: copies of the ring, in files of their own, for triggers, for the gotrace
// command, for signals and for comments in the source (dump.go). The goroutine that
// meets the trigger writes the copy and goes on then. Meanwhile no chunk is used
// again: others take new space.

import "unsafe"

var snapshots struct {
	last    uint64 // nanotime of the latest limited one; first, for its alignment
	busy    uint32
	every   uint64 // ns
	keep    uint32
	most    uint64 // bytes of all together, 0 for no limit
	next    uint32 // number of the next one
	oldest  uint32 // number of the oldest one that is left
	left    uint32 // how many are left, and their bytes: without one that is to be judged
	bytes   uint64
	asked   uint32 // value of ctrDump up to which it was asked
	names   [snapshotsMost]snapshotName
	dir     string // of GOTRACE_DUMP_DIR; "" for snapshots/ beside the trace
	path    [1200]byte
	oldPath [1200]byte
	note    [1024]byte
	header  [headerSize / 8]uint64
}

const (
	snapshotsMost = 256
	snapshotDir   = "/snapshots"
	copyMost      = 256 << 10
	yieldEvery    = 4e6 // ns
)

// snapshotName is what the name of a snapshot is made of.
type snapshotName struct {
	wall      int64
	bytes     uint64
	candidate bool
	counts    bool // is left, and not to be judged
}

// snapshot writes a snapshot that ends at ticks `at`, unless one is being written.
//
//go:norace
//go:nocheckptr
func snapshot(at uint64, why *cause) {
	if !osSnapshots || rec.mode == modePlain {
		return
	}
	if !cas32(&snapshots.busy, 0, 1) {
		if why.candidate {
			addTo(ctrStateCalls, 1)
		} else if why.asked == 0 { // else the next slow path finds that it is still asked for
			addTo(ctrSkipped, 1)
		}
		return
	}
	if why.asked != 0 {
		if snapshots.asked == why.asked {
			store32(&snapshots.busy, 0)
			return
		}
		store32(&snapshots.asked, why.asked)
	}
	now := uint64(nanotime())
	if why.limited && !isDue(at, now, why) {
		store32(&snapshots.busy, 0)
		return
	}
	if why.candidate {
		beginCandidate(at, now, why)
	} else if why.limited {
		store64(&snapshots.last, now)
	}
	n, number := writeSnapshot(at, why), snapshots.next-1
	if why.candidate {
		endCandidate(n > 0, number, now)
	}
	store32(&snapshots.busy, 0)
	if n > 0 && why.panics {
		awaitStates(number)
	}
}

// writeSnapshot writes a snapshot that ends at ticks `at`. It returns the length of its
// path, which is in snapshots.path until busy is given back; 0 if it failed. Call it with
// busy taken.
//
//go:norace
//go:nocheckptr
func writeSnapshot(at uint64, why *cause) int {
	lock()
	store32(&rec.copying, 1)
	used := *(*uint64)(add(hot.base, hdrUsed))
	if used > rec.mapped {
		used = rec.mapped
	}
	// The ring may have turned once round since the call ended.
	late := at <= *(*uint64)(add(rec.control, ctrRingFrom))
	wall := osWall()
	unlock()
	n := snapshotPath(&snapshots.path, wall, snapshots.next, why.candidate, true)
	fd, ok := 0, !late && osMayHave(used+uint64(len(snapshots.note))) // else a write would raise SIGXFSZ
	if ok {
		if fd, ok = osOpen(&snapshots.path); !ok {
			osMakeDirectory(&snapshots.path, snapshotDirectory(&snapshots.path))
			snapshotPath(&snapshots.path, wall, snapshots.next, why.candidate, true)
			fd, ok = osOpen(&snapshots.path)
		}
	}
	size := uint64(0)
	if ok {
		size, ok = copyTrace(fd, used, at, noteOf(why))
		ok = ok && osRename(&snapshots.path, n)
		if !ok || !handStates(fd, size) {
			osClose(fd)
		}
		if !ok {
			osRemove(&snapshots.path)
		}
	}
	store32(&rec.copying, 0)
	if !ok {
		addTo(ctrFailed, 1)
		removeAbandoned(wall)
		return 0
	}
	snapshots.names[snapshots.next%snapshotsMost] = snapshotName{wall, size, why.candidate, !why.candidate}
	snapshots.next++
	if !why.candidate {
		snapshots.left++
		snapshots.bytes += size
	}
	removeOld()
	put32(rec.control, ctrSnapshots, snapshots.next)
	removeAbandoned(wall)
	return n
}

// isEarly reports whether the latest snapshot is too recent for another limited one.
//
//go:norace
func isEarly(now uint64) bool {
	last := load64(&snapshots.last)
	return last != 0 && now-last < snapshots.every
}

// addTo adds to a u32 of the control chunk.
//
//go:norace
//go:nocheckptr
func addTo(field uintptr, n uint32) {
	put32(rec.control, field, load32((*uint32)(add(rec.control, field)))+n)
}

// copyTrace writes the trace up to file offset used to a new file: everything but the
// header and the control chunk first. It returns the size.
//
//go:norace
//go:nocheckptr
func copyTrace(fd int, used, at uint64, note uint64) (size uint64, ok bool) {
	since := nanotime()
	for off := uint64(headerSize); off < used; {
		n := used - off
		if n > copyMost {
			n = copyMost
		}
		if load32(&rec.copying) != 1 || !osWriteAt(fd, add(hot.base, uintptr(off)), n, off) {
			return 0, false
		}
		off += n
		// The writes do not tell the scheduler; a stop of the world waits for them.
		// Yielding after each would take long while all processors are busy.
		if now := nanotime(); now-since > yieldEvery {
			yieldGoroutine()
			since = nanotime()
		}
	}
	if load32(&rec.copying) != 1 || !osWriteAt(fd, unsafe.Pointer(&snapshots.note), note, used) {
		return 0, false
	}
	size = used + note
	h := unsafe.Pointer(&snapshots.header)
	for i := range snapshots.header {
		snapshots.header[i] = *(*uint64)(add(hot.base, uintptr(i)*8))
	}
	// A pair of its own: those of the process may have changed meanwhile.
	t, nano := clockPair()
	put64(h, hdrPairA, t)
	put64(h, hdrPairA+8, nano)
	put32(h, hdrLatest, 1)
	put64(h, hdrUsed, size)
	put64(h, hdrGrown, size)
	put32(h, hdrStopReason, stopCopy)
	put64(h, hdrStopTicks, at)
	return size, osWriteAt(fd, h, headerSize, 0)
}

// removeOld removes the oldest snapshots of this process beyond the number and the
// bytes that are to be kept. The latest one always stays, and one that is to be judged.
//
//go:norace
func removeOld() {
	for n := snapshots.next - snapshots.oldest; n > 1; n-- {
		isMany := snapshots.left > 1 && (snapshots.left > snapshots.keep || snapshots.most > 0 && snapshots.bytes > snapshots.most)
		old := snapshots.names[snapshots.oldest%snapshotsMost]
		if n < snapshotsMost && (!isMany || candidates.pending == snapshots.oldest+1) {
			return
		}
		snapshotPath(&snapshots.oldPath, old.wall, snapshots.oldest, false, false)
		osRemove(&snapshots.oldPath)
		if old.candidate { // nobody has judged it
			snapshotPath(&snapshots.oldPath, old.wall, snapshots.oldest, true, false)
			osRemove(&snapshots.oldPath)
		}
		if old.counts {
			snapshots.left--
			snapshots.bytes -= old.bytes
		}
		snapshots.oldest++
	}
}

// snapshotPath puts DIR/snapshots/<time in UTC>-<pid>-<number>.gotrace into to,
// NUL-terminated, where DIR is the directory of the trace; with ".candidate" at the end
// if the snapshot is to be judged; with part, the name of the
// file while it is written, which has ".part" at the end. It returns the length
// without ".part".
//
//go:norace
func snapshotPath(to *[1200]byte, wall int64, number uint32, candidate, part bool) int {
	n := snapshotDirectory(to)
	to[n] = '/'
	n++
	n += copyTime(to[n:], wall)
	n += copyString(to[n:], "-")
	n += copyNumber(to[n:], uint64(osPid()))
	n += copyString(to[n:], "-")
	n += copyNumber(to[n:], uint64(number)+1)
	n += copyString(to[n:], ".gotrace")
	if candidate {
		n += copyString(to[n:], ".candidate")
	}
	end := n
	if part {
		end += copyString(to[n:], ".part")
	}
	to[end] = 0
	return n
}

// snapshotDirectory puts the absolute path of the directory of snapshots into to,
// NUL-terminated, and returns its length. The program may have changed its directory.
//
//go:norace
func snapshotDirectory(to *[1200]byte) int {
	const most = 1000
	dir, more := snapshots.dir, ""
	if dir == "" {
		n := 0
		for i := 0; tracePath[i] != 0; i++ {
			if tracePath[i] == '/' {
				n = i
			}
		}
		dir, more = stringAt(unsafe.Pointer(&tracePath), uintptr(n)), snapshotDir
	}
	n := 0
	if len(dir) > 0 && dir[0] != '/' {
		for cwd[n] != 0 {
			n++
		}
		if n+len(dir) > most {
			n = 0
		} else {
			copyString(to[:], stringAt(unsafe.Pointer(&cwd), uintptr(n)))
			to[n] = '/'
			n++
		}
	}
	n += copyString(to[n:], dir)
	n += copyString(to[n:], more)
	to[n] = 0
	return n
}
