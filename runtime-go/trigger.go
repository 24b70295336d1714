package rt

// Triggers: single calls at whose end a snapshot of the ring is written. Conditions
// are those of assertions, separated by semicolons: FUNC.time > 500ms and FUNC.panics,
// or panic for any function; FUNC.lock > 10ms and the like where states are recorded.
// FUNC is a function's name, with or without the directory
// of its package and the [...] of type parameters, or a pattern between slashes.

import "unsafe"

const (
	triggersMost = 16
	// By id, functions have masks of the triggers that are about them, in blocks.
	maskIDs      = 4096
	masksMost    = 16
	everyDefault = 60e9
	keepDefault  = 10
)

// trigger is a condition.
type trigger struct {
	text    string
	name    string // without slashes; "" for all functions
	pattern bool
	panics  bool
	part    bool // about a part of the time: see candidate.go
	ns      uint64
	ticks   uint64 // ns in ticks
}

var triggers struct {
	list   [triggersMost]trigger
	n      int
	masks  [masksMost]unsafe.Pointer // bit i stands for list[i]
	used   uint16                    // all masks together
	panics bool                      // some are about panics

	plain [1024]byte // for plainName
}

// parseTriggers reads GOTRACE_DUMP_WHEN. What is not about calls (exit, signals) is
// skipped. It returns the number of the first condition that it does
// not understand, from 1; 0 for none.
//
//go:norace
func parseTriggers(text string) (wrong uint32) {
	for n := uint32(1); text != ""; n++ {
		var part string
		part, text = firstCondition(text)
		if part == "" || part == "exit" || part == signalNames[0] || part == signalNames[1] {
			continue
		}
		t, ok := triggerIn(part)
		if ok = ok && (!t.part || states.kind == statesOn); ok && triggers.n < triggersMost {
			triggers.list[triggers.n] = t
			triggers.n++
			triggers.panics = triggers.panics || t.panics
		} else if wrong == 0 {
			wrong = n
		}
	}
	return wrong
}

// firstCondition splits off the first condition of a list.
//
//go:norace
func firstCondition(text string) (first, rest string) {
	end := 0
	for end < len(text) && text[end] != ';' && text[end] != '\n' {
		end++
	}
	first = trim(text[:end])
	if rest = text[end:]; rest != "" {
		rest = rest[1:]
	}
	return first, rest
}

//go:norace
func triggerIn(text string) (t trigger, ok bool) {
	t.text = text
	if text == "panic" {
		t.panics = true
		return t, true
	}
	subject, value := text, ""
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] == '>' {
			subject, value = trim(text[:i]), text[i+1:]
			if value != "" && value[0] == '=' {
				value = value[1:]
			}
			value = trim(value)
			break
		}
	}
	switch {
	case hasSuffix(subject, ".time"):
		t.name = subject[:len(subject)-len(".time")]
		t.ns = durationOf(value)
		ok = t.ns > 0
	case hasSuffix(subject, ".panics"):
		t.name = subject[:len(subject)-len(".panics")]
		t.panics = true
		ok = value == "" || value == "0" || value == "1"
	default:
		t.name = beforePart(subject)
		t.part = true
		t.ns = durationOf(value)
		ok = t.ns > 0
	}
	if n := len(t.name); n > 2 && t.name[0] == '/' && t.name[n-1] == '/' {
		t.name, t.pattern = t.name[1:n-1], true
		ok = ok && isPattern(t.name)
	}
	return t, ok && t.name != ""
}

//go:norace
func trim(s string) string {
	for s != "" && s[0] == ' ' {
		s = s[1:]
	}
	for s != "" && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

//go:norace
func hasSuffix(s, p string) bool { return len(s) >= len(p) && s[len(s)-len(p):] == p }

// watch finds the triggers that are about a function. Call with the lock held.
//
//go:norace
//go:nocheckptr
func watch(id uint32, name string) {
	mask := uint16(0)
	for i := 0; i < triggers.n; i++ {
		if t := &triggers.list[i]; t.name != "" && t.isAbout(name) {
			mask |= 1 << uint(i)
		}
	}
	block := id / maskIDs
	if mask == 0 || block >= masksMost {
		return
	}
	p := triggers.masks[block]
	if p == nil {
		if p = alloc(2 * maskIDs); p == nil {
			return
		}
		storePtr((*uintptr)(unsafe.Pointer(&triggers.masks[block])), uintptr(p))
	}
	*(*uint16)(add(p, 2*uintptr(id%maskIDs))) = mask
	if triggers.used|mask != triggers.used {
		triggers.used |= mask
		setWatched()
	}
}

// maskOf returns the mask of the triggers that are about a function.
//
//go:norace
//go:nocheckptr
func maskOf(id uint32) uint16 {
	if block := id / maskIDs; block < masksMost && triggers.masks[block] != nil {
		return *(*uint16)(add(triggers.masks[block], 2*uintptr(id%maskIDs)))
	}
	return 0
}

// isAbout reports whether t is about the function of this name. Call with the lock held.
//
//go:norace
func (t *trigger) isAbout(name string) bool {
	if t.pattern {
		return matches(t.name, name) || matches(t.name, plainName(name, true))
	}
	instances := false
	for i := 0; i < len(t.name); i++ {
		instances = instances || t.name[i] == '['
	}
	name = plainName(name, instances)
	return name == t.name || hasSuffix(name, t.name) && name[len(name)-len(t.name)-1] == '/'
}

// plainName returns a name as users write it: with the characters that %2e and the like
// stand for and, unless instances is set, without [...]. A name that is too long stays
// as it is. It is valid until the next call. Call with the lock held.
//
//go:norace
func plainName(name string, instances bool) string {
	b := &triggers.plain
	if len(name) > len(b) {
		return name
	}
	n := 0
	for i := 0; i < len(name); i++ {
		c := name[i]
		if !instances && hasPrefix(name[i:], "[...]") {
			i += len("[...]") - 1
			continue
		}
		if c == '%' && i+2 < len(name) {
			if high, low := digitOf(name[i+1]), digitOf(name[i+2]); high < 16 && low < 16 {
				c = high<<4 | low
				i += 2
			}
		}
		b[n] = c
		n++
	}
	return stringAt(unsafe.Pointer(b), uintptr(n))
}

// digitOf returns the value of a hexadecimal digit; 16 for anything else.
//
//go:norace
func digitOf(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case lower(c) >= 'a' && lower(c) <= 'f':
		return lower(c) - 'a' + 10
	}
	return 16
}

// setWatched makes exits of calls that a minimum or a trigger may be about take the
// slow path. Call with the lock held.
//
//go:norace
//go:nocheckptr
func setWatched() {
	most := ^uint64(0)
	for i := 0; i < triggers.n; i++ {
		if t := &triggers.list[i]; triggers.used>>uint(i)&1 != 0 && !t.panics {
			if t.ticks = ticksOf(t.ns); t.ticks < most {
				most = t.ticks
			}
		}
	}
	least := uint64(0)
	if minimum := *(*uint64)(add(rec.control, ctrMinimum)); minimum > 0 {
		least = ticksOf(minimum)
	}
	if most < least {
		most = least
	}
	hot.watched = false
	hot.least, hot.span = least, most-least
	hot.watched = least > 0 || most != ^uint64(0) || triggers.panics
}

// triggered returns the trigger that a call of a function meets, -1 for none. One about
// a part of the time is the last choice, because the call may not meet it.
//
//go:norace
func triggered(id uint32, took uint64, panicked bool) int {
	mask, part := maskOf(id), -1
	for i := 0; mask != 0; i++ {
		t := &triggers.list[i]
		if mask&1 != 0 && (t.panics && panicked || !t.panics && took > t.ticks) {
			if !t.part {
				return i
			}
			part = i
		}
		mask >>= 1
	}
	for i := 0; panicked && i < triggers.n; i++ {
		if t := &triggers.list[i]; t.panics && t.name == "" {
			return i
		}
	}
	return part
}
