package rt

import "unsafe"

// Whom goroutines that untraced code starts descend from. A goroutine knows
// the number of its parent, but a parent that runs no traced code is not in
// the trace, and cannot be asked once it is dead and its g another's. So the
// parents of such goroutines are written down when anything begins that may
// descend from them, and at the first call of each function: all that are to
// be seen then, where those are few.

const (
	kinKnown  = 4096    // goroutines remembered as done, a power of two
	kinTraced = 64      // as many
	kinFew    = 512     // g that are all looked at as a matter of course
	kinEarned = 2048    // g that may be looked at for each goroutine that begins,
	kinCredit = 4 << 20 // and at first: else looking would cost a program of very many goroutines too much
	kinBatch  = 16
	kinChain  = 16 // links that are followed where not all are looked at
)

var kin struct {
	// known holds goids whose parents are written down, or that are traced, each
	// at its place; what falls on the same place is written down again.
	known [kinKnown]uint64
	// traced are those where a search ended: a few start all the others, and
	// must not make room for them.
	traced [kinTraced]uint64
	credit int64
}

//go:norace
func isKin(goid uint64) bool {
	return kin.known[goid%kinKnown] == goid || kin.traced[goid%kinTraced] == goid
}

//go:norace
func addKin(goid uint64) { kin.known[goid%kinKnown] = goid }

// relate writes down, on s, who started the goroutines that are to be seen;
// where they are many, the chain from goid up only. goid 0 is none.
//
//go:norace
func relate(s *slot, goid uint64) {
	if !haveAllgs || rec.portable {
		return
	}
	if kin.credit += kinEarned; kin.credit > kinCredit {
		kin.credit = kinCredit
	}
	for i := 0; i < kinChain; i++ {
		list, n := allgs()
		few := n <= kinFew
		if few {
			kin.credit -= int64(n)
			lookAtAll(s, list, n)
			return
		}
		if goid == 0 || isKin(goid) {
			return
		}
		goid = lookFor(s, list, n, goid)
	}
}

// kinship is a goroutine on a g, and its parent.
type kinship struct {
	g            uintptr
	goid, parent uint64
}

// lookFor writes down who started goid and returns it; 0 if unknown,
// where goid is traced, or was not found. What is new stands at the end of the
// list.
//
//go:norace
//go:nocheckptr
func lookFor(s *slot, list unsafe.Pointer, n uintptr, goid uint64) uint64 {
	addKin(goid) // also where it is not found: it will not be any more
	for i := n; i > 0 && kin.credit > 0; i-- {
		kin.credit--
		g := *(*uintptr)(add(list, (i-1)*wordSize))
		k := kinshipOf(g)
		if k.goid != goid {
			continue
		}
		if own := rec.table.find(g); own != nil && own.goid == goid {
			kin.traced[goid%kinTraced] = goid
			return 0
		}
		if again := kinshipOf(g); again != k || k.parent == 0 {
			return 0
		}
		if now, ok := ready(s, 0, lenParent); ok {
			putParent(s, now, goid, k.parent)
		}
		return k.parent
	}
	return 0
}

// lookAtAll writes down the parents of the goroutines of a list that are not
// traced.
//
//go:norace
//go:nocheckptr
func lookAtAll(s *slot, list unsafe.Pointer, n uintptr) {
	var found [kinBatch]kinship
	m := 0
	for i := uintptr(0); i < n; i++ {
		g := *(*uintptr)(add(list, i*wordSize))
		k := kinshipOf(g)
		if k.goid == 0 || isKin(k.goid) {
			continue
		}
		if own := rec.table.find(g); own != nil && own.goid == k.goid {
			addKin(k.goid)
			continue
		}
		if found[m] = k; m+1 < kinBatch && i+1 < n {
			m++
			continue
		}
		writeKin(s, &found, m+1)
		m = 0
	}
	writeKin(s, &found, m)
}

//go:norace
//go:nocheckptr
func kinshipOf(g uintptr) kinship {
	p := toPtr(g)
	goid := *(*uint64)(add(p, rec.goidOff))
	return kinship{g, goid, *(*uint64)(add(p, rec.parentOff))}
}

// writeKin writes down the first m of found. A g may just be given to another goroutine, whose parent is stored before its goid: what
// does not read the same a second time, after a while, is left for later.
//
//go:norace
//go:nocheckptr
func writeKin(s *slot, found *[kinBatch]kinship, m int) {
	for i := 0; i < m; i++ {
		k := found[i]
		if again := kinshipOf(k.g); again != k {
			continue
		}
		addKin(k.goid)
		if k.parent == 0 {
			continue
		}
		if now, ok := ready(s, 0, lenParent); ok {
			putParent(s, now, k.goid, k.parent)
		}
	}
}
