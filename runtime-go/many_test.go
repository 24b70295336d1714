//go:build linux
// +build linux

package rt_test

// Memory use with very many goroutines, alive at the same time or one after the
// other.

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	rt "gotrace.internal/rt"
)

// privateKB returns the process's private memory: anonymous resident pages.
func privateKB() uint64 {
	b, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(b), "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "RssAnon:" {
			n, _ := strconv.ParseUint(f[1], 10, 64)
			return n
		}
	}
	return 0
}

func lives(n int) {
	var ready, done sync.WaitGroup
	stop := make(chan bool)
	ready.Add(n)
	done.Add(n)
	for i := 0; i < n; i++ {
		rt.Spawn(&v[53])
		go func() {
			defer done.Done()
			defer rt.Enter(&v[54])()
			leaf()
			ready.Done()
			<-stop
		}()
		rt.Spawned()
	}
	ready.Wait()
	fmt.Println("private", privateKB())
	close(stop)
	done.Wait()
}

var _ = scenario("live", func() { lives(goroutines) })

func TestManyLive(t *testing.T) {
	tr, out := traced(t, "live")
	tr.balanced(t)
	if len(tr.gs) != goroutines+1 || tr.recorded != 5*goroutines {
		t.Errorf("%d goroutines, %d events", len(tr.gs), tr.recorded)
	}
	spawns := map[uint64]bool{}
	for _, e := range tr.byGoid(t, 1).ev {
		if e.kind == "spawn" {
			spawns[e.off/2] = true
		}
	}
	for _, g := range tr.gs {
		if g.goid != 1 && !spawns[g.ref] {
			t.Fatalf("goroutine %d: reference %d", g.goid, g.ref)
		}
		delete(spawns, g.ref)
	}
	plain := runs(t, "live", "GOTRACE_OUT=")
	more := int(numbers(out)["private"]) - int(numbers(plain.out)["private"])
	t.Logf("%d goroutines: %d KiB more private memory, %d bytes of file", goroutines, more, tr.used)
	if more > 40<<10 && !raceEnabled {
		t.Errorf("%d KiB more private memory than untraced", more)
	}
}

var _ = scenario("short", func() {
	n, _ := strconv.Atoi(os.Getenv("N"))
	var wg sync.WaitGroup
	for i := 0; i < n; i++ {
		wg.Add(1)
		rt.Spawn(&v[55])
		go func() {
			defer wg.Done()
			defer rt.Enter(&v[56])()
		}()
		rt.Spawned()
		if i%100 == 99 {
			wg.Wait()
		}
		if i == n/10 {
			fmt.Println("early", privateKB())
		}
	}
	fmt.Println("late", privateKB())
})

func TestManyShort(t *testing.T) {
	n := 10 * goroutines
	if s := os.Getenv("RT_SHORT"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	tr, out := traced(t, "short", "N="+strconv.Itoa(n))
	tr.balanced(t)
	if !portable && len(tr.gs) != n+1 || tr.recorded != 3*n {
		t.Errorf("%d goroutines, %d events", len(tr.gs), tr.recorded)
	}
	m := numbers(out)
	t.Logf("%d bytes an event, private memory %d KiB after a tenth, %d KiB at the end", tr.used/uint64(tr.recorded), m["early"], m["late"])
	if !raceEnabled && m["late"] > m["early"]+8<<10 {
		t.Error("private memory grows")
	}
}
