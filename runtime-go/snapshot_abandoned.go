package rt

// What a process that was killed leaves of the snapshot that it was writing: a file
// that nobody completes. The next process that writes to the directory removes it.

// abandonedAge is how long ago a snapshot was begun that nobody still writes, ns. Ids
// do not tell: containers that share a directory have processes of the same id.
const abandonedAge = 3600e9

// abandoned is the time before which a snapshot was begun that nobody still writes, as
// names begin with it. Who has snapshots.busy uses it.
var abandoned [len("20261129T094155.123Z")]byte

// removeAbandoned removes unfinished snapshots of processes that were killed. Call it
// with busy taken. It changes snapshots.oldPath.
//
//go:norace
func removeAbandoned(wall int64) {
	copyTime(abandoned[:], wall-abandonedAge)
	osRemoveFrom(&snapshots.oldPath, snapshotDirectory(&snapshots.oldPath), isAbandoned)
}

// isAbandoned reports whether a name is <time>-<pid>-<number>.gotrace.part, or that of
// a candidate, with an early time.
//
//go:norace
func isAbandoned(name string) bool {
	const ending, candidate = ".gotrace.part", ".gotrace.candidate.part"
	isPart := hasSuffix(name, ending) || hasSuffix(name, candidate)
	if !isPart || len(name) < len(abandoned)+len(ending) || name[len(abandoned)] != '-' {
		return false
	}
	earlier := 0
	for i, c := range abandoned {
		d := name[i]
		if isDigit := c >= '0' && c <= '9'; isDigit && (d < '0' || d > '9') || !isDigit && c != d {
			return false
		}
		if earlier == 0 {
			earlier = int(c) - int(d)
		}
	}
	return earlier > 0
}
