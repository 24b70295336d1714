package rt

// Patterns for function names: a subset of Go's regular expressions that needs no
// package and no heap. It has literals, ., classes such as [a-z0-9_] and [^)], \d \w
// \s and their opposites, ^, $, groups, | and the repetitions * + ? {2,5}. Anything
// else that begins with (? is no pattern. A name is matched byte by byte, in time
// proportional to its length.

const (
	opByte = iota
	opAny
	opSet
	opSplit // to a and b
	opJump  // to a
	opBegin
	opEnd
	opMatch
)

const (
	programMost = 1024
	setsMost    = 64
	repeatMost  = 64
)

// machine is a compiled pattern and the state of its matching. The recorder's lock
// guards it.
var machine struct {
	op   [programMost]uint8
	a, b [programMost]int16 // distances, or a byte, or the number of a set
	n    int
	sets [setsMost][8]uint32
	used int
	src  string
	pos  int
	bad  bool

	// The instructions reached before the present byte and the next one; the mark
	// of an instruction tells at which step it was reached.
	lists [2][programMost]int16
	sizes [2]int
	mark  [programMost]uint32
	step  uint32
}

// isPattern reports whether matches understands a pattern. Call with the lock held.
//
//go:norace
func isPattern(pattern string) bool {
	m := &machine
	m.n, m.used, m.src, m.pos, m.bad = 0, 0, pattern, 0, false
	compileEither()
	if m.pos < len(pattern) {
		m.bad = true
	}
	emit(opMatch, 0, 0)
	return !m.bad
}

// matches reports whether a pattern matches a part of name. Call with the lock held.
//
//go:norace
func matches(pattern, name string) bool {
	if !isPattern(pattern) {
		return false
	}
	m := &machine
	now := 0
	m.sizes[0] = 0
	m.step++
	for i := 0; ; i++ {
		if reach(now, 0, i, len(name)) {
			return true
		}
		if i == len(name) {
			return false
		}
		next := 1 - now
		m.sizes[next] = 0
		m.step++
		for j := 0; j < m.sizes[now]; j++ {
			at := int(m.lists[now][j])
			c := name[i]
			ok := false
			switch m.op[at] {
			case opByte:
				ok = int16(c) == m.a[at]
			case opAny:
				ok = true
			case opSet:
				ok = m.sets[m.a[at]][c>>5]>>(c&31)&1 != 0
			}
			if ok && reach(next, at+1, i+1, len(name)) {
				return true
			}
		}
		now = next
	}
}

// reach adds the instructions that are reached at position i without reading a
// byte; true if one of them is the match.
//
//go:norace
func reach(list, at, i, end int) bool {
	m := &machine
	for m.mark[at] != m.step {
		m.mark[at] = m.step
		switch m.op[at] {
		case opMatch:
			return true
		case opJump:
			at += int(m.a[at])
			continue
		case opSplit:
			if reach(list, at+int(m.a[at]), i, end) {
				return true
			}
			at += int(m.b[at])
			continue
		case opBegin:
			if i != 0 {
				return false
			}
			at++
			continue
		case opEnd:
			if i != end {
				return false
			}
			at++
			continue
		}
		m.lists[list][m.sizes[list]] = int16(at)
		m.sizes[list]++
	}
	return false
}

//go:norace
func emit(op uint8, a, b int) {
	m := &machine
	if m.n >= programMost {
		m.bad = true
		return
	}
	m.op[m.n], m.a[m.n], m.b[m.n] = op, int16(a), int16(b)
	m.n++
}

// insert puts an instruction before those from `at` on. Distances within these stay
// right.
//
//go:norace
func insert(at int, op uint8, a, b int) {
	m := &machine
	emit(op, a, b)
	if m.bad {
		return
	}
	for i := m.n - 1; i > at; i-- {
		m.op[i], m.a[i], m.b[i] = m.op[i-1], m.a[i-1], m.b[i-1]
	}
	m.op[at], m.a[at], m.b[at] = op, int16(a), int16(b)
}
