package rt

// How a started goroutine is attached to its go statement. A goroutine inherits
// its parent's profiler-label pointer. Spawn puts a token there, Spawned puts the
// user's labels back in the parent, and the child takes the token and restores
// the labels at its first event. Code that reads the labels meanwhile sees what
// it should: a token reads as an empty set or as a copy of the user's labels.

import "unsafe"

// node is an open Spawn of a slot, outside the Go heap.
type node struct {
	next  *node
	token uintptr // the label pointer while the Spawn is open; 0 if it was not changed
	prev  uintptr // the label pointer before, nil or a region token; a heap token holds its own
	depth uint32  // frames open at the Spawn
	_     [36]byte
}

// heapToken is a token that stands in for a user's labels. Its first words are
// those of the label set: a map before Go 1.24, a slice since. It takes 64 bytes
// so that its address is a multiple of 64. Any such address can be checked for
// the magic word, because reading it stays within mapped memory.
type heapToken struct {
	data     unsafe.Pointer
	len, cap uintptr
	magic    uintptr
	user     unsafe.Pointer // the user's labels
	prev     unsafe.Pointer // what the token replaced: user, or another token
	ref      uint64
	_        [64 - 6*unsafe.Sizeof(uintptr(0)) - 8]byte
}

const (
	tokenMagic = 0x6f7472616365746b & (1<<63 - 1) >> (64 - 8*unsafe.Sizeof(uintptr(0)))
	tokenScale = 4 // region token = base + file offset * tokenScale
)

//go:norace
func inRegion(label unsafe.Pointer) bool {
	return rec.tokens != nil && uintptr(label)-uintptr(rec.tokens) < rec.tokenEnd
}

// asHeapToken returns label as a token of ours, or nil.
//
//go:norace
//go:nocheckptr
func asHeapToken(label unsafe.Pointer) *heapToken {
	if sanitized || label == nil || uintptr(label)%64 != 0 {
		return nil
	}
	t := (*heapToken)(label)
	if t.magic != tokenMagic^uintptr(label) {
		return nil
	}
	return t
}

//go:norace
//go:nocheckptr
//go:noinline
func spawn(site *uint32) {
	if !running() {
		return
	}
	id := load32(site)
	if id == 0 {
		id = define(site, defGo, 4) // callers, define, spawn, Spawn
	}
	s := acquire()
	if s == nil {
		drop()
		return
	}
	if s.resumes != load32(&hot.resumes) {
		enterLate(s, false)
	}
	now, ok := ready(s, 0, lenSpawn)
	if ok && id != 0 {
		mark(s, putSpawn(s, uint64(id), now))
	} else {
		drop()
	}
}

// mark replaces the goroutine's labels by a token for the spawn record at file
// offset ref, and pushes the open Spawn on s.
//
//go:norace
//go:nocheckptr
func mark(s *slot, ref uint64) {
	n := push(s)
	if n == nil {
		return
	}
	n.depth = s.depth
	s.spawnDepth = s.depth
	setFloor(s)
	n.token, n.prev = 0, 0
	cur := getProfLabel()
	user := cur
	if inRegion(cur) {
		user = nil
	} else if t := asHeapToken(cur); t != nil {
		user = t.user
	}
	if user == nil && rec.tokens != nil {
		token := add(rec.tokens, uintptr(ref)*tokenScale)
		n.token, n.prev = uintptr(token), uintptr(cur)
		setProfLabel(token)
		return
	}
	if rec.labelWords == 0 || sanitized {
		return
	}
	t := new(heapToken)
	if uintptr(unsafe.Pointer(t))%64 != 0 {
		return
	}
	// Without a token region (Windows) user may be nil: an empty set.
	if user != nil {
		t.data = *(*unsafe.Pointer)(user)
	}
	if user != nil && rec.labelWords == 3 {
		t.len = *(*uintptr)(add(user, unsafe.Sizeof(uintptr(0))))
		t.cap = *(*uintptr)(add(user, 2*unsafe.Sizeof(uintptr(0))))
	}
	t.magic = tokenMagic ^ uintptr(unsafe.Pointer(t))
	t.user, t.prev, t.ref = user, cur, ref
	n.token = uintptr(unsafe.Pointer(t))
	setProfLabel(unsafe.Pointer(t))
}

//go:norace
//go:nocheckptr
//go:noinline
func spawned() {
	state := load32(&rec.state)
	if state != stateOn && state != stateStopped || !hot.mine {
		return
	}
	// Not acquire: nothing is written, and after the stop the labels must
	// still be put back.
	if s := current(); s != nil && s.spawns != nil {
		restore(s)
	}
}

// current returns the slot of the calling goroutine, nil if it has not begun on one.
//
//go:norace
//go:nocheckptr
func current() *slot {
	g, _ := gticks()
	s := rec.table.find(uintptr(g))
	if s == nil {
		return nil
	}
	if rec.portable {
		if s.depth == 0 && s.goid != stackGoid() {
			return nil
		}
	} else if s.goid != *(*uint64)(add(g, rec.goidOff)) {
		return nil
	}
	return s
}

// restore ends s's innermost open Spawn and puts back the labels from before it,
// unless the program has set others since.
//
//go:norace
//go:nocheckptr
func restore(s *slot) {
	token, prev := s.spawns.token, s.spawns.prev
	pop(s)
	if token == 0 {
		return
	}
	cur := getProfLabel()
	if uintptr(cur) != token {
		return
	}
	if t := asHeapToken(cur); t != nil {
		setProfLabel(t.prev)
	} else if prev == 0 {
		setProfLabel(nil)
	} else {
		setProfLabel(toPtr(prev))
	}
}

// takeToken is called at a goroutine's first event. It returns the reference to
// the spawn record that the goroutine inherited, 0 if none, and gives the
// goroutine its parent's real labels. The reference is half the file offset.
//
//go:norace
func takeToken() uint64 {
	cur := getProfLabel()
	if cur == nil {
		return 0
	}
	if inRegion(cur) {
		setProfLabel(nil)
		return uint64(uintptr(cur)-uintptr(rec.tokens)) / tokenScale / 2
	}
	if t := asHeapToken(cur); t != nil {
		setProfLabel(t.user)
		return t.ref / 2
	}
	return 0
}

// push puts a node on s's stack of open Spawns and returns it; nil if there is
// no memory.
//
//go:norace
//go:nocheckptr
func push(s *slot) *node {
	n := s.freeNodes
	if n == nil {
		lock()
		n = (*node)(alloc(unsafe.Sizeof(node{})))
		unlock()
		if n == nil {
			return nil
		}
	} else {
		storeNode(&s.freeNodes, n.next)
	}
	storeNode(&n.next, s.spawns)
	storeNode(&s.spawns, n)
	return n
}

//go:norace
//go:nocheckptr
func pop(s *slot) {
	n := s.spawns
	storeNode(&s.spawns, n.next)
	storeNode(&n.next, s.freeNodes)
	storeNode(&s.freeNodes, n)
	s.spawnDepth = 0
	if s.spawns != nil {
		s.spawnDepth = s.spawns.depth
	}
	setFloor(s)
}

// storeNode stores without a write barrier: neither side is on the Go heap.
//
//go:norace
//go:nocheckptr
func storeNode(at **node, n *node) {
	*(*uintptr)(unsafe.Pointer(at)) = uintptr(unsafe.Pointer(n))
}
