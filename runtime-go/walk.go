package rt

// What is on the stack of a goroutine: the calls of functions with hooks.

import "unsafe"

// walk is a buffer for a stack, outside the Go heap: room words follow it.
type walk struct {
	next *walk
	room uintptr
	used uintptr
	_    [64 - 3*wordSize]byte
}

const (
	walkLeast = 512
	walkMost  = 1 << 20 // frames; deeper stacks are not looked at
)

// takeWalk returns a buffer for at least n frames that nobody else uses; nil if that
// is too much.
//
//go:norace
//go:nocheckptr
func takeWalk(n uintptr) *walk {
	if n > walkMost {
		return nil
	}
	if n < walkLeast {
		n = walkLeast
	}
	lock()
	w := rec.walks
	if w != nil {
		storePtr((*uintptr)(unsafe.Pointer(&rec.walks)), uintptr(unsafe.Pointer(w.next)))
	}
	if w == nil || w.room < n {
		if w = (*walk)(osAlloc(unsafe.Sizeof(walk{}) + n*wordSize)); w != nil {
			w.room = n
		}
	}
	unlock()
	return w
}

//go:norace
func giveWalk(w *walk) {
	lock()
	storePtr((*uintptr)(unsafe.Pointer(&w.next)), uintptr(unsafe.Pointer(rec.walks)))
	storePtr((*uintptr)(unsafe.Pointer(&rec.walks)), uintptr(unsafe.Pointer(w)))
	unlock()
}

//go:norace
//go:nocheckptr
func (w *walk) at(i uintptr) *uintptr {
	return (*uintptr)(add(unsafe.Pointer(w), unsafe.Sizeof(walk{})+i*wordSize))
}

// look puts the calling goroutine's stack into w; false if w is too small.
//
//go:norace
//go:nocheckptr
//go:noinline
func (w *walk) look() bool {
	words := [3]uintptr{uintptr(unsafe.Pointer(w.at(0))), w.room, w.room}
	w.used = uintptr(callers(2, *(*[]uintptr)(unsafe.Pointer(&words))))
	return w.used < w.room
}

// hooked turns w into the sites of the functions with hooks, innermost first, and
// returns their number. The caller of Enter, if one is on the way (entering), is left out.
// ok is false if the stack has calls that have ended.
//
//go:norace
//go:nocheckptr
func (w *walk) hooked(entering bool) (n uintptr, ok bool) {
	for i, own := uintptr(0), true; i < w.used; i++ {
		name, _ := function(*w.at(i) - 1)
		if own {
			if hasPrefix(name, ownPrefix) {
				continue
			}
			if own = false; entering {
				continue
			}
		}
		if name == "runtime.gopanic" || name == "runtime.Goexit" {
			return 0, false
		}
		if id := idOf(name); id != 0 {
			*w.at(n) = uintptr(id)
			n++
		}
	}
	return n, true
}

// Sites by name: a hash table of which the lock guards everything.

// nameSites fills the table, if need be. Call with the lock held.
//
//go:norace
//go:nocheckptr
func nameSites() {
	if rec.named != nil {
		return
	}
	count := uintptr(0)
	for s := rec.sites; s != nil; s = s.next {
		count += s.n
	}
	room := uintptr(512)
	for room < 4*count {
		room *= 2
	}
	if p := osAlloc(room * wordSize); p != nil {
		storePtr((*uintptr)(unsafe.Pointer(&rec.named)), uintptr(p))
		rec.namedRoom, rec.namedCount = room, 0
		for s := rec.sites; s != nil; s = s.next {
			for i := uintptr(0); i < s.n; i++ {
				nameSite(&s.list[i])
			}
		}
	}
}

// nameSite adds a site that is defined to the table, if there is one. Call with the
// lock held.
//
//go:norace
//go:nocheckptr
func nameSite(e *siteOf) {
	if rec.named == nil {
		return
	}
	if rec.namedCount*2 >= rec.namedRoom {
		// The old table is not freed. All old ones together are no larger than the new one.
		storePtr((*uintptr)(unsafe.Pointer(&rec.named)), 0)
		nameSites() // e is in the list
		return
	}
	p := placeOf(nameAt(e.def))
	*p = uintptr(unsafe.Pointer(e))
	rec.namedCount++
}

// placeOf returns the place in the table of the site with a name, or where it would be.
//
//go:norace
//go:nocheckptr
func placeOf(name string) *uintptr {
	for i := uintptr(hashOf(name)) & (rec.namedRoom - 1); ; i = (i + 1) & (rec.namedRoom - 1) {
		p := (*uintptr)(add(rec.named, i*wordSize))
		if *p == 0 || nameAt((*siteOf)(toPtr(*p)).def) == name {
			return p
		}
	}
}

// idOf returns the word of the site of the function with a name; 0 if it has no hook or
// has not been called.
//
//go:norace
//go:nocheckptr
func idOf(name string) uint32 {
	if len(name) > maxText {
		name = name[:maxText]
	}
	id := uint32(0)
	lock()
	if rec.named != nil {
		if p := placeOf(name); *p != 0 {
			id = load32((*siteOf)(toPtr(*p)).site)
		}
	}
	unlock()
	return id
}
