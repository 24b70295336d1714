package rt

// Candidates: snapshots for conditions about the states of calls, FUNC.lock > 10ms.
// The process does not know the states, but a call that waited for locks for more than
// 10ms took more than that. So a call that took as long is a reason for a snapshot.
// Where the gotrace command is there to judge it (GOTRACE_DUMP_CANDIDATES), it has
// ".candidate" at the end of its name. The command takes that off if the
// condition held for the call, or for another one that came since the candidate before,
// and removes the file if not. It counts for no limit until then. One at a time is to be
// judged, so that the cost is bounded.

const (
	// candidateEvery is the least time between two candidates, ns, unless snapshots may
	// follow one another sooner.
	candidateEvery = 1e9
	// candidateShare: a tenth of the time, at most, is spent on copying.
	candidateShare = 10
	// judgeLook is the time between looks for the verdict, judgePatience after which
	// nobody seems to be there any more, ns: then the candidate is a snapshot like others.
	judgeLook     = 10e6
	judgePatience = 60e9
)

var candidates struct {
	next    uint64 // nanotime before which there is no other, or no look for the verdict
	begun   uint64 // nanotime of the latest one
	since   uint64 // ticks: later calls are to be looked at
	after   uint32 // how many there were
	pending uint32 // number of the one that is to be judged, plus 1; 0 for none
	judged  bool   // the gotrace command is there
}

// partWords are the words for the states of calls, and for some of them together.
var partWords = [...]string{
	"running", "runnable", "lock", "wait", "channel", "select", "network", "sleep", "syscall", "gc", "other", "off-cpu",
}

// beforePart cuts the word for a state off the subject; "" without such a word.
//
//go:norace
func beforePart(subject string) string {
	for _, word := range partWords {
		if n := len(subject) - len(word) - 1; n > 0 && subject[n] == '.' && subject[n+1:] == word {
			return subject[:n]
		}
	}
	return ""
}

// isDue reports whether a limited snapshot for a call that ended at ticks `at` may be
// written now, and counts the call if not. Call it with snapshots.busy taken.
//
//go:norace
func isDue(at, now uint64, why *cause) bool {
	if isEarly(now) || settle(now) && isEarly(now) {
		addTo(ctrSkipped, 1+candidates.after)
		addTo(ctrStateCalls, -candidates.after)
		candidates.after = 0
		if at > candidates.since {
			candidates.since = at
		}
		return false
	}
	if !why.candidate {
		return true
	}
	addTo(ctrStateCalls, 1)
	candidates.after++
	return candidates.pending == 0 && now >= candidates.next
}

// settle finds out what became of the candidate that was to be judged, and reports
// whether it knows that now.
//
//go:norace
func settle(now uint64) bool {
	if candidates.pending == 0 || now < candidates.next {
		return false
	}
	number := candidates.pending - 1
	name := &snapshots.names[number%snapshotsMost]
	snapshotPath(&snapshots.oldPath, name.wall, number, true, false)
	waits := osExists(&snapshots.oldPath)
	if waits && now-candidates.begun < judgePatience {
		candidates.next = now + judgeLook
		return false
	}
	candidates.pending = 0
	snapshotPath(&snapshots.oldPath, name.wall, number, false, false)
	if (waits || osExists(&snapshots.oldPath)) && number >= snapshots.oldest {
		name.counts = true
		snapshots.left++
		snapshots.bytes += name.bytes
		store64(&snapshots.last, candidates.begun)
		removeOld()
	}
	return true
}

//go:norace
func beginCandidate(at, now uint64, why *cause) {
	if candidates.since == 0 {
		candidates.since = rec.startTicks
	}
	why.fresh = 1
	if at > candidates.since {
		why.fresh, candidates.since = at-candidates.since, at
	}
	candidates.begun, candidates.after = now, 0
}

// endCandidate is called after a candidate was written, or not.
//
//go:norace
func endCandidate(ok bool, number uint32, now uint64) {
	if ok {
		candidates.pending = number + 1
	}
	done := uint64(nanotime())
	rest := candidateShare * (done - now)
	least := uint64(candidateEvery)
	if snapshots.every < least {
		least = snapshots.every
	}
	if rest < least {
		rest = least
	}
	candidates.next = done + rest
}
