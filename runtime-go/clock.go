package rt

// The trace's clock: raw processor ticks where they run at one rate, otherwise
// nanotime. Clock pairs (ticks, nanotime) let a reader convert one to the other.

// ticks reads the trace's clock.
//
//go:norace
func ticks() uint64 {
	if rec.rawTicks {
		return rawTicks()
	}
	return uint64(nanotime())
}

// clockPair reads ticks and nanotime at one moment: the ticks are the middle
// of two reads around nanotime. If the window between them is wide, because the
// thread was interrupted, it tries again.
//
//go:norace
func clockPair() (t, nano uint64) {
	if !rec.rawTicks {
		n := uint64(nanotime())
		return n, n
	}
	best := ^uint64(0)
	for try := 0; try < 5; try++ {
		a := rawTicks()
		n := uint64(nanotime())
		window := rawTicks() - a
		if window < best {
			best, t, nano = window, a+window/2, n
		}
		if best <= 2*rec.pairWindow {
			break
		}
	}
	if best < rec.pairWindow {
		rec.pairWindow = best
	}
	return t, nano
}

// headerPair stores a pair in the header, alternating between two places so
// that one of them is whole at any time. It skips pairs too close to the last
// one to improve the estimate of the clock's rate.
//
//go:norace
//go:nocheckptr
func headerPair(t, nano uint64) {
	if t <= rec.pairTicks || t-rec.pairTicks < (t-rec.startTicks)/64 || !cas32(&rec.pairLock, 0, 1) {
		return
	}
	if t > rec.pairTicks {
		at, latest := uintptr(hdrPairA), uint32(1)
		if *(*uint32)(add(hot.base, hdrLatest)) == 1 {
			at, latest = hdrPairB, 2
		}
		store64((*uint64)(add(hot.base, at)), t)
		store64((*uint64)(add(hot.base, at+8)), nano)
		store32((*uint32)(add(hot.base, hdrLatest)), latest)
		rec.pairTicks = t
	}
	store32(&rec.pairLock, 0)
}

// initClock chooses the clock: raw ticks only where they run at one rate.
//
//go:norace
func initClock() {
	verdict := osClockVerdict()
	rec.rawTicks = haveTicks && !forcePortable && verdict >= 0 && (verdict > 0 || cpuTicksSteady())
	rec.pairWindow = ^uint64(0) / 2
	for i := 0; i < 3; i++ {
		clockPair()
	}
}
