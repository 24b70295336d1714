package rt

// The note in a snapshot that says why it was written.

import "unsafe"

// cause is why a snapshot is written, and the call that is the reason: its goroutine,
// function and how long it took, or the instruction after the call of Dump; zero
// without one.
type cause struct {
	text      string
	goid      uint64
	id        uint32
	took      uint64
	pc        uintptr
	limited   bool   // not shortly after another such one
	panics    bool   // the process may end
	asked     uint32 // value of ctrDump by which it was asked for
	candidate bool   // the gotrace command is to judge it
	fresh     uint64 // of a candidate: ticks before its end since which no call has been looked at
}

// noteOf puts a note that says why the snapshot was written into snapshots.note, as
// the gotrace command writes notes, and returns its size.
//
//go:norace
//go:nocheckptr
func noteOf(why *cause) uint64 {
	b := &snapshots.note
	for i := range b {
		b[i] = 0
	}
	n := chunkHeader + 4
	n += copyString(b[n:], `{"snapshot":{"trigger":"`)
	n += copyText(b[n:n+400], why.text)
	n += copyString(b[n:], `"`)
	if why.id != 0 {
		n += copyString(b[n:], `,"function":`)
		n += copyNumber(b[n:], uint64(why.id))
	}
	if why.goid != 0 {
		n += copyString(b[n:], `,"goroutine":`)
		n += copyNumber(b[n:], why.goid)
	}
	if why.took != 0 {
		n += copyString(b[n:], `,"ticks":`)
		n += copyNumber(b[n:], why.took)
	}
	if why.fresh != 0 {
		n += copyString(b[n:], `,"fresh":`)
		n += copyNumber(b[n:], why.fresh)
	}
	if why.pc != 0 {
		pc := why.pc - 1
		file, line := fileLine(pc, pc)
		n += copyString(b[n:], `,"file":"`)
		n += copyText(b[n:n+400], file)
		n += copyString(b[n:], `","line":`)
		n += copyNumber(b[n:], uint64(line))
	}
	n += copyString(b[n:], `}}`)
	size := uint64(n+63) &^ 63
	p := unsafe.Pointer(b)
	put32(p, chunkHeader, uint32(n-chunkHeader-4))
	put64(p, 0, chunkMagic|chunkNote<<16|size<<32)
	return size
}

// copyText writes the end of a text that fits, as within quotes of JSON, and returns
// its length.
//
//go:norace
func copyText(to []byte, text string) int {
	if most := len(to) / 2; len(text) > most {
		text = text[len(text)-most:]
	}
	n := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c < ' ' {
			c = ' '
		}
		if c == '"' || c == '\\' {
			to[n] = '\\'
			n++
		}
		to[n] = c
		n++
	}
	return n
}
