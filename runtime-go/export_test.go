package rt

// What the tests of package rt_test need from inside this package.

// Sanitized says that a sanitizer is on.
const Sanitized = sanitized

// SizeOf is how GOTRACE_MAX_SIZE is read.
func SizeOf(s string) uint64 { return sizeOf(s) }

// DropTokens makes the recorder do without its token region.
func DropTokens() { rec.tokens = nil }

// Matches and IsPattern are how function names are selected.
func Matches(pattern, name string) bool { return matches(pattern, name) }
func IsPattern(pattern string) bool     { return isPattern(pattern) }

// DurationOf is how GOTRACE_RECORD_MIN is read.
func DurationOf(s string) uint64 { return durationOf(s) }

// Ticks reads the trace's clock.
func Ticks() uint64 { return ticks() }

// IsAbout reports whether a condition is about the function of this name.
func IsAbout(condition, name string) bool {
	t, ok := triggerIn(condition)
	return ok && t.isAbout(name)
}

// DumpOn is what a signal does.
func DumpOn(i uint32) { dumpOn(i) }

// DumpSignals is which signals there are.
func DumpSignals() uint32 { return dumpSignals() }

// BeginSnapshot and EndSnapshot make it seem that a snapshot is being written.
func BeginSnapshot() { store32(&snapshots.busy, 1) }
func EndSnapshot()   { store32(&snapshots.busy, 0) }

// BuildName and BinaryName are how the build of a program is named.
func BuildName(info string) string  { return buildName(info) }
func BinaryName(head []byte) string { return binaryName(head) }

// HaveStates makes it seem that a flight recorder runs, for which nobody waits long.
// AppendStates appends a trace of these pieces to the snapshot that waits for one.
func HaveStates() {
	states.kind, states.wake, statesPatience = statesOn, func() {}, 1e6
}

func AppendStates(pieces ...[]byte) bool {
	a, ok := takeStates()
	for _, p := range pieces {
		ok = ok && a.append(p)
	}
	return a.end(ok)
}
