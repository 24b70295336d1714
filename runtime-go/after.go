package rt

import "unsafe"

// End closes the argument list that After opens in rewritten code.
const End = 0

// After wraps the function of a time.AfterFunc call. The runtime gives the
// goroutine that runs it no parent and no labels of the caller's, so the
// wrapper carries a token to it: a closure whose code is afterEntry, which
// puts the token where Spawn would have put it and goes on to f without a
// frame of its own. Where there is no such code, f comes back as it is.
func After(site *Site, f func(), _ int) func() {
	if hot.off || f == nil || !haveAfter {
		return f
	}
	return after(site, f)
}

// afterClosure is what afterEntry expects in the context register: a function
// value whose first word is its code.
type afterClosure struct {
	code  uintptr
	f     func()
	token uintptr
}

// labelsOff is the offset of the label pointer in g for afterEntry, set
// before the first afterClosure exists; labelsUnknown where it was not found.
var labelsOff uintptr

const labelsUnknown = ^uintptr(0)

//go:norace
//go:nocheckptr
//go:noinline
func after(site *Site, f func()) func() {
	if !running() {
		return f
	}
	if rec.portable || rec.tokens == nil || !findLabels() {
		return f
	}
	id := load32(site)
	if id == 0 {
		id = define(site, defGo)
	}
	s := acquire()
	if s == nil {
		drop()
		return f
	}
	now, ok := ready(s, 0, lenSpawn)
	ref := uint64(0)
	if ok && id != 0 {
		ref = putSpawn(s, uint64(id), now)
	} else {
		drop()
	}
	if ref == 0 {
		return f
	}
	c := &afterClosure{afterCode(), f, uintptr(rec.tokens) + uintptr(ref)*tokenScale}
	return *(*func())(unsafe.Pointer(&c))
}

// findLabels finds the offset of the label pointer in g: the one word that
// changes with the labels. Several goroutines may look at once; they find the
// same.
//
//go:norace
//go:nocheckptr
func findLabels() bool {
	if off := loadPtr(&labelsOff); off != 0 {
		return off != labelsUnknown
	}
	g, _ := gticks()
	old := getProfLabel()
	first, second := rec.tokens, add(rec.tokens, 8)
	var possible [calibrateWords]bool
	setProfLabel(first)
	for i := range possible {
		possible[i] = *(*uintptr)(add(g, uintptr(i)*8)) == uintptr(first)
	}
	setProfLabel(second)
	off, n := labelsUnknown, 0
	for i := range possible {
		if possible[i] && *(*uintptr)(add(g, uintptr(i)*8)) == uintptr(second) {
			off = uintptr(i) * 8
			n++
		}
	}
	setProfLabel(old)
	if n != 1 {
		off = labelsUnknown
	}
	storePtr(&labelsOff, off)
	return n == 1
}

//go:norace
func loadPtr(p *uintptr) uintptr { return uintptr(load64((*uint64)(unsafe.Pointer(p)))) }
