package rt_test

// Rings: traces of which only the last stretch is left.

import (
	"encoding/binary"
	"fmt"
	"os"
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
