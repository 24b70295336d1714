package rt_test

// A small reader of traces for the tests of this package, stricter than the real
// one.

import (
	"encoding/binary"
	"os"
	"testing"
)

type event struct {
	kind string // enter late exit panic goexit deferred spawn
	id   uint32 // of deferred: panics at Enter
	t    uint64 // ticks
	off  uint64
}

type gor struct {
	goid, parent, ref uint64
	slot              uint32
	test              string
	ev                []event
	resumed           bool // begun before the trace
	begun             uint64
	goSite            def
}

type def struct {
	kind       byte
	name, file string
	line       uint32
}

type trace struct {
	path      string
	b         []byte
	used      uint64
	stop      uint32
	dropped   uint64
	defs      map[uint32]def
	parents   map[uint64]uint64 // of goroutines that are not traced
	gs        []*gor
	syncs     int
	recorded  int // enters, exits, spawns
	pid, ppid uint32
	isRing    bool
	control   []byte
	counts    [][]byte
	last      uint64 // ticks of the last event
}

func (tr *trace) name(id uint32) string { return tr.defs[id].name }

func decode(t testing.TB, path string) *trace {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	if string(b[:8]) != "gotrace\n" || le.Uint32(b[8:]) != 3 || le.Uint32(b[12:]) != 4096 {
		t.Fatalf("%s: bad header % x", path, b[:16])
	}
	tr := &trace{path: path, b: b, used: le.Uint64(b[16:]), stop: le.Uint32(b[28:]), defs: map[uint32]def{}, parents: map[uint64]uint64{},
		pid: le.Uint32(b[100:]), ppid: le.Uint32(b[104:])}
	for i := 0; i < 32; i++ {
		tr.dropped += le.Uint64(b[2048+64*i:])
	}
	if tr.used > uint64(len(b)) {
		// A process may be killed when it has reserved a chunk, and before its file has grown.
		if tr.stop == 0 && le.Uint64(b[152:]) != uint64(len(b)) {
			t.Fatalf("used %d of a file of %d", tr.used, len(b))
		}
		tr.used = uint64(len(b))
	}
	tr.readDefs(t)
	type state struct {
		g    *gor
		seq  uint32
		last uint64
		nano uint64
	}
	slots := map[uint32]*state{}
	for _, off := range tr.chunks(t) {
		kind, size := le.Uint16(b[off+2:]), uint64(le.Uint32(b[off+4:]))
		slot, seq := le.Uint32(b[off+8:]), le.Uint32(b[off+12:])
		s := slots[slot]
		resumes := false
		if s == nil {
			s = &state{}
			slots[slot] = s
			if kind == 6 && seq > 0 {
				s.seq = seq
				resumes = true
			}
		}
		if seq != s.seq {
			t.Fatalf("chunk at %d: slot %d seq %d, want %d", off, slot, seq, s.seq)
		}
		s.seq++
		pair := func(ticks, nano uint64) {
			if ticks < s.last || nano < s.nano {
				t.Fatalf("slot %d: clock pair goes back", slot)
			}
			s.last, s.nano = ticks, nano
		}
		pair(le.Uint64(b[off+16:]), le.Uint64(b[off+24:]))
		end := off + size
		if end > uint64(len(b)) {
			t.Fatalf("chunk at %d ends at %d of %d", off, end, len(b))
		}
		p := off + 32
		if kind == 6 {
			p = off + 64
			if resumes {
				s.g = tr.resume(t, p, slot, le.Uint32(b[off+40:]))
			}
			p += uint64(le.Uint32(b[off+40:]))
		}
		word := func(at uint64) uint64 {
			var w [8]byte
			copy(w[:], b[at:])
			return le.Uint64(w[:])
		}
		emit := func(kind string, id uint32, delta uint64) {
			s.last += delta
			if s.g == nil {
				t.Fatalf("%s at %d before begin", kind, p)
			}
			s.g.ev = append(s.g.ev, event{kind, id, s.last, p})
			tr.recorded++
			if s.last > tr.last {
				tr.last = s.last
			}
		}
	chunk:
		for p < end {
			w := word(p)
			n := uint64(0)
			switch w & 7 {
			case 0:
				break chunk
			case 1:
				emit("exit", 0, w>>3&(1<<13-1))
				n = 2
			case 2:
				emit("exit", 0, w>>3&(1<<29-1))
				n = 4
			case 3:
				emit("enter", uint32(w>>3&(1<<12-1)), w>>15&(1<<17-1))
				n = 4
			case 4:
				emit("enter", uint32(w>>3&(1<<20-1)), w>>23&(1<<25-1))
				n = 6
			case 5:
				emit("enter", uint32(w>>3), w>>35)
				n = 8
			case 7:
				delta := w >> 16 & (1<<32 - 1)
				switch w >> 3 & 31 {
				case 1:
					pair(word(p+2), word(p+10))
					tr.syncs++
					n = 18
				case 2, 8:
					s.last += delta
					s.g = &gor{goid: word(p+6) & (1<<48 - 1), parent: word(p+12) & (1<<48 - 1), ref: word(p+18) & (1<<48 - 1), slot: slot}
					tr.gs = append(tr.gs, s.g)
					if n = 24; w>>3&31 == 8 {
						s.g.test = tr.defs[le.Uint32(b[p+24:])].name
						n = 28
					}
				case 7:
					s.last += delta
					tr.parents[word(p+6)&(1<<48-1)] = word(p+12) & (1<<48 - 1)
					n = 18
				case 3:
					emit("spawn", le.Uint32(b[p+6:]), delta)
					n = 10
				case 11:
					emit("late", le.Uint32(b[p+6:]), delta)
					n = 10
				case 4:
					emit("panic", 0, delta)
					n = 6
				case 5:
					emit("goexit", 0, delta)
					n = 6
				case 6:
					emit("deferred", uint32(w>>8&255), delta)
					n = 6
				default:
					t.Fatalf("control record %d at %d", w>>3&31, p)
				}
			default:
				t.Fatalf("tag %d at %d", w&7, p)
			}
			p += n
		}
		if p > end {
			t.Fatalf("record beyond the chunk's end %d", end)
		}
		// A record cut short by a kill has its tail but not its tag.
		for p += 28; p < end; p++ {
			if b[p] != 0 {
				t.Fatalf("garbage at %d after the end of data", p)
			}
		}
	}
	for _, g := range tr.gs {
		for _, e := range g.ev {
			if (e.kind == "enter" || e.kind == "late" || e.kind == "spawn") && tr.defs[e.id].name == "" {
				t.Fatalf("%s at %d: id %d has no definition", e.kind, e.off, e.id)
			}
		}
	}
	return tr
}

func (tr *trace) readDefs(t testing.TB) {
	le := binary.LittleEndian
	seq, tests := uint32(0), uint32(0)
	for off := le.Uint64(tr.b[128:]); off != 0; off = le.Uint64(tr.b[off+16:]) {
		if le.Uint32(tr.b[off:]) != 0x00027467 || le.Uint32(tr.b[off+12:]) != seq {
			t.Fatalf("defs chunk at %d: % x", off, tr.b[off:off+32])
		}
		seq++
		end := off + uint64(le.Uint32(tr.b[off+4:]))
		for p := off + 32; ; {
			id := le.Uint32(tr.b[p:])
			if id == 0 {
				break
			}
			if tr.b[p+4] == 2 { // a test: its ids count down
				if tests++; id != -tests {
					t.Fatalf("name %d of a test is number %d", tests, id)
				}
			} else if id != uint32(len(tr.defs))-tests+1 {
				t.Fatalf("definition %d comes after %d", id, len(tr.defs))
			}
			n, f := uint64(le.Uint16(tr.b[p+6:])), uint64(le.Uint16(tr.b[p+8:]))
			tr.defs[id] = def{tr.b[p+4], string(tr.b[p+16 : p+16+n]), string(tr.b[p+16+n : p+16+n+f]), le.Uint32(tr.b[p+12:])}
			p += (16 + n + f + 3) &^ 3
			if p+4 > end {
				t.Fatalf("definitions run past %d", end)
			}
		}
	}
}
