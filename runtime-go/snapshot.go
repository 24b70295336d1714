package rt

// Snapshots: copies of the ring, in files of their own, for triggers and for the
// gotrace command. The goroutine that meets the trigger writes the copy and goes on
// then. Meanwhile no chunk is used again: others take new space.

import "unsafe"

var snapshots struct {
	busy    uint32
	last    uint64 // nanotime of the latest one
	every   uint64 // ns
	keep    uint32
	most    uint64 // bytes of all together, 0 for no limit
	next    uint32 // number of the next one
	oldest  uint32 // number of the oldest one that is left
	bytes   uint64 // of those that are left
	asked   uint32 // value of ctrDump up to which it was asked
	names   [snapshotsMost]snapshotName
	path    [1200]byte
	oldPath [1200]byte
	note    [1024]byte
	header  [headerSize / 8]uint64
	control [controlSize / 8]uint64
}

const (
	snapshotsMost = 256
	snapshotDir   = "/snapshots"
	copyMost      = 256 << 10
	yieldEvery    = 4e6 // ns
)

// snapshotName is what the name of a snapshot is made of.
type snapshotName struct {
	wall  int64
	bytes uint64
}

// snapshot writes a snapshot that ends at ticks `at`, unless one was written a short
// time ago or is being written. trigger is an index of the list of triggers, -1 for a
// snapshot that the gotrace command asks for; id is the function whose call met it.
//
//go:norace
//go:nocheckptr
func snapshot(at uint64, trigger int, id uint32, took uint64) {
	if !osSnapshots || rec.mode == modePlain || !cas32(&snapshots.busy, 0, 1) {
		return
	}
	now := uint64(nanotime())
	if trigger >= 0 && snapshots.last != 0 && now-snapshots.last < snapshots.every {
		countSkipped()
		store32(&snapshots.busy, 0)
		return
	}
	snapshots.last = now
	lock()
	store32(&rec.copying, 1)
	used := *(*uint64)(add(hot.base, hdrUsed))
	unlock()
	if used > rec.mapped {
		used = rec.mapped
	}
	wall := osWall()
	n := snapshotPath(&snapshots.path, wall, snapshots.next, true)
	fd, ok := 0, osMayHave(used+uint64(len(snapshots.note))) // else a write would raise SIGXFSZ
	if ok {
		if fd, ok = osOpen(&snapshots.path); !ok {
			osMakeDirectory(&snapshots.path, snapshotDirectory(&snapshots.path))
			snapshotPath(&snapshots.path, wall, snapshots.next, true)
			fd, ok = osOpen(&snapshots.path)
		}
	}
	size := uint64(0)
	if ok {
		size, ok = copyTrace(fd, used, at, noteOf(trigger, id, took))
		osClose(fd)
		ok = ok && osRename(&snapshots.path, n)
		if !ok {
			osRemove(&snapshots.path)
		}
	}
	store32(&rec.copying, 0)
	if ok {
		snapshots.names[snapshots.next%snapshotsMost] = snapshotName{wall, size}
		snapshots.next++
		snapshots.bytes += size
		removeOld()
		put32(rec.control, ctrSnapshots, snapshots.next)
	} else {
		put32(rec.control, ctrFailed, load32((*uint32)(add(rec.control, ctrFailed)))+1)
	}
	store32(&snapshots.busy, 0)
}

//go:norace
//go:nocheckptr
func countSkipped() {
	put32(rec.control, ctrSkipped, load32((*uint32)(add(rec.control, ctrSkipped)))+1)
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
	put64(h, hdrUsed, size)
	put64(h, hdrGrown, size)
	put32(h, hdrStopReason, stopCopy)
	put64(h, hdrStopTicks, at)
	return size, osWriteAt(fd, h, headerSize, 0)
}

// noteOf puts a note that says why the snapshot was written into snapshots.note, as
// the gotrace command writes notes, and returns its size.
//
//go:norace
//go:nocheckptr
func noteOf(which int, id uint32, took uint64) uint64 {
	b := &snapshots.note
	for i := range b {
		b[i] = 0
	}
	text := "asked for"
	if which >= 0 {
		text = triggers.list[which].text
	}
	n := chunkHeader + 4
	n += copy(b[n:], `{"snapshot":{"trigger":"`)
	for i := 0; i < len(text) && n < len(b)-200; i++ {
		if c := text[i]; c == '"' || c == '\\' {
			b[n] = '\\'
			n++
		}
		b[n] = text[i]
		n++
	}
	n += copy(b[n:], `"`)
	if which >= 0 {
		n += copy(b[n:], `,"function":`)
		n += copyNumber(b[n:], uint64(id))
		n += copy(b[n:], `,"ticks":`)
		n += copyNumber(b[n:], took)
	}
	n += copy(b[n:], `}}`)
	size := uint64(n+63) &^ 63
	p := unsafe.Pointer(b)
	put32(p, chunkHeader, uint32(n-chunkHeader-4))
	put64(p, 0, chunkMagic|chunkNote<<16|size<<32)
	return size
}

// removeOld removes the oldest snapshots of this process beyond the number and the
// bytes that are to be kept. The latest one always stays.
//
//go:norace
func removeOld() {
	for n := snapshots.next - snapshots.oldest; n > 1 &&
		(n > snapshots.keep || n >= snapshotsMost || snapshots.most > 0 && snapshots.bytes > snapshots.most); n-- {
		old := snapshots.names[snapshots.oldest%snapshotsMost]
		snapshotPath(&snapshots.oldPath, old.wall, snapshots.oldest, false)
		osRemove(&snapshots.oldPath)
		snapshots.bytes -= old.bytes
		snapshots.oldest++
	}
}

// snapshotPath puts DIR/snapshots/<time in UTC>-<pid>-<number>.gotrace into to,
// NUL-terminated, where DIR is the directory of the trace; with part, the name of the
// file while it is written, which has ".part" at the end. It returns the length
// without ".part".
//
//go:norace
func snapshotPath(to *[1200]byte, wall int64, number uint32, part bool) int {
	n := snapshotDirectory(to)
	to[n] = '/'
	n++
	n += copyTime(to[n:], wall)
	n += copy(to[n:], "-")
	n += copyNumber(to[n:], uint64(osPid()))
	n += copy(to[n:], "-")
	n += copyNumber(to[n:], uint64(number)+1)
	n += copy(to[n:], ".gotrace")
	end := n
	if part {
		end += copy(to[n:], ".part")
	}
	to[end] = 0
	return n
}

// snapshotDirectory puts the directory of snapshots into to, NUL-terminated, and
// returns its length.
//
//go:norace
func snapshotDirectory(to *[1200]byte) int {
	n := 0
	for i := 0; tracePath[i] != 0; i++ {
		to[i] = tracePath[i]
		if tracePath[i] == '/' {
			n = i
		}
	}
	n += copy(to[n:], snapshotDir)
	to[n] = 0
	return n
}

// copyTime writes a time in UTC such as 20261129T094155.123Z and returns its length.
// The date follows Howard Hinnant's civil_from_days.
//
//go:norace
func copyTime(to []byte, wall int64) int {
	ms := uint64(wall) / 1e6
	seconds := ms / 1000
	z := seconds/86400 + 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day, month, year := doy-(153*mp+2)/5+1, mp+3, yoe+era*400
	if month > 12 {
		month -= 12
	}
	if month <= 2 {
		year++
	}
	n := copyDigits(to, year, 4)
	n += copyDigits(to[n:], month, 2)
	n += copyDigits(to[n:], day, 2)
	n += copy(to[n:], "T")
	n += copyDigits(to[n:], seconds/3600%24, 2)
	n += copyDigits(to[n:], seconds/60%60, 2)
	n += copyDigits(to[n:], seconds%60, 2)
	n += copy(to[n:], ".")
	n += copyDigits(to[n:], ms%1000, 3)
	return n + copy(to[n:], "Z")
}

//go:norace
func copyDigits(to []byte, v uint64, digits int) int {
	for i := digits - 1; i >= 0; i-- {
		to[i] = byte('0' + v%10)
		v /= 10
	}
	return digits
}
