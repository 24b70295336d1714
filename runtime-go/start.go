package rt

// The start of the recorder, at the first hook of the process: it reads its
// settings, creates and maps the trace file, and writes the header.

import "unsafe"

const (
	// mapMin is the least address space, in bytes, to map the file into. With
	// less, tracing stays off, except if the user set a smaller size limit.
	mapMin       = 16 << 20
	tableEntries = 1024
	// firstBytes is the size of the file at the start: enough for the header,
	// some names and the first chunks.
	firstBytes = 8 << 10
)

// start runs once, at the first hook of the process. It leaves rec.state at
// stateOn, or at stateOff when tracing was not asked for or is not possible.
//
//go:norace
//go:nocheckptr
func start() {
	if !osSupported || !open() {
		hot.off, hot.idle = true, true
		store32(&rec.state, stateOff)
		return
	}
	hot.mine = true
	osWipeOnFork(unsafe.Pointer(&hot.off))
	store32(&rec.state, stateOn)
	setTable(rec.table)
}

// fastPaths reports whether hooks may take the fast paths.
//
//go:norace
func fastPaths() bool { return haveTicks && rec.rawTicks && !rec.portable }

// open creates the file, maps it, and writes its header.
//
//go:norace
//go:nocheckptr
func open() bool {
	settings := settings()
	if settings.dir == "" {
		return false
	}
	initClock()
	initGoroutines()
	hot.goidOff = rec.goidOff
	rec.table = newTable(tableEntries)
	if rec.table == nil || !create(settings.dir) {
		return false
	}
	limit := fit
	if settings.follow && settings.mode == modePlain {
		limit = follow
	}
	if rec.limit = limit(settings.max); rec.limit == 0 {
		osDiscard()
		return false
	}
	if growTo(firstBytes) != stopNone {
		osDiscard()
		return false
	}
	inner, outer := measureCost()
	writeHeader(inner, outer)
	openControl(&settings)
	return true
}

// fit maps the file and the token region (see spawn.go). The file gets at most a
// sixteenth of the address space that ulimit -v allows; the program needs the
// rest. fit returns the size limit in force in bytes, 0 if there is no room.
//
//go:norace
//go:nocheckptr
func fit(limit uint64) uint64 {
	if most := osAddressLimit() / 16; limit > most {
		limit = most &^ 4095
	}
	if unsafe.Sizeof(uintptr(0)) == 4 && limit > 128<<20 {
		limit = 128 << 20
	}
	least := uint64(mapMin)
	if limit < least {
		least = limit
	}
	for ; limit >= least && limit > 0; limit = limit / 2 &^ 4095 {
		if p := osMap(limit); p != nil {
			storePtr((*uintptr)(unsafe.Pointer(&hot.base)), uintptr(p))
			if size := limit * tokenScale; size <= uint64(^uintptr(0)>>2) {
				if z := osZeros(uintptr(size) + 64); z != nil {
					storePtr((*uintptr)(unsafe.Pointer(&rec.tokens)), uintptr(z))
					rec.tokenEnd = uintptr(size)
				}
			}
			return limit
		}
	}
	return 0
}

// create makes DIR/<pid>-<n>.gotrace with the first n that is free: a process
// keeps its pid when it executes another program. DIR is made if it is missing.
//
//go:norace
func create(dir string) bool {
	if len(dir) > 1000 {
		return false
	}
	p := &tracePath
	n := copyString(p[:], dir)
	n += copyString(p[n:], "/")
	n += copyNumber(p[n:], uint64(osPid()))
	n += copyString(p[n:], "-")
	made := false
	for i := uint64(1); i < 1<<20; {
		m := n + copyNumber(p[n:], i)
		m += copyString(p[m:], ".gotrace")
		p[m] = 0
		ok, exists := osCreate()
		switch {
		case ok:
			return true
		case exists:
			i++
		case made || !osSnapshots:
			return false
		default:
			makeDirectories(dir)
			made = true
		}
	}
	return false
}

// makeDirectories makes a directory and those above it.
//
//go:norace
func makeDirectories(dir string) {
	p := &snapshots.path
	copyString(p[:], dir)
	p[len(dir)] = 0
	for i := 1; i <= len(dir); i++ {
		if c := p[i]; c == '/' || c == 0 {
			p[i] = 0
			osMakeDirectory(p, i)
			p[i] = c
		}
	}
}

// tracePath is the trace file's path, NUL-terminated.
var tracePath [1100]byte

// copyNumber writes v in decimal and returns the number of digits.
//
//go:norace
func copyNumber(to []byte, v uint64) int {
	digits := 1
	for x := v; x >= 10; x /= 10 {
		digits++
	}
	for i := digits - 1; i >= 0; i-- {
		to[i] = byte('0' + v%10)
		v /= 10
	}
	return digits
}

// header holds the fields of the trace's header that are known at the start.
type header struct {
	flags, pid, ppid       uint32
	inner, outer           uint32
	ticks, nano, wall, max uint64
	text                   [5]string // Go version, platform, executable, directory, build
}

// writeHeader writes the header. inner and outer come from measureCost.
//
//go:norace
func writeHeader(inner, outer uint32) {
	var h header
	h.inner, h.outer = inner, outer
	h.ticks, h.nano = clockPair()
	h.wall = uint64(osWall())
	rec.startTicks = h.ticks
	if rec.rawTicks {
		h.flags = flagRawTicks
	}
	h.pid, h.ppid, h.max = uint32(osPid()), uint32(osPpid()), rec.limit
	h.text[0] = goVersion()
	h.text[1] = platform()
	if args := runtimeArgs(); len(args) > 0 {
		h.text[2] = args[0]
	}
	h.text[3] = string(cwd[:osCwd(&cwd)])
	if h.text[4] = buildName(modinfo()); h.text[4] == "" {
		h.text[4] = binaryName(osProgramHead())
	}
	putHeader(&h)
	headerPair(clockPair())
}

// putHeader stores a header; the magic goes in last.
//
//go:norace
//go:nocheckptr
func putHeader(h *header) {
	p := hot.base
	put32(p, hdrVersion, formatVersion)
	put32(p, hdrHeaderSize, headerSize)
	put64(p, hdrUsed, headerSize)
	put32(p, hdrFlags, h.flags)
	put64(p, hdrStartTicks, h.ticks)
	put64(p, hdrStartNano, h.nano)
	put64(p, hdrStartWall, h.wall)
	put32(p, hdrPid, h.pid)
	put32(p, hdrPpid, h.ppid)
	put64(p, hdrLimit, h.max)
	put32(p, hdrInner, h.inner)
	put32(p, hdrOuter, h.outer)
	at := uintptr(hdrStrings)
	for _, s := range h.text {
		at = putHeaderString(at, s)
	}
	store64((*uint64)(p), formatMagic)
}

var cwd [1100]byte

// putHeaderString writes a string at header offset at, cut to fit, and returns
// the offset after it.
//
//go:norace
//go:nocheckptr
func putHeaderString(at uintptr, s string) uintptr {
	if at+2 > hdrStringsEnd {
		return at
	}
	if room := int(hdrStringsEnd - at - 2); len(s) > room {
		s = s[:room]
	}
	put16(hot.base, at, uint16(len(s)))
	putString(add(hot.base, at+2), s)
	return at + 2 + uintptr(len(s))
}
