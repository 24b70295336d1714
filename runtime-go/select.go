package rt

// Which functions are recorded: lines of the control chunk, "+PATTERN" or
// "-PATTERN", of which the last that matches the name decides.

import "unsafe"

// sites lists the sites of functions by id, outside the Go heap.
type sites struct {
	next *sites
	n    uintptr
	list [sitesEach]siteOf
}

type siteOf struct {
	site *uint32
	def  uintptr // file offset of the definition
}

const sitesEach = 254

// addSite adds the site of a function that is being defined, and returns whether
// calls of the function are recorded. Call with the lock held.
//
//go:norace
//go:nocheckptr
func addSite(site *uint32, def uintptr) bool {
	last := rec.sitesLast
	if last == nil || last.n == sitesEach {
		p := (*sites)(osAlloc(unsafe.Sizeof(sites{})))
		if p == nil {
			return true
		}
		if last == nil {
			storePtr((*uintptr)(unsafe.Pointer(&rec.sites)), uintptr(unsafe.Pointer(p)))
		} else {
			storePtr((*uintptr)(unsafe.Pointer(&last.next)), uintptr(unsafe.Pointer(p)))
		}
		storePtr((*uintptr)(unsafe.Pointer(&rec.sitesLast)), uintptr(unsafe.Pointer(p)))
		last = p
	}
	e := &last.list[last.n]
	storePtr((*uintptr)(unsafe.Pointer(&e.site)), uintptr(unsafe.Pointer(site)))
	e.def = def
	last.n++
	nameSite(e)
	return isSelected(nameAt(def))
}

// selectSites switches all functions on or off, as the control chunk says. Call with
// the lock held.
//
//go:norace
//go:nocheckptr
func selectSites() {
	put32(rec.control, ctrWrong, wrongLine(selection()))
	for s := rec.sites; s != nil; s = s.next {
		for i := uintptr(0); i < s.n; i++ {
			e := &s.list[i]
			id := load32(e.site) &^ siteOff
			if !isSelected(nameAt(e.def)) {
				id |= siteOff
			}
			store32(e.site, id)
		}
	}
}

// isSelected reports whether calls of a function are recorded.
//
//go:norace
func isSelected(name string) bool {
	text := selection()
	selected := len(text) == 0 || text[0] != '+'
	for len(text) > 0 {
		var line string
		line, text = firstLine(text)
		if len(line) > 1 && matches(line[1:], name) {
			selected = line[0] == '+'
		}
	}
	return selected
}

// wrongLine returns the number of the first line that is no pattern; 0 for none.
//
//go:norace
func wrongLine(text string) uint32 {
	for n := uint32(1); len(text) > 0; n++ {
		var line string
		line, text = firstLine(text)
		if len(line) < 2 || line[0] != '+' && line[0] != '-' || !isPattern(line[1:]) {
			return n
		}
	}
	return 0
}

//go:norace
func firstLine(text string) (line, rest string) {
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' {
			return text[:i], text[i+1:]
		}
	}
	return text, ""
}

// selection returns the text of the control chunk.
//
//go:norace
//go:nocheckptr
func selection() string {
	n := load32((*uint32)(add(rec.control, ctrTextLength)))
	if n > ctrTextMost {
		n = ctrTextMost
	}
	return stringAt(add(rec.control, ctrText), uintptr(n))
}

// nameAt returns the name in the definition at a file offset.
//
//go:norace
//go:nocheckptr
func nameAt(def uintptr) string {
	p := add(hot.base, def)
	return stringAt(add(p, defHeader), uintptr(get16(p, 6)))
}

// stringAt returns the n bytes at p, outside the Go heap, as a string.
//
//go:norace
func stringAt(p unsafe.Pointer, n uintptr) string {
	words := [2]uintptr{uintptr(p), n}
	return *(*string)(unsafe.Pointer(&words))
}
