package rt

// How a goroutine is identified: where its goid and its parent's goid lie in
// the runtime's g struct, by a table for known releases of Go, otherwise by
// searching a g for values that runtime.Stack prints.

import "unsafe"

// offsetsOf holds the offsets of goid and parentGoid in the g struct, and of
// link in the _panic struct.
type offsetsOf struct{ goid, parent, link uint16 }

// offsets lists them by the minor version of Go, for 64-bit (wide) and 32-bit
// (short) systems. They come from the debug information of programs built with
// each release, and depend on the processor only by its word size.
var offsets = [...]struct {
	minor       uint
	wide, short offsetsOf
}{
	{21, offsetsOf{152, 272, 24}, offsetsOf{80, 164, 12}},
	{22, offsetsOf{152, 272, 24}, offsetsOf{80, 164, 12}},
	{23, offsetsOf{160, 280, 24}, offsetsOf{84, 168, 12}},
	{24, offsetsOf{160, 280, 24}, offsetsOf{84, 172, 12}},
	{25, offsetsOf{152, 272, 24}, offsetsOf{80, 168, 12}},
	{26, offsetsOf{152, 280, 16}, offsetsOf{80, 176, 8}},
}

const (
	wordSize = unsafe.Sizeof(uintptr(0))
	// labelsAsSlice is the release that turned a label set from a map (one word)
	// into a slice (three words).
	labelsAsSlice = 24
)

// initGoroutines decides how goroutines are identified. It trusts the table only
// if the table yields the goid that runtime.Stack prints; for other releases it
// searches for the offsets. If that fails, portable mode asks runtime.Stack.
//
//go:norace
//go:nocheckptr
func initGoroutines() {
	minor := goMinor(goVersion())
	rec.labelWords = 0
	if minor > 0 && minor < labelsAsSlice {
		rec.labelWords = 1
	} else if minor <= offsets[len(offsets)-1].minor {
		rec.labelWords = 3
	}
	kin.credit = kinCredit
	rec.portable = true
	if !haveG || forcePortable {
		return
	}
	g, _ := gticks()
	goid := stackGoid()
	link := 2 * wordSize
	for i := range offsets {
		o := offsets[i].wide
		if wordSize == 4 {
			o = offsets[i].short
		}
		if offsets[i].minor == minor && *(*uint64)(add(g, uintptr(o.goid))) == goid {
			rec.goidOff, rec.parentOff = uintptr(o.goid), uintptr(o.parent)
			link = uintptr(o.link)
			rec.portable = false
		}
	}
	if rec.portable {
		rec.portable = !calibrate()
	}
	if linkWorks(g, link) {
		rec.linkOff = link
	}
}

// goMinor returns the minor version of a release of Go 1 (26 for "go1.26.8"),
// and 0 for anything else.
func goMinor(version string) uint {
	if !hasPrefix(version, "go1.") {
		return 0
	}
	n := uint(0)
	for _, c := range []byte(version[4:]) {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + uint(c-'0')
	}
	return n
}

// stackGoid returns the goid that runtime.Stack prints: "goroutine 7 [".
//
//go:norace
func stackGoid() uint64 {
	var buf [40]byte
	n := stack((*[40]byte)(noescape(unsafe.Pointer(&buf)))[:])
	// Read through buf itself, so that it is alive across the call.
	return leadingNumber(buf[:n], len("goroutine "))
}

//go:norace
func leadingNumber(b []byte, from int) uint64 {
	v := uint64(0)
	for i := from; i < len(b) && b[i] >= '0' && b[i] <= '9'; i++ {
		v = v*10 + uint64(b[i]-'0')
	}
	return v
}

// parentIn returns the N of "created by F in goroutine N", the last line but
// one of a stack trace; 0 if no goroutine created this one.
//
//go:norace
func parentIn(b []byte) uint64 {
	const created, in = "\ncreated by ", " in goroutine "
	for i := len(b) - len(created); i >= 0; i-- {
		if b[i] != '\n' || string(b[i:i+len(created)]) != created {
			continue
		}
		for j := i + len(created); j+len(in) < len(b) && b[j] != '\n'; j++ {
			if b[j] == ' ' && string(b[j:j+len(in)]) == in {
				return leadingNumber(b, j+len(in))
			}
		}
		return 0
	}
	return 0
}

const (
	calibrateDepth = 20
	calibrateWords = 52 // words of g to examine; g is a little larger
)

// calibration is the state of the search: each goroutine of a chain rules out
// the words of its g that differ from its goid or its parent's.
type calibration struct {
	goid, parent [calibrateWords]bool // words not ruled out
	done         uint32
}

// calibrate searches for the offsets in releases of Go that the table does not
// know. It reports whether the result is unique.
func calibrate() bool {
	c := new(calibration)
	for i := range c.goid {
		c.goid[i], c.parent[i] = true, true
	}
	go c.step(calibrateDepth)
	for load32(&c.done) == 0 {
		yieldGoroutine()
	}
	var n, m int
	for i := range c.goid {
		if c.goid[i] {
			rec.goidOff = uintptr(i) * wordSize
			n++
		}
		if c.parent[i] {
			rec.parentOff = uintptr(i) * wordSize
			m++
		}
	}
	return n == 1 && m == 1
}

//go:norace
//go:nocheckptr
func (c *calibration) step(depth int) {
	g, _ := gticks()
	buf := make([]byte, 4096)
	buf = buf[:stack(buf)]
	goid, parent := leadingNumber(buf, len("goroutine ")), parentIn(buf)
	for i := range c.goid {
		w := *(*uint64)(add(g, uintptr(i)*wordSize))
		c.goid[i] = c.goid[i] && w == goid
		c.parent[i] = c.parent[i] && w == parent && parent != 0
	}
	if depth == 0 {
		store32(&c.done, 1)
		return
	}
	go c.step(depth - 1)
}
