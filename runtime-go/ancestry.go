package rt

// Parents of goroutines that run no traced code. A traced goroutine records the
// goid of its parent, but an untraced parent is not in the trace, and once it
// has ended its g may hold another goroutine. So parent records for untraced
// goroutines are written while they live: whenever a goroutine begins that may
// descend from one, and at the first call of each function. With few
// goroutines all of them are recorded, otherwise only one chain of ancestors.

import "unsafe"

const (
	kinKnown  = 4096    // size of kin.known
	kinTraced = 64      // size of kin.traced
	kinFew    = 512     // up to this many g, all are scanned each time
	kinEarned = 2048    // g that may be scanned for each goroutine that begins
	kinCredit = 4 << 20 // g that may be scanned at the start, and at most: bounds the cost with very many goroutines
	kinBatch  = 16
	kinChain  = 16 // ancestors followed when there are more than kinFew g
)

var kin struct {
	// known caches goids that are traced or whose parents are recorded, indexed
	// by goid modulo its size. A goid that was evicted is recorded again.
	known [kinKnown]uint64
	// traced caches the goids at which searches ended. It is separate because
	// these few goroutines start all the others and must not be evicted by them.
	traced [kinTraced]uint64
	credit int64 // g that may still be scanned
}

//go:norace
func isKin(goid uint64) bool {
	return kin.known[goid%kinKnown] == goid || kin.traced[goid%kinTraced] == goid
}

//go:norace
func addKin(goid uint64) { kin.known[goid%kinKnown] = goid }

// relate writes to s the parents of all goroutines or, if there are more than
// kinFew, of goid and its ancestors. goid 0 stands for no goroutine.
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

// kinship is a goroutine, the g it runs on, and its parent.
type kinship struct {
	g            uintptr
	goid, parent uint64
}

// lookFor writes to s the parent of goid and returns it. It returns 0 if goid
// is traced or not found, or has no parent. The search goes backwards because
// new g are at the end of the list.
//
//go:norace
//go:nocheckptr
func lookFor(s *slot, list unsafe.Pointer, n uintptr, goid uint64) uint64 {
	addKin(goid) // even if it is not found: it never will be
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

// lookAtAll writes to s the parents of all untraced goroutines of a list.
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

// writeKin writes to s the first m of found. A g may be passing to another
// goroutine, whose parent is stored before its goid, so each entry is read a
// second time, some time after the first; entries that changed are left for a
// later call.
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
