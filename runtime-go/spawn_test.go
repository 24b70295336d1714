package rt_test

// Goroutines and the go statements that started them, and that the program's
// profiler labels stay as they are.

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	rt "gotrace.internal/rt"
)

func child(wg *sync.WaitGroup, say string) {
	defer wg.Done()
	defer rt.Enter(&v[30])()
	fmt.Println(say, goid())
}

func arg(wg *sync.WaitGroup, n int) string {
	defer rt.Enter(&v[31])()
	if n > 0 {
		wg.Add(1)
		rt.Spawn(&v[32])
		go child(wg, arg(wg, n-1))
		rt.Spawned()
	}
	return fmt.Sprint("child", n)
}

func spawnCases() {
	var wg sync.WaitGroup
	arg(&wg, 1)
	wg.Wait()
	arg(&wg, 3)
	wg.Wait()
	// Started by a goroutine that records nothing, inside a traced frame.
	func() {
		defer rt.Enter(&v[33])()
		wg.Add(2)
		rt.Spawn(&v[34])
		go func() {
			go child(&wg, "indirect")
			wg.Done()
		}()
		rt.Spawned()
		wg.Wait()
		wg.Add(1)
		time.AfterFunc(time.Millisecond, func() { child(&wg, "timer") })
		wg.Wait()
		wg.Add(1)
		go child(&wg, "unmarked")
		wg.Wait()
	}()
}

var _ = scenario("spawn", spawnCases)

func TestSpawn(t *testing.T) {
	tr, out := traced(t, "spawn")
	tr.balanced(t)
	ids := numbers(out)
	for say, id := range ids {
		g := tr.byGoid(t, id)
		want(t, say, tr.shape(g), "child()")
		if g.parent != 1 && say != "indirect" && say != "timer" {
			t.Errorf("%s: parent %d", say, g.parent)
		}
		switch {
		case say == "unmarked" || say == "timer":
			if g.ref != 0 {
				t.Errorf("%s: reference %d", say, g.ref)
			}
		default:
			p, e := tr.spawnAt(t, g.ref)
			line := tr.defs[e.id].line
			if p.goid != 1 || tr.defs[e.id].kind != 1 || line == 0 || tr.defs[e.id].name == "" {
				t.Errorf("%s: spawner %d, %+v", say, p.goid, tr.defs[e.id])
			}
		}
	}
	want(t, "parent", tr.shape(tr.byGoid(t, 1)),
		"arg(go arg()) arg(go arg(go arg(go arg()))) spawnCases.func1(go)")
	// The innermost call's go statement comes last and starts its goroutine first.
	var offs []uint64
	for _, e := range tr.byGoid(t, 1).ev {
		if e.kind == "spawn" {
			offs = append(offs, e.off/2)
		}
	}
	if a, b := tr.byGoid(t, ids["child0"]).ref, tr.byGoid(t, ids["child2"]).ref; b >= a && len(offs) > 0 {
		t.Errorf("nested spawns: child0 %d, child2 %d of %v", a, b, offs)
	}
}

// labels returns the labels the goroutine profile shows for this goroutine.
func labels() string {
	var b bytes.Buffer
	pprof.Lookup("goroutine").WriteTo(&b, 1)
	for _, block := range strings.Split(b.String(), "\n\n") {
		if strings.Contains(block, "rt_test.labels") {
			for _, line := range strings.Split(block, "\n") {
				if strings.HasPrefix(line, "# labels: ") {
					return line[len("# labels: "):]
				}
			}
		}
	}
	return "none"
}

func labelled(wg *sync.WaitGroup, say string) {
	defer wg.Done()
	defer rt.Enter(&v[35])()
	fmt.Fprintf(os.Stderr, "%s %d %s\n", say, goid(), labels())
}

func show(say string) string {
	fmt.Fprintf(os.Stderr, "%s %d %s\n", say, goid(), labels())
	return say
}

func throws() string { panic("argument") }

func spoiled(wg *sync.WaitGroup) {
	defer rt.Enter(&v[36])()
	rt.Spawn(&v[37])
	go labelled(wg, throws())
	rt.Spawned()
}

func rescued(wg *sync.WaitGroup) {
	defer rt.Enter(&v[38])()
	defer func() { recover() }()
	rt.Spawn(&v[39])
	go labelled(wg, throws())
	rt.Spawned()
}

var _ = scenario("labels", func() {
	defer rt.Enter(&v[40])()
	if os.Getenv("NOREGION") != "" {
		rt.DropTokens()
	}
	var wg sync.WaitGroup
	start := func(say string) {
		defer rt.Enter(&v[41])()
		wg.Add(1)
		rt.Spawn(&v[42])
		go labelled(&wg, show(say + "-argument")[:len(say)])
		rt.Spawned()
		wg.Wait()
		show(say + "-after")
	}
	start("plain")
	pprof.Do(context.Background(), pprof.Labels("user", "one"), func(ctx context.Context) {
		start("one")
		runtime.GC()
		pprof.Do(ctx, pprof.Labels("more", "two"), func(ctx context.Context) {
			start("two")
			if s, _ := pprof.Label(ctx, "user"); s != "one" {
				panic("label lost")
			}
			func() {
				defer func() { recover() }()
				spoiled(&wg)
			}()
			show("spoiled-after")
			rescued(&wg)
			show("rescued-after")
		})
		// Labels set while arguments are evaluated stay the program's.
		wg.Add(1)
		rt.Spawn(&v[43])
		go labelled(&wg, func() string {
			pprof.SetGoroutineLabels(pprof.WithLabels(ctx, pprof.Labels("set", "inside")))
			return "inside"
		}())
		rt.Spawned()
		wg.Wait()
		show("inside-after")
		pprof.SetGoroutineLabels(ctx)
	})
	rescued(&wg)
	show("end")
	rt.Spawn(&v[44])
	rt.Spawned()
	pprof.StartCPUProfile(&bytes.Buffer{})
	for i := 0; i < 20000; i++ {
		rt.Spawn(&v[44])
		down(5)
		rt.Spawned()
	}
	pprof.StopCPUProfile()
})

// sets parses lines "name goid labels".
func sets(text string) (labels map[string]string, ids map[string]uint64) {
	labels, ids = map[string]string{}, map[string]uint64{}
	for _, line := range strings.Split(text, "\n") {
		if f := strings.SplitN(line, " ", 3); len(f) == 3 {
			labels[f[0]] = f[2]
			ids[f[0]], _ = strconv.ParseUint(f[1], 10, 64)
		}
	}
	return labels, ids
}

func TestLabels(t *testing.T) { testLabels(t) }

func TestLabelsWithoutRegion(t *testing.T) {
	if !rt.Sanitized {
		testLabels(t, "NOREGION=1")
	}
}

func testLabels(t *testing.T, env ...string) {
	r := runs(t, "labels", env...)
	if r.code != 0 {
		t.Fatalf("code %d\n%s%s", r.code, r.out, r.errs)
	}
	tr := decode(t, r.files[0])
	tr.balanced(t)
	got, ids := sets(r.errs)
	if plain, _ := sets(runs(t, "labels", "GOTRACE_OUT=").errs); plain["one"] == "none" {
		t.Skip("this release of Go does not show the labels of the goroutine that asks")
	}
	one, two, inside := `{"user":"one"}`, `{"more":"two", "user":"one"}`, `{"set":"inside", "user":"one"}`
	for say, labels := range map[string]string{
		"plain": "none", "plain-argument": "none", "plain-after": "none",
		"one": one, "one-argument": one, "one-after": one,
		"two": two, "two-argument": two, "two-after": two,
		"spoiled-after": two, "rescued-after": two,
		"inside": inside, "inside-after": inside, "end": "none",
	} {
		if got[say] == "{}" {
			got[say] = "none"
		}
		want(t, say, got[say], labels)
	}
	for _, say := range []string{"plain", "one", "two"} {
		if rt.Sanitized && say != "plain" {
			continue // the user's labels stay as they are
		}
		p, e := tr.spawnAt(t, tr.byGoid(t, ids[say]).ref)
		if p.goid != 1 || tr.defs[e.id].kind != 1 {
			t.Errorf("%s: spawned by %d", say, p.goid)
		}
	}
}
