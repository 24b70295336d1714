package rt

// Giving back: of a trace that the gotrace command reads while the process runs, it
// keeps only what it has not read. The command puts ranges of the file into the
// control chunk, and the process makes holes of them whenever the file grows. File
// offsets stay what they are, so nothing else knows of holes.

import "unsafe"

// giveReach is the size up to which the file of a followed process may grow, holes
// included: as much address space is reserved.
const giveReach = 1 << 40

// follow reserves address space for a file that may have up to most bytes besides
// holes. It returns the size limit until something is given back, 0 if there is no room.
//
//go:norace
func follow(most uint64) uint64 {
	if !osHoles || unsafe.Sizeof(uintptr(0)) == 4 {
		return fit(most)
	}
	limit := fit(giveReach)
	rec.reach = limit
	if limit > most {
		limit = most
	}
	return limit
}

// giveBack makes holes of the ranges that the gotrace command has posted: pages of
// closed chunks that it has read. Call with the lock held.
//
//go:norace
//go:nocheckptr
func giveBack() {
	p := rec.control
	if rec.reach == 0 || p == nil {
		return
	}
	asked := load32((*uint32)(add(p, ctrGiveAsked)))
	done := *(*uint32)(add(p, ctrGiveDone))
	given := *(*uint64)(add(p, ctrGiven))
	for ; done != asked; done++ {
		entry := add(p, ctrGive+uintptr(done%giveEntries)*16)
		from, to := *(*uint64)(entry), *(*uint64)(add(entry, 8))
		if from < headerSize || from >= to || to > rec.mapped || (from|to)&4095 != 0 {
			continue
		}
		if !osHole(from, to) {
			put32(p, ctrGiveFailed, 1)
			continue
		}
		given += to - from
		if rec.limit += to - from; rec.limit > rec.reach {
			rec.limit = rec.reach
		}
	}
	store64((*uint64)(add(p, ctrGiven)), given)
	store32((*uint32)(add(p, ctrGiveDone)), done)
}
