package rt

// Compiling patterns for the machine of match.go.

//go:norace
func compileEither() {
	m := &machine
	start := m.n
	for m.pos < len(m.src) && m.src[m.pos] != '|' && m.src[m.pos] != ')' && !m.bad {
		compileRepeated()
	}
	if m.bad || m.pos >= len(m.src) || m.src[m.pos] != '|' {
		return
	}
	m.pos++
	insert(start, opSplit, 1, m.n-start+2)
	jump := m.n
	emit(opJump, 0, 0)
	compileEither()
	if !m.bad {
		m.a[jump] = int16(m.n - jump)
	}
}

//go:norace
func compileRepeated() {
	m := &machine
	start, from := m.n, m.pos
	compileAtom()
	for m.pos < len(m.src) && !m.bad {
		least, most := 0, -1
		switch m.src[m.pos] {
		case '*':
		case '+':
			least = 1
		case '?':
			most = 1
		case '{':
			var ok bool
			upTo := m.pos
			if least, most, ok = bounds(); !ok {
				return // a literal brace
			}
			m.pos = repeat(start, from, upTo, least, most, m.pos)
			skipLazy()
			continue
		default:
			return
		}
		m.pos++
		skipLazy()
		switch {
		case most == 1:
			insert(start, opSplit, 1, m.n-start+1)
		case least == 1:
			emit(opSplit, start-m.n, 1)
		default:
			insert(start, opSplit, 1, m.n-start+2)
			emit(opJump, start-m.n, 0)
		}
	}
}

// skipLazy passes the ? of a lazy repetition, which changes what is found, not
// whether.
//
//go:norace
func skipLazy() {
	if m := &machine; m.pos < len(m.src) && m.src[m.pos] == '?' {
		m.pos++
	}
}

// bounds reads {2}, {2,} or {2,5}.
//
//go:norace
func bounds() (least, most int, ok bool) {
	m := &machine
	i, n, digits := m.pos+1, 0, 0
	least = -1
	for ; i < len(m.src); i++ {
		switch c := m.src[i]; {
		case c >= '0' && c <= '9' && n < 1000:
			n, digits = n*10+int(c-'0'), digits+1
		case c == ',' && least < 0 && digits > 0:
			least, n, digits = n, 0, 0
		case c == '}' && (digits > 0 || least >= 0):
			most = n
			if least < 0 {
				least = n
			} else if digits == 0 {
				most = -1
			}
			m.pos = i + 1
			m.bad = m.bad || least > repeatMost || most > repeatMost || most >= 0 && most < least
			return least, most, true
		default:
			return 0, 0, false
		}
	}
	return 0, 0, false
}

// repeat compiles the atom that stands between from and upTo again, as often as the
// bounds say; start is its first instruction. It returns then.
//
//go:norace
func repeat(start, from, upTo, least, most, then int) int {
	m := &machine
	again := func() int {
		at := m.n
		m.pos = from
		compileAtom()
		return at
	}
	last := start
	if least == 0 {
		m.n = start
	}
	for i := 1; i < least && !m.bad; i++ {
		last = again()
	}
	switch {
	case most < 0 && least > 0:
		emit(opSplit, last-m.n, 1)
	case most < 0:
		at := again()
		insert(at, opSplit, 1, m.n-at+2)
		emit(opJump, at-m.n, 0)
	default:
		for i := least; i < most && !m.bad; i++ {
			at := again()
			insert(at, opSplit, 1, m.n-at+1)
		}
	}
	return then
}

//go:norace
func compileAtom() {
	m := &machine
	c := m.src[m.pos]
	m.pos++
	switch c {
	case '.':
		emit(opAny, 0, 0)
	case '^':
		emit(opBegin, 0, 0)
	case '$':
		emit(opEnd, 0, 0)
	case '(':
		if m.pos < len(m.src) && m.src[m.pos] == '?' {
			if m.pos+1 >= len(m.src) || m.src[m.pos+1] != ':' {
				m.bad = true
				return
			}
			m.pos += 2
		}
		compileEither()
		if m.pos >= len(m.src) || m.src[m.pos] != ')' {
			m.bad = true
			return
		}
		m.pos++
	case '[':
		compileSet()
	case '*', '+', '?', ')':
		m.bad = true
	case '\\':
		if m.pos >= len(m.src) {
			m.bad = true
			return
		}
		c = m.src[m.pos]
		m.pos++
		if set := newSet(); addClass(set, c) {
			emit(opSet, set, 0)
		} else {
			m.used--
			m.bad = m.bad || isLetter(c)
			emit(opByte, int(c), 0)
		}
	default:
		emit(opByte, int(c), 0)
	}
}

//go:norace
func isLetter(c byte) bool { return lower(c) >= 'a' && lower(c) <= 'z' || c >= '0' && c <= '9' }

// newSet makes an empty set and returns its number.
//
//go:norace
func newSet() int {
	m := &machine
	if m.used >= setsMost-1 {
		m.bad = true
		return setsMost - 1
	}
	m.sets[m.used] = [8]uint32{}
	m.used++
	return m.used - 1
}

// addClass adds \d, \w, \s or an opposite to a set; false if c names none.
//
//go:norace
func addClass(set int, c byte) bool {
	kind := lower(c)
	if kind != 'd' && kind != 'w' && kind != 's' || !isLetter(c) {
		return false
	}
	for i := 0; i < 256; i++ {
		b := byte(i)
		in := b >= '0' && b <= '9'
		if kind == 'w' {
			in = isLetter(b) || b == '_'
		} else if kind == 's' {
			in = b == ' ' || b >= '\t' && b <= '\r' && b != '\v'
		}
		if in == (c == kind) {
			addByte(set, b)
		}
	}
	return true
}

//go:norace
func addByte(set int, b byte) { machine.sets[set][b>>5] |= 1 << (b & 31) }

// compileSet compiles a class, of which [ has been read.
//
//go:norace
func compileSet() {
	m := &machine
	set := newSet()
	not := m.pos < len(m.src) && m.src[m.pos] == '^'
	if not {
		m.pos++
	}
	for first := true; !m.bad; first = false {
		if m.pos >= len(m.src) {
			m.bad = true
			return
		}
		c := m.src[m.pos]
		m.pos++
		if c == ']' && !first {
			break
		}
		if c == '[' && m.pos < len(m.src) && m.src[m.pos] == ':' || c >= 0x80 {
			m.bad = true
			return
		}
		if c == '\\' && m.pos < len(m.src) {
			c = m.src[m.pos]
			m.pos++
			if addClass(set, c) {
				continue
			}
			m.bad = isLetter(c)
		}
		to := c
		if m.pos+1 < len(m.src) && m.src[m.pos] == '-' && m.src[m.pos+1] != ']' {
			to = m.src[m.pos+1]
			m.pos += 2
			m.bad = m.bad || to < c || to == '\\' || to >= 0x80
		}
		for b := int(c); b <= int(to); b++ {
			addByte(set, byte(b))
		}
	}
	if not {
		for i := range m.sets[set] {
			m.sets[set][i] = ^m.sets[set][i]
		}
	}
	emit(opSet, set, 0)
}
