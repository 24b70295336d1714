package rt_test

// Calls, panics, Goexit and clocks as the trace records them, and what recording
// costs the Go heap.

import (
	"fmt"
	"os"
	"reflect"
	"runtime"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	rt "gotrace.internal/rt"
)

type thing struct{}

func (*thing) method() { defer rt.Enter(&v[1])(); leaf() }
func (thing) value()   { defer rt.Enter(&v[2])() }

func tree() {
	defer rt.Enter(&v[3])()
	leaf()
	new(thing).method()
	interface{ value() }(&thing{}).value()
	func() {
		defer rt.Enter(&v[4])()
		leaf()
	}()
}

var _ = scenario("tree", tree)

func TestTree(t *testing.T) {
	tr, _ := traced(t, "tree")
	tr.balanced(t)
	if len(tr.gs) != 1 || tr.gs[0].goid != 1 || tr.gs[0].parent != 0 || tr.gs[0].ref != 0 {
		t.Fatalf("goroutines: %v", tr)
	}
	want(t, "tree", tr.shape(tr.gs[0]), "tree(leaf() (*thing).method(leaf()) thing.value() tree.func1(leaf()))")
	f := runtime.FuncForPC(reflect.ValueOf(tree).Pointer())
	file, line := f.FileLine(f.Entry())
	if d := tr.defs[1]; d.name != f.Name() || d.file != file || d.line != uint32(line) || d.kind != 0 {
		t.Errorf("definition %+v, want %s %s:%d", d, f.Name(), file, line)
	}
}

func fails(kind int) {
	defer rt.Enter(&v[5])()
	switch kind {
	case 0:
		panic("x")
	case 1:
		runtime.Goexit()
	case 2:
		var p *int
		*p = 1
	case 3:
		defer func() {
			defer rt.Enter(&v[20])()
			recover()
		}()
		panic("y")
	case 4: // a panic in a deferred call replaces the first
		defer func() {
			defer rt.Enter(&v[21])()
			panic("second")
		}()
		panic("first")
	case 5: // calls during a panic return plainly
		defer leaf()
		panic("z")
	case 6: // Goexit, whose deferred call panics and recovers
		defer func() {
			defer rt.Enter(&v[22])()
			fails(3)
		}()
		runtime.Goexit()
	case 7: // Goexit is overtaken by a panic, which is recovered: Goexit goes on
		defer func() {
			defer rt.Enter(&v[23])()
			panic("over")
		}()
		runtime.Goexit()
	case 8: // calls while four panics are open
		overlaid(4)
	}
}

func overlaid(n int) {
	defer func() {
		defer rt.Enter(&v[24])()
		if n > 1 {
			overlaid(n - 1)
		}
		leaf()
	}()
	panic(n)
}

func catch(kind int) {
	defer rt.Enter(&v[7])()
	defer func() { recover() }()
	fails(kind)
}

var _ = scenario("panics", func() {
	for k := 0; k < 9; k++ {
		done := make(chan bool)
		go func() {
			defer close(done)
			catch(k)
			leaf()
		}()
		<-done
	}
})

func TestPanics(t *testing.T) {
	tr, _ := traced(t, "panics")
	tr.balanced(t)
	expect := []string{
		"catch(fails(!panic)) leaf()",
		"catch(fails(!goexit)!goexit)",
		"catch(fails(!panic)) leaf()",
		"catch(fails(fails.func1(~1))) leaf()",
		"catch(fails(fails.func2(!panic)!panic)) leaf()",
		"catch(fails(leaf(~1)!panic)) leaf()",
		"catch(fails(fails.func3(fails(fails.func1(~2)~1)~1)!goexit)!goexit)",
		"catch(fails(fails.func4(!panic)!panic)!goexit)",
		"catch(fails(overlaid.func1(overlaid.func1(overlaid.func1(overlaid.func1(leaf(~4)~4)!panic)!panic)!panic)!panic)) leaf()",
	}
	if len(tr.gs) != len(expect) {
		t.Fatalf("%d goroutines:\n%v", len(tr.gs), tr)
	}
	// Slots come in the order of their first use, and any idle one is reused.
	sort.Slice(tr.gs, func(i, j int) bool { return tr.gs[i].ev[0].t < tr.gs[j].ev[0].t })
	for i, g := range tr.gs {
		if portable { // portable mode does not know the number of panics at Enter
			expect[i] = strings.NewReplacer("~1", "", "~2", "", "~4", "").Replace(expect[i])
		}
		want(t, fmt.Sprint("case ", i), tr.shape(g), expect[i])
	}
}

func down(n int) int {
	defer rt.Enter(&v[8])()
	var pad [100]byte
	if n == 0 {
		return int(pad[3])
	}
	return down(n-1) + int(pad[n%100])
}

func deepPanic(n int) {
	defer rt.Enter(&v[9])()
	if n == 0 {
		panic(n)
	}
	deepPanic(n - 1)
}

var _ = scenario("deep", func() {
	down(deepest)
	func() {
		defer func() { recover() }()
		deepPanic(deepest / 2)
	}()
})

func TestDeepRecursion(t *testing.T) {
	tr, _ := traced(t, "deep")
	tr.balanced(t)
	panics := 0
	for _, e := range tr.gs[0].ev {
		if e.kind == "panic" {
			panics++
		}
	}
	if panics != deepest/2+1 || tr.recorded != 2*(deepest+1+deepest/2+1) {
		t.Errorf("%d ends by panic, %d events", panics, tr.recorded)
	}
}

var _ = scenario("clock", func() {
	for i := 0; i < 5; i++ {
		leaf()
		time.Sleep(30 * time.Millisecond)
	}
	func() {
		defer rt.Enter(&v[10])()
		time.Sleep(300 * time.Millisecond)
	}()
	leaf()
})

func TestClock(t *testing.T) {
	tr, _ := traced(t, "clock")
	tr.balanced(t)
	le := func(off int) uint64 { return uint64(get64(tr.b[off:])) }
	latest := 64 + 16*int(tr.b[96]-1)
	slope := float64(le(latest+8)-le(48)) / float64(le(latest)-le(40))
	ev := tr.gs[0].ev
	n := len(ev)
	slept := float64(ev[n-3].t-ev[n-4].t) * slope / 1e6
	if slept < 299 || slept > 400 {
		t.Errorf("slept %.3f ms", slept)
	}
	if tr.syncs < 3 {
		t.Errorf("%d clock pairs", tr.syncs)
	}
}

func get64(b []byte) (v uint64) {
	for i := 7; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	return v
}

var _ = scenario("allocs", func() {
	leaf()
	if n := testing.AllocsPerRun(100000, leaf); n != 0 {
		fmt.Println("allocations", n)
		os.Exit(3)
	}
	spawnPair := func() { rt.Spawn(&v[11]); rt.Spawned() }
	spawnPair()
	if n := testing.AllocsPerRun(10000, spawnPair); n != 0 {
		fmt.Println("spawn allocations", n)
		os.Exit(3)
	}
})

func TestAllocatesNothing(t *testing.T) {
	traced(t, "allocs")
}

const stressRounds = 4 + 36*deepest/100000

// TestStress records on several goroutines while stacks move and the collector
// runs.
var _ = scenario("stress", func() {
	stop := make(chan bool)
	go func() {
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
			}
		}
	}()
	var wg sync.WaitGroup
	for i := 0; i < 8; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := 0; j < stressRounds; j++ {
				down(200)
				wg.Add(1)
				rt.Spawn(&v[13])
				go func() {
					defer wg.Done() // runs after the exit
					defer rt.Enter(&v[12])()
					down(50)
				}()
				rt.Spawned()
			}
		}()
	}
	wg.Wait()
	close(stop)
})

func TestStress(t *testing.T) {
	for _, procs := range []string{"GOMAXPROCS=1", "GOMAXPROCS=8", "GODEBUG=clobberfree=1,gccheckmark=1"} {
		tr, _ := traced(t, "stress", procs)
		tr.balanced(t)
		if n := 8*stressRounds*(201*2+1) + 8*stressRounds*(51*2+2); tr.recorded != n {
			t.Errorf("%s: %d events, want %d", procs, tr.recorded, n)
		}
	}
}
