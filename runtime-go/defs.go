package rt

// Definitions: the trace's names and source positions of functions, go
// statements and tests, written when each is first used. Their chunks form a
// linked list of their own.

import "unsafe"

const (
	defsMin = 1 << 10
	defsMax = 64 << 10
	// maxText bounds a name or path in a definition.
	maxText = 16 << 10
)

// define gives site the next id and writes its definition: Go's own name of
// the function that calls the hook, its file, and the line of the function's
// entry (for a go statement, the line of the statement). It returns 0 when
// recording has stopped. skip is how many frames there are before that function's.
//
//go:norace
//go:noinline
func define(site *uint32, kind uint8, skip int) uint32 {
	var pcs [1]uintptr
	var name, file string
	var line int
	if callers(skip, (*[1]uintptr)(noescape(unsafe.Pointer(&pcs)))[:]) == 1 {
		pc := pcs[0] - 1
		var at uintptr
		if name, at = function(pc); name != "" {
			if kind == defGo {
				at = pc
			}
			file, line = fileLine(pc, at)
		}
	}
	if len(name) > maxText {
		name = name[:maxText]
	}
	if len(file) > maxText {
		file = file[:maxText]
	}
	lock()
	id := load32(site)
	if id == 0 {
		id = putDefinition(kind, name, file, line)
		if id != 0 && kind == defFunction {
			watch(id, name)
			if !addSite(site, rec.defsLast) {
				id |= siteOff
			}
		}
		store32(site, id)
	}
	unlock()
	return id
}

// putDefinition writes a definition under the next id. Call with the lock
// held.
//
//go:norace
//go:nocheckptr
func putDefinition(kind uint8, name, file string, line int) uint32 {
	if !putDefinitionAs(rec.nextID+1, kind, name, file, line) {
		return 0
	}
	rec.nextID++
	return rec.nextID
}

// putDefinitionAs writes a definition under the given id. The id is stored
// last: a reader stops at the first zero id. Call with the lock held.
//
//go:norace
//go:nocheckptr
func putDefinitionAs(id uint32, kind uint8, name, file string, line int) bool {
	n := uintptr(defHeader+len(name)+len(file)+3) &^ 3
	// Four zero bytes stay at the end, the terminator.
	if rec.defsPos+n+4 > rec.defsEnd && !openDefs(n) {
		return false
	}
	p := add(hot.base, rec.defsPos)
	put32(p, 4, uint32(kind)|uint32(len(name))<<16)
	put32(p, 8, uint32(len(file)))
	put32(p, 12, uint32(line))
	putString(add(p, defHeader), name)
	putString(add(p, defHeader+uintptr(len(name))), file)
	store32((*uint32)(p), id)
	rec.defsLast = rec.defsPos
	rec.defsPos += n
	return true
}

// openDefs starts a definitions chunk with room for a record of n bytes and
// links it to the one before.
//
//go:norace
//go:nocheckptr
func openDefs(n uintptr) bool {
	size := uintptr(defsMin) << (rec.defsSeq & 7)
	if size > defsMax || rec.defsSeq > 7 {
		size = defsMax
	}
	if size < n+chunkHeader+4 {
		size = (n + chunkHeader + 4 + 63) &^ 63
	}
	off := takeCleared(uint64(size))
	if off == 0 {
		return false
	}
	p := add(hot.base, uintptr(off))
	put64(p, chkSlot, uint64(rec.defsSeq)<<32)
	store64((*uint64)(p), chunkMagic|chunkDefs<<16|uint64(size)<<32)
	if rec.defs == nil {
		store64((*uint64)(add(hot.base, hdrDefsHead)), off)
	} else {
		store64((*uint64)(add(rec.defs, chkTicks)), off)
	}
	storePtr((*uintptr)(unsafe.Pointer(&rec.defs)), uintptr(p))
	rec.defsSeq++
	rec.defsPos = uintptr(off) + chunkHeader
	rec.defsEnd = uintptr(off) + size
	return true
}
