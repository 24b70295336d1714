//go:build linux
// +build linux

package rt_test

// Recording that is switched off and on, and changed otherwise, at random moments
// while the program works.

import (
	"encoding/binary"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	rt "gotrace.internal/rt"
)

// branch returns the number of its calls, also of those on other goroutines, and ends
// in all ways in which a call can end.
func branch(n int) (calls int) {
	defer rt.Enter(&v[55])()
	defer func() {
		if e := recover(); e != nil {
			calls = e.(int)
		}
	}()
	calls = 1
	for i := 0; i < n; i++ {
		calls += twig(n - 1 - i)
	}
	if n == 3 {
		panic(calls)
	}
	if n == 5 {
		c := make(chan int)
		rt.Spawn(&v[56])
		go elsewhere(2, c)
		rt.Spawned()
		calls += <-c
	}
	return calls
}

func twig(n int) int {
	defer rt.Enter(&v[57])()
	return branch(n)
}

func elsewhere(n int, c chan int) {
	defer rt.Enter(&v[58])()
	c <- branch(n)
	runtime.Goexit()
}

// changed changes settings as the gotrace command does: each on its own, and then the
// generation.
type changed struct {
	f  *os.File
	at int64
	n  uint32
}

func (c *changed) put(off int64, value interface{}) {
	b := make([]byte, 8)
	switch value := value.(type) {
	case uint32:
		b = b[:4]
		binary.LittleEndian.PutUint32(b, value)
	case uint64:
		binary.LittleEndian.PutUint64(b, value)
	case string:
		b = []byte(value)
	}
	if _, err := c.f.WriteAt(b, c.at+off); err != nil {
		panic(err)
	}
}

func (c *changed) somehow(random *rand.Rand) {
	switch random.Intn(5) {
	case 0, 1:
		c.put(32, uint32(random.Intn(2)))
	case 2:
		c.put(40, uint64(random.Intn(3)*1000))
	case 3:
		c.put(48, uint32(random.Intn(6)))
	case 4:
		text := []string{"", "-branch", "-twig$", "+elsewhere\n+branch$", "-."}[random.Intn(5)]
		c.put(128, text)
		c.put(56, uint32(len(text)))
	}
	c.n++
	c.put(36, c.n)
}

var _ = scenario("toggled", func() {
	expected := branch(7)
	paths, _ := filepath.Glob(fmt.Sprintf("%s/%d-*.gotrace", os.Getenv("GOTRACE_OUT"), os.Getpid()))
	f, err := os.OpenFile(paths[0], os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	c := changed{f: f, at: 4096}
	stop := make(chan bool)
	var done sync.WaitGroup
	for i := 0; i < 3; i++ {
		done.Add(1)
		go func() {
			defer done.Done()
			for rounds := 0; ; rounds++ {
				select {
				case <-stop:
					return
				default:
				}
				if got := branch(7); got != expected {
					panic(fmt.Sprint(got, " instead of ", expected))
				}
			}
		}()
	}
	random := rand.New(rand.NewSource(time.Now().UnixNano()))
	for i := 0; i < 100; i++ {
		c.somehow(random)
		time.Sleep(time.Duration(random.Intn(2000)) * time.Microsecond)
	}
	close(stop)
	done.Wait()
})

// TestToggled checks that no call ends that did not begin, whatever was changed, and
// that the program works as ever.
func TestToggled(t *testing.T) {
	for _, env := range []string{"GOTRACE_START=", "GOTRACE_RING=64KiB", "GOTRACE_DUMP_WHEN=/wig/.time > 1us;panic"} {
		tr, _ := traced(t, "toggled", env, "GOTRACE_DUMP_EVERY=20ms")
		for _, g := range tr.gs {
			var open []uint32
			for _, e := range g.ev {
				switch e.kind {
				case "spawn":
				case "enter", "late":
					open = append(open, e.id)
				default:
					if len(open) == 0 {
						t.Fatalf("%s: goroutine %d: %s at %d without a call", env, g.goid, e.kind, e.off)
					}
					open = open[:len(open)-1]
				}
			}
			// The process may end before a goroutine does that has sent its result.
			if len(open) > 1 || len(open) == 1 && tr.name(open[0]) != "gotrace.internal/rt_test.elsewhere" {
				var names []string
				for _, id := range open {
					names = append(names, tr.name(id))
				}
				t.Fatalf("%s: goroutine %d: calls did not end: %v", env, g.goid, names)
			}
		}
		if tr.stop != 0 || tr.dropped != 0 || tr.recorded == 0 {
			t.Errorf("%s: stop %d, %d dropped", env, tr.stop, tr.dropped)
		}
	}
}
