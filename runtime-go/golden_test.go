package rt

// The encoders of records against testdata/format/golden.gotrace, which the
// TypeScript reader decodes as well.

import (
	"bytes"
	"flag"
	"io/ioutil"
	"testing"
	"unsafe"
)

var update = flag.Bool("update", false, "write the golden trace")

const (
	goldenPath     = "../testdata/format/golden.gotrace"
	goldenRingPath = "../testdata/format/golden-ring.gotrace"
)

// golden builds a trace of every kind of record with the recorder's own
// encoders, in ordinary memory.
func golden() []byte {
	oldHot, oldRec := hot, rec
	defer func() { hot, rec = oldHot, oldRec }()
	memory := make([]uint64, 4096)
	hot.base = unsafe.Pointer(&memory[0])
	rec.state = stateOn
	rec.mapped, rec.limit = 32768, 2<<30
	rec.startTicks, rec.pairTicks = 1000000, 1000000
	rec.nextID, rec.defs, rec.defsPos, rec.defsEnd, rec.defsSeq = 0, nil, 0, 0, 0

	putHeader(&header{
		flags: flagRawTicks, pid: 4321, ppid: 1234,
		ticks: 1000000, nano: 500000, wall: 1700000000123456789, max: 2 << 30,
		inner: 44<<10 + 512, outer: 43<<10 + 1,
		text: [5]string{"go1.26.8", "linux/amd64", "./golden", "/home/ü/golden", "0123abcd+dirty"},
	})
	put64(hot.base, hdrGrown, rec.mapped)
	headerPair(1000100, 500050)
	headerPair(9000000, 4500000)

	putDefinition(defFunction, "main.main", "/src/main.go", 3)
	putDefinition(defFunction, "main.(*Server).Start.func1.2", "/src/server.go", 70000)
	putDefinition(defGo, "main.main", "/src/main.go", 5)
	putDefinition(defFunction, "main.größe[...]", "/src/ü b.go", 1)
	putDefinitionAs(^uint32(0), defTest, "TestGet/first_case#01", "", 0)

	a, b, c := &slot{number: 0}, &slot{number: 1}, &slot{number: 2}
	open := func(s *slot, n, ticks, nano uint64) { openChunk(s, reserve(n, true), n, ticks, nano) }
	open(a, 128, 1000200, 500100)
	putBegin(a, 1000210, 1, 0, 0, 0)
	putEnter(a, 1, 1000220)
	putEnter(a, 2, 1000220+enter4Delta-1)                  // the longest of 4 bytes
	putEnter(a, enter4ID-1, 1000220+enter4Delta-1)         // delta 0
	putExit(a, 0, 0, 1000220+enter4Delta-1+exit2Delta-1)   // the longest of 2 bytes
	putExit(a, 0, 0, 1000220+enter4Delta-1+2*exit2Delta-1) // the shortest of 4 bytes
	putSync(a, 1200000, 600000)
	ref := putSpawn(a, 3, 1200007)
	open(a, 256, 1200100, 600050)
	putEnter(a, enter4ID, 1200110)                             // the least id of 6 bytes
	putEnter(a, 1, 1200110+enter4Delta)                        // the least delta of 6 bytes
	putEnter(a, enter6ID-1, 1200110+enter4Delta+enter6Delta-1) // the longest of 6 bytes
	putEnter(a, enter6ID, 40000000)
	putEnter(a, 1<<32-1, 40000000+enter8Delta-1)
	putEnter(a, 4, 40000000+enter8Delta-1+enter6Delta)
	putExit(a, 0, 0, 40000000+enter8Delta-1+enter6Delta+exit4Delta-1)
	putExit(a, ctlPanic, 0, 40000000+enter8Delta+enter6Delta+exit4Delta)
	putExit(a, ctlDeferred, 2, 1<<33-7)
	putExit(a, ctlGoexit, 0, 1<<33)
	putSpawn(a, 0x12345, 1<<33+1)
	putSync(a, 1<<63+5, 1<<62+7)

	open(b, 128, 1200200, 600100)
	putBegin(b, 1200300, 0xfedcba987654, 1, ref/2, 0)
	putEnter(b, 2, 1200400)
	putExit(b, ctlPanic, 300, 1200500)
	putBegin(b, 1200600, 19, 0xfedcba987654, 1<<47+3, 0) // another goroutine on the same g

	add64((*uint64)(add(hot.base, hdrUsed)), 128) // allocated, never begun
	open(c, 192, 1200700, 600350)
	putBegin(c, 1200700, 20, 1, 0, ^uint32(0))
	putEnter(c, 2, 1200800)
	putLate(c, 4, 1200850)
	putLate(c, 1<<32-2, 1200850)
	putParent(c, 1200900, 0xfedcba987655, 0xabcdef012345)
	putExit(c, 0, 0, 1201000)

	put64(hot.base, hdrShards+3*shardStride, 77)
	put32(hot.base, hdrStopReason, stopLimit)
	put64(hot.base, hdrStopTicks, 1<<34)

	used := *(*uint64)(add(hot.base, hdrUsed))
	out := make([]byte, used)
	for i := range out {
		out[i] = *(*byte)(add(hot.base, uintptr(i)))
	}
	return out
}

// goldenRing builds a ring that has turned: slot 0 has lost its first chunk, slot 1
// sleeps at its first one, and a free piece is left.
func goldenRing() []byte {
	oldHot, oldRec := hot, rec
	defer func() { hot, rec = oldHot, oldRec }()
	memory := make([]uint64, 8192)
	hot.base = unsafe.Pointer(&memory[0])
	rec.state = stateOn
	rec.mapped, rec.limit = 65536, 2<<30
	rec.startTicks, rec.pairTicks, rec.rawTicks = 1000000, 1000000, false
	rec.nextID, rec.defs, rec.defsPos, rec.defsEnd, rec.defsSeq = 0, nil, 0, 0, 0
	rec.sites, rec.sitesLast, rec.counts, rec.countsEnd = nil, nil, [countsBlocks]unsafe.Pointer{}, nil
	rec.slots = 2

	putHeader(&header{
		flags: flagRawTicks, pid: 4321, ppid: 1234,
		ticks: 1000000, nano: 500000, wall: 1700000000123456789, max: 2 << 30,
		text: [5]string{"go1.26.8", "linux/amd64", "./ring", "/home/ring", ""},
	})
	put64(hot.base, hdrGrown, rec.mapped)
	headerPair(9000000, 4500000)
	openControl(&settingsOf{mode: modeRing, ringBytes: 65536, ringAge: 30e9, minimum: 10000, depth: 40, paused: true, text: "-codec;+Write$"})
	put32(rec.control, ctrDepth, 0)
	rec.depthLimit = 0
	rec.ringAge = 0
	rec.ringBytes = 9 << 10

	putDefinition(defFunction, "main.main", "/src/main.go", 3)
	putDefinition(defFunction, "main.work", "/src/main.go", 9)
	putDefinition(defGo, "main.main", "/src/main.go", 5)
	putDefinitionAs(^uint32(0), defTest, "TestRing", "", 0)
	a, b := &slot{number: 0}, &slot{number: 1}
	now := uint64(1000000)
	tick := func() uint64 { now += 100; return now }
	start := func(s *slot, goid, parent, ref uint64, test uint32) {
		ringChunk(s, lenTest, tick(), now/2)
		putBegin(s, tick(), goid, parent, ref, test)
		s.goid, s.begun, s.parent, s.ref, s.test = goid, now, parent, ref, test
		s.goSite = goSiteOf(ref * 2)
		growFrames(s)
	}
	start(a, 1, 0, 0, 0)
	putEnter(a, 1, tick())
	ref := putSpawn(a, 3, tick())
	start(b, 0xfedcba987654, 1, ref/2, ^uint32(0))
	putEnter(b, 2, tick())
	putEnter(b, 1, tick())
	for a.seq < 12 {
		if a.pos+8 > a.end {
			ringChunk(a, 8, tick(), now/2)
		}
		putEnter(a, 2, tick())
		if a.pos+8 > a.end {
			ringChunk(a, 8, tick(), now/2)
		}
		putExit(a, 0, 0, tick())
	}
	putExit(b, 0, 0, tick())
	for n := 0; n < 3; n++ {
		count(2, 77)
	}
	put64(hot.base, uintptr(b.chunk)+chkPassed, 1216601) // a time of this machine's clock

	used := *(*uint64)(add(hot.base, hdrUsed))
	out := make([]byte, used)
	for i := range out {
		out[i] = *(*byte)(add(hot.base, uintptr(i)))
	}
	return out
}

// TestGolden checks that the encoders produce the bytes that the reader's tests
// use.
func TestGolden(t *testing.T) {
	compareGolden(t, goldenPath, golden())
	compareGolden(t, goldenRingPath, goldenRing())
}

func compareGolden(t *testing.T, path string, got []byte) {
	if *update {
		if err := ioutil.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := ioutil.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		for i := range got {
			if i >= len(want) || got[i] != want[i] {
				t.Fatalf("%d bytes, want %d; first difference at %d", len(got), len(want), i)
			}
		}
		t.Fatalf("%d bytes, want %d", len(got), len(want))
	}
}
