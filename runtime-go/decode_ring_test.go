package rt_test

// The part of the small reader that is about rings.

import (
	"encoding/binary"
	"sort"
	"testing"
)

// chunks returns the offsets of the chunks of events in the order in which they were
// opened, without those of a ring that come before a gap of their slot.
func (tr *trace) chunks(t testing.TB) []uint64 {
	le, b := binary.LittleEndian, tr.b
	var offs []uint64
	for off := uint64(4096); off < tr.used; {
		if le.Uint16(b[off:]) == 0 {
			off += 64
			continue
		}
		kind, size := le.Uint16(b[off+2:]), uint64(le.Uint32(b[off+4:]))
		if le.Uint16(b[off:]) != 0x7467 || size == 0 || size%64 != 0 || kind < 1 || kind > 8 || kind != 7 && size > 1<<20 {
			t.Fatalf("bad chunk at %d: % x", off, b[off:off+32])
		}
		switch kind {
		case 1, 6:
			offs = append(offs, off)
			tr.isRing = tr.isRing || kind == 6
		case 5:
			tr.control = b[off : off+size]
		case 8:
			tr.counts = append(tr.counts, b[off:off+size])
		}
		off += size
	}
	if !tr.isRing {
		return offs
	}
	sort.SliceStable(offs, func(i, j int) bool { return le.Uint64(b[offs[i]+16:]) < le.Uint64(b[offs[j]+16:]) })
	next := map[uint32]uint32{} // by slot: the chunk before the one after
	gone := map[uint32]bool{}
	var kept []uint64
	for i := len(offs) - 1; i >= 0; i-- {
		slot, seq := le.Uint32(b[offs[i]+8:]), le.Uint32(b[offs[i]+12:])
		after, ok := next[slot]
		if gone[slot] || ok && seq+1 != after {
			gone[slot] = true
			continue
		}
		next[slot] = seq
		kept = append([]uint64{offs[i]}, kept...)
	}
	return kept
}

// resume reads a snapshot: the goroutine with an enter for each open frame.
func (tr *trace) resume(t testing.TB, p uint64, slot, size uint32) *gor {
	le, b := binary.LittleEndian, tr.b
	if size == 0 {
		return nil
	}
	wide := func(at uint64) uint64 { return le.Uint64(b[at:]) & (1<<48 - 1) }
	if b[p] != 7|9<<3 {
		t.Fatalf("snapshot at %d begins with % x", p, b[p:p+8])
	}
	g := &gor{goid: wide(p + 6), parent: wide(p + 12), ref: wide(p + 18), slot: slot, resumed: true,
		begun: le.Uint64(b[p+32:]), goSite: tr.defs[le.Uint32(b[p+28:])]}
	frames := le.Uint32(b[p+40:])
	if uint64(size) != 48+14*uint64(frames) {
		t.Fatalf("snapshot at %d: %d frames in %d bytes", p, frames, size)
	}
	for q := p + 48; frames > 0; frames-- {
		if b[q] != 7|10<<3 {
			t.Fatalf("no frame at %d: % x", q, b[q:q+14])
		}
		g.ev = append(g.ev, event{"enter", le.Uint32(b[q+2:]), le.Uint64(b[q+6:]), q})
		q += 14
	}
	tr.gs = append(tr.gs, g)
	return g
}
