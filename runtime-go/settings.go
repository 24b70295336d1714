package rt

// The settings of the recorder, from the environment.

const (
	envOut       = "GOTRACE_OUT="
	envMax       = "GOTRACE_MAX_SIZE="
	envRing      = "GOTRACE_RING="
	envFollow    = "GOTRACE_FOLLOW="
	envStart     = "GOTRACE_START="
	envMinimum   = "GOTRACE_RECORD_MIN="
	envDepth     = "GOTRACE_RECORD_DEPTH="
	envWhen      = "GOTRACE_DUMP_WHEN="
	envEvery     = "GOTRACE_DUMP_EVERY="
	envKeep      = "GOTRACE_DUMP_KEEP="
	envMost      = "GOTRACE_DUMP_SIZE="
	envDumps     = "GOTRACE_DUMP_DIR="
	envJudged    = "GOTRACE_DUMP_CANDIDATES="
	envText      = "GOTRACE_RECORD="
	limitDefault = 2 << 30
	limitLeast   = 16 << 10
	ringLeast    = 64 << 10
	ringDefault  = 64 << 20 // where there are triggers
)

// settingsOf is what the environment says. Sizes are in bytes, times in ns.
type settingsOf struct {
	dir       string
	max       uint64
	follow    bool // the gotrace command reads along, and gives back
	mode      uint32
	ringBytes uint64
	ringAge   uint64
	paused    bool
	minimum   uint64
	depth     uint64
	text      string
	// Triggers; where snapshots go, "" for snapshots/ in dir; and the least time between
	// them, their number and their bytes.
	when  string
	dumps string
	every uint64
	keep  uint32
	most  uint64
	// The gotrace command removes those whose condition did not hold.
	judged bool
}

// settings reads gotrace's variables from the environment that the process was
// started with: variables that the program sets itself are not meant for us, and
// package syscall would make its one copy of the environment now, earlier than
// in the untraced program.
//
//go:norace
func settings() (s settingsOf) {
	s.every, s.keep = everyDefault, keepDefault
	for _, v := range runtimeEnvs() {
		switch {
		case !hasPrefix(v, "GOTRACE_"):
		case hasPrefix(v, envOut):
			s.dir = v[len(envOut):]
		case hasPrefix(v, envMax):
			if n := sizeOf(v[len(envMax):]); n > 0 {
				s.max = n
			}
		case hasPrefix(v, envRing):
			s.mode, s.ringBytes, s.ringAge = ringOf(v[len(envRing):])
		case hasPrefix(v, envFollow):
			s.follow = v[len(envFollow):] == "1"
		case hasPrefix(v, envStart):
			s.paused = v[len(envStart):] == "paused"
		case hasPrefix(v, envMinimum):
			s.minimum = durationOf(v[len(envMinimum):])
		case hasPrefix(v, envDepth):
			s.depth = sizeOf(v[len(envDepth):])
		case hasPrefix(v, envWhen):
			s.when = v[len(envWhen):]
		case hasPrefix(v, envEvery):
			s.every = durationOf(v[len(envEvery):])
		case hasPrefix(v, envKeep):
			if n := sizeOf(v[len(envKeep):]); n > 0 {
				s.keep = uint32(n)
			}
		case hasPrefix(v, envMost):
			s.most = sizeOf(v[len(envMost):])
		case hasPrefix(v, envDumps):
			s.dumps = v[len(envDumps):]
		case hasPrefix(v, envJudged):
			s.judged = v[len(envJudged):] == "1"
		case hasPrefix(v, envText):
			s.text = v[len(envText):]
		}
	}
	if s.when != "" && s.mode == modePlain {
		s.mode, s.ringBytes = modeRing, ringDefault
	}
	if s.max == 0 {
		// Room for a ring, and for what is written during a snapshot.
		s.max = limitDefault
		if s.mode != modePlain && s.max < 2*s.ringBytes+spareLeast {
			s.max = 2*s.ringBytes + spareLeast
		}
	}
	if s.max < limitLeast {
		s.max = limitLeast
	}
	s.max &^= 4095
	return s
}

// ringOf reads GOTRACE_RING: a size, an age, or both with a comma between them.
// An age alone has no size: the limit of the file bounds it.
//
//go:norace
func ringOf(text string) (mode uint32, bytes, age uint64) {
	for text != "" {
		end := 0
		for end < len(text) && text[end] != ',' {
			end++
		}
		part := text[:end]
		if text = text[end:]; text != "" {
			text = text[1:]
		}
		if n := durationOf(part); n > 0 {
			age = n
		} else if n := sizeOf(part); n > 0 {
			bytes = n
		}
	}
	if bytes == 0 && age == 0 {
		return modePlain, 0, 0
	}
	if bytes != 0 && bytes < ringLeast {
		bytes = ringLeast
	}
	return modeRing, bytes, age
}

// number reads a decimal number at the beginning of s: whole plus part/scale. It
// returns the rest of s; ok is false without a number.
//
//go:norace
func number(s string) (whole, part, scale uint64, rest string, ok bool) {
	const most = 1 << 50
	i := 0
	for ; i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.' && scale == 0 && i > 0); i++ {
		switch digit := uint64(s[i] - '0'); {
		case s[i] == '.':
			scale = 1
		case scale == 0 && whole < most:
			whole = whole*10 + digit
		case scale > 0 && scale < 1000000:
			part, scale = part*10+digit, scale*10
		}
	}
	return whole, part, scale, s[i:], i > 0 && scale != 1
}

// sizeOf reads a size as the flag --max-trace-size does: 1000000, 512MiB, 1.5g,
// in units of 1024. It is 0 for any other text.
//
//go:norace
func sizeOf(s string) uint64 {
	const most = 1 << 50
	whole, part, scale, s, ok := number(s)
	if !ok {
		return 0
	}
	for len(s) > 0 && s[0] == ' ' {
		s = s[1:]
	}
	shift := uint(0)
	for j, unit := range "kmgt" {
		if len(s) > 0 && lower(s[0]) == byte(unit) {
			shift = 10 * uint(j+1)
			s = s[1:]
			break
		}
	}
	if len(s) > 1 && lower(s[0]) == 'i' && lower(s[1]) == 'b' {
		s = s[2:]
	} else if len(s) > 0 && lower(s[0]) == 'b' {
		s = s[1:]
	}
	if len(s) > 0 {
		return 0
	}
	if whole >= most>>shift {
		return most
	}
	n := whole << shift
	if scale > 1 {
		n += part << shift / scale
	}
	return n
}

// durationOf reads a duration with one unit, such as 10us, 1.5ms or 30s, in
// nanoseconds. It is 0 for any other text.
//
//go:norace
func durationOf(s string) uint64 {
	whole, part, scale, unit, ok := number(s)
	if !ok {
		return 0
	}
	each := uint64(0)
	switch unit {
	case "ns":
		each = 1
	case "us", "µs", "μs":
		each = 1e3
	case "ms":
		each = 1e6
	case "s":
		each = 1e9
	case "m":
		each = 60e9
	case "h":
		each = 3600e9
	}
	if each == 0 || whole > 1<<62/each {
		return 0
	}
	n := whole * each
	if scale > 1 {
		n += part * each / scale
	}
	return n
}

//go:norace
func lower(c byte) byte { return c | 0x20 }
