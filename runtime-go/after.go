package rt

// Tracing of time.AfterFunc: the timer's function is wrapped so that the
// goroutine that later runs it can be attached to the call that set the timer.

import "unsafe"

// End closes the argument list that After opens in rewritten code.
const End = 0

// After wraps f, the function of a time.AfterFunc call. The runtime starts f's
// goroutine without a parent and without the caller's labels, so the wrapper
// carries a token to it: a closure whose code is afterEntry, which puts the
// token where Spawn would have put it and then jumps to f, adding no frame.
// On architectures without afterEntry, After returns f unchanged.
func After(site *Site, f func(), _ int) func() {
	if hot.idle && !resume() || f == nil || !haveAfter {
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

// labelsOff tells afterEntry the offset of the label pointer in g. It is set
// before the first afterClosure exists, and is labelsUnknown if the search failed.
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
		id = define(site, defGo, 4) // callers, define, after, After
	}
	s := acquire()
	if s == nil {
		drop()
		return f
	}
	if s.resumes != load32(&hot.resumes) {
		enterLate(s, false)
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
// changes with the labels. Goroutines may search at the same time; all of them
// find the same offset.
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
