package rt_test

// Rings: traces of which only the last stretch is left.

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"

	rt "gotrace.internal/rt"
)

// Seven functions, called one after another, so that a missing call shows.
var cycle = [7]func(){cycle0, cycle1, cycle2, cycle3, cycle4, cycle5, cycle6}

func cycle0() { defer rt.Enter(&v[30])() }
func cycle1() { defer rt.Enter(&v[31])() }
func cycle2() { defer rt.Enter(&v[32])() }
func cycle3() { defer rt.Enter(&v[33])() }
func cycle4() { defer rt.Enter(&v[34])() }
func cycle5() { defer rt.Enter(&v[35])() }
func cycle6() { defer rt.Enter(&v[36])() }

func turning(calls int) {
	defer rt.Enter(&v[37])()
	for i := 0; i < calls; i++ {
		cycle[i%7]()
	}
}

func sleeping(depth int, ready *sync.WaitGroup, until chan bool) {
	defer rt.Enter(&v[38])()
	if depth > 0 {
		sleeping(depth-1, ready, until)
		return
	}
	ready.Done()
	<-until
	leaf()
}

const sleepers = 20

var _ = scenario("ring", func() {
	defer rt.Enter(&v[39])()
	calls, _ := strconv.Atoi(os.Getenv("CALLS"))
	var ready, done, slept sync.WaitGroup
	until := make(chan bool)
	for i := 0; i < sleepers; i++ {
		ready.Add(1)
		slept.Add(1)
		rt.Spawn(&v[40])
		go func(i int) { sleeping(i, &ready, until); slept.Done() }(i)
		rt.Spawned()
	}
	ready.Wait()
	for i := 0; i < 3; i++ {
		done.Add(1)
		rt.Spawn(&v[41])
		go func() { turning(calls); done.Done() }()
		rt.Spawned()
	}
	done.Wait()
	if os.Getenv("WAKE") != "" {
		close(until)
		slept.Wait()
	}
})

// cycles returns which function of the cycle an id is.
func (tr *trace) cycles() map[uint32]int {
	m := map[uint32]int{}
	for id, def := range tr.defs {
		var which int
		if _, err := fmt.Sscanf(def.name, "gotrace.internal/rt_test.cycle%d", &which); err == nil {
			m[id] = which
		}
	}
	return m
}

// inOrder checks that the calls within a goroutine's turning follow one another and
// returns their number.
func inOrder(t *testing.T, tr *trace, g *gor) int {
	t.Helper()
	n, before := 0, -1
	cycles := tr.cycles()
	depth := 0
	for _, e := range g.ev {
		if e.kind == "spawn" {
			continue
		}
		if e.kind != "enter" {
			if depth--; depth < 0 {
				t.Fatalf("goroutine %d: %s at %d without an open frame", g.goid, e.kind, e.off)
			}
			continue
		}
		depth++
		which, ok := cycles[e.id]
		if !ok {
			continue
		}
		if before >= 0 && (which-before+7)%7 != 1 {
			t.Fatalf("goroutine %d, %d calls: function %d comes after %d", g.goid, n, which, before)
		}
		before = which
		n++
	}
	return n
}

func calls(t *testing.T) int {
	if portable || raceEnabled {
		return 20000
	}
	return 400000
}

// A reader that marks the chunks of its own process as it would those of another one.
var _ = scenario("followed", func() {
	defer rt.Enter(&v[39])()
	leaf()
	paths, _ := filepath.Glob(fmt.Sprintf("%s/%d-*.gotrace", os.Getenv("GOTRACE_OUT"), os.Getpid()))
	f, err := os.OpenFile(paths[0], os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	le := binary.LittleEndian
	read, most, events := 0, int64(0), 0
	next := map[uint32]uint32{}
	for round := 0; round < 40; round++ {
		turning(20000)
		info, _ := f.Stat()
		if info.Size() > most {
			most = info.Size()
		}
		b := make([]byte, info.Size())
		f.ReadAt(b, 0)
		for off := uint64(4096); off < le.Uint64(b[16:]); {
			kind, size := le.Uint16(b[off+2:]), uint64(le.Uint32(b[off+4:]))
			if size == 0 {
				break
			}
			slot, seq := le.Uint32(b[off+8:]), le.Uint32(b[off+12:])
			if kind == 6 && le.Uint64(b[off+32:]) != 0 && le.Uint32(b[off+44:]) == 0 {
				if le.Uint32(b[off+40:]) != 0 {
					panic("a snapshot")
				}
				f.WriteAt([]byte{1}, int64(off+44))
				read++
				if seq+1 > next[slot] {
					next[slot] = seq + 1
				}
				events += int(size)
			}
			off += size
		}
	}
	fmt.Println("read", read)
	fmt.Println("next", next[0])
	fmt.Println("most", most)
	fmt.Println("bytes", events)
})

func TestFollowed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a file that two may write to")
	}
	r := runs(t, "followed", "GOTRACE_FOLLOW=256KiB")
	n := numbers(r.out)
	if n["read"] != n["next"] || n["read"] < 50 || n["bytes"] < 4*20000*40 || n["most"] > 1<<20 {
		t.Errorf("%v", n)
	}
	b, err := os.ReadFile(r.files[0])
	if err != nil {
		t.Fatal(err)
	}
	control := b[binary.LittleEndian.Uint64(b[2056:]):]
	if from, reused := binary.LittleEndian.Uint64(control[80:]), binary.LittleEndian.Uint64(control[88:]); from != 0 || reused == 0 {
		t.Errorf("from %d, %d bytes reused", from, reused)
	}
	// Nobody reads: nothing is lost.
	tr, _ := traced(t, "ring", "GOTRACE_FOLLOW=64KiB", "CALLS=20000")
	turned := 0
	for _, g := range tr.gs {
		turned += inOrder(t, tr, g)
	}
	if turned != 3*20000 || tr.stop != 0 {
		t.Errorf("%d calls", turned)
	}
}

func TestRing(t *testing.T) {
	for _, ring := range []string{"128KiB", "1MiB", "64MiB"} {
		for _, wake := range []string{"", "1"} {
			n := calls(t)
			tr, _ := traced(t, "ring", "GOTRACE_RING="+ring, "WAKE="+wake, "CALLS="+strconv.Itoa(n))
			size := int(rt.SizeOf(ring))
			if tr.stop != 0 || !tr.isRing || len(tr.b) > size+size/2+64<<10 {
				t.Errorf("%s: stop %d, ring %v, file of %d", ring, tr.stop, tr.isRing, len(tr.b))
			}
			from := binary.LittleEndian.Uint64(tr.control[80:])
			turned, asleep, whole := 0, 0, true
			for _, g := range tr.gs {
				turned += inOrder(t, tr, g)
				frames := 0
				for _, e := range g.ev {
					if e.kind != "enter" {
						break
					}
					if tr.name(e.id) == "gotrace.internal/rt_test.sleeping" {
						frames++
					}
				}
				asleep += frames
				if g.resumed && len(g.ev) > 0 && tr.name(g.ev[0].id) == "gotrace.internal/rt_test.turning" {
					whole = false
					if g.parent != 1 || g.begun == 0 || g.goSite.kind != 1 {
						t.Errorf("parent %d, begun %d, go statement %v", g.parent, g.begun, g.goSite)
					}
				}
			}
			if asleep != sleepers*(sleepers+1)/2 {
				t.Errorf("%s: %d frames of sleeping goroutines", ring, asleep)
			}
			if size > 3*n*6*2 {
				if from != 0 || turned != 3*n || !whole {
					t.Errorf("%s: %d calls from %d", ring, turned, from)
				}
			} else if from == 0 || turned == 3*n || turned < size/16 {
				t.Errorf("%s: %d calls from %d", ring, turned, from)
			}
		}
	}
}
