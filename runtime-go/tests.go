package rt

// Names of tests in the trace. Package testing runs each test and subtest in a
// goroutine of its own, whose first function usually takes a *testing.T. Such
// functions call EnterTest instead of Enter.

import "unsafe"

// Named is the part of *testing.T, *testing.B and *testing.F that EnterTest uses.
type Named interface{ Name() string }

// EnterTest is Enter for a function that takes t. If package testing called the
// function and it is the first traced one of its goroutine, the goroutine is
// named after t.
//
//go:norace
//go:noinline
func EnterTest(site *uint32, t Named) func() {
	if hot.idle && !wake(site) || int32(*site) < 0 {
		return hot.pause.exit()
	}
	nameTest(t)
	return leaving(enter(site))
}

//go:norace
//go:nocheckptr
//go:noinline
func nameTest(t Named) {
	if load32(&rec.state) == stateStopped || !running() || rec.portable {
		return
	}
	g, _ := gticks()
	goid := *(*uint64)(add(g, rec.goidOff))
	if s := rec.table.find(uintptr(g)); s != nil && s.goid == goid {
		return
	}
	// Name panics on a nil pointer.
	if words := (*[2]uintptr)(unsafe.Pointer(&t)); words[1] == 0 || !runByTesting() {
		return
	}
	if id := defineTest(t.Name()); id != 0 {
		acquireAs(id)
	}
}

// runByTesting reports whether package testing called the function that called
// EnterTest, directly or through package reflect.
//
//go:norace
//go:noinline
func runByTesting() bool {
	var pcs [8]uintptr
	// Skipped: callers, runByTesting, nameTest, EnterTest, the function.
	n := callers(5, (*[8]uintptr)(noescape(unsafe.Pointer(&pcs)))[:])
	for _, pc := range pcs[:n] {
		name, _ := function(pc - 1)
		if !hasPrefix(name, "reflect.") {
			return hasPrefix(name, "testing.")
		}
	}
	return false
}

// defineTest writes a test's name as a definition and returns its id; 0 when
// recording has stopped. Ids of tests count down from the largest uint32, so that
// those of functions stay small. Successive tests of the same name share an id: a
// fuzz test runs millions of times.
//
//go:norace
func defineTest(name string) uint32 {
	if len(name) > maxText {
		name = name[:maxText]
	}
	hash := hashOf(name)
	lock()
	if rec.tests == 0 || rec.testHash != hash {
		if putDefinitionAs(^rec.tests, defTest, name, "", 0) {
			rec.tests++
			rec.testHash = hash
		} else {
			unlock()
			return 0
		}
	}
	id := ^(rec.tests - 1)
	unlock()
	return id
}
