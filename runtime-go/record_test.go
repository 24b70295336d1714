package rt_test

// Recording less: pauses, functions that are off, short calls, the limit of depth.

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	rt "gotrace.internal/rt"
)

// told changes the control chunk as the gotrace command does, in another process.
func told(change func(control []byte)) {
	paths, _ := filepath.Glob(fmt.Sprintf("%s/%d-*.gotrace", os.Getenv("GOTRACE_OUT"), os.Getpid()))
	f, err := os.OpenFile(paths[0], os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	var word [8]byte
	f.ReadAt(word[:], 2056)
	at := int64(binary.LittleEndian.Uint64(word[:]))
	b := make([]byte, 1024)
	f.ReadAt(b, at)
	change(b)
	f.WriteAt(b[40:768], at+40)
	f.WriteAt(b[32:36], at+32)
	f.WriteAt([]byte{b[36] + 1}, at+36)
}

// taken calls f until the change is in force: slow paths look for it.
func taken(f func()) {
	f()
	time.Sleep(300 * time.Millisecond)
	f()
}

func gate(to byte) func([]byte) { return func(b []byte) { b[32] = to } }

func selecting(text string) func([]byte) {
	return func(b []byte) {
		binary.LittleEndian.PutUint32(b[56:], uint32(len(text)))
		copy(b[128:], text)
	}
}

func begin(f func()) { defer rt.Enter(&v[20])(); f() }
func during()        { defer rt.Enter(&v[21])() }
func after()         { defer rt.Enter(&v[22])() }

// first is done when recording begins.
func first() { defer rt.Enter(&v[23])() }

var _ = scenario("pause", func() {
	leaf()
	begin(func() {
		told(gate(1))
		taken(leaf)
		for i := 0; i < 1000; i++ {
			during()
			rt.Spawn(&v[24])
			done := make(chan bool)
			go func() { during(); close(done) }()
			rt.Spawned()
			<-done
		}
	})
	told(gate(0))
	after()
	after()
})

func (tr *trace) entries(kind string) map[string]int {
	m := map[string]int{}
	for _, g := range tr.gs {
		for _, e := range g.ev {
			if e.kind == kind {
				m[strings.TrimPrefix(tr.name(e.id), "gotrace.internal/rt_test.")]++
			}
		}
	}
	return m
}

func TestPause(t *testing.T) {
	tr, _ := traced(t, "pause")
	tr.balanced(t)
	entered := tr.entries("enter")
	if entered["begin"] != 1 || entered["during"] != 0 || entered["after"] != 2 {
		t.Errorf("entered %v", entered)
	}
	tr, _ = traced(t, "started", "GOTRACE_START=paused")
	if entered = tr.entries("enter"); entered["during"] != 0 || entered["first"] != 0 || entered["after"] != 1 {
		t.Errorf("entered %v", entered)
	}
}

var _ = scenario("started", func() {
	first()
	during()
	told(gate(0))
	after()
})

var _ = scenario("select", func() {
	during()
	after()
	told(selecting("-dur|leaf\n+leaf$"))
	taken(after)
	for i := 0; i < 10; i++ {
		during()
		leaf()
	}
	told(selecting(""))
	taken(after)
	during()
})

func TestSelect(t *testing.T) {
	tr, _ := traced(t, "select")
	if got := tr.entries("enter"); got["during"] != 2 || got["leaf"] != 10 || got["after"] != 5 {
		t.Errorf("entered %v", got)
	}
	tr, _ = traced(t, "begun", "GOTRACE_RECORD=+begin;+after")
	if got := tr.entries("enter"); got["during"] != 0 || got["begin"] != 1 || got["after"] != 1 {
		t.Errorf("entered %v", got)
	}
	if wrong := tr.control[112]; wrong != 0 {
		t.Errorf("line %d is wrong", wrong)
	}
	tr, _ = traced(t, "begun", "GOTRACE_RECORD=-during;-(")
	if got := tr.entries("enter"); got["during"] != 0 || got["begin"] != 1 || tr.control[112] != 2 {
		t.Errorf("entered %v, wrong %d", got, tr.control[112])
	}
}

var _ = scenario("begun", func() { begin(func() { during(); during() }); after() })

func long(f func()) { defer rt.Enter(&v[26])(); f(); time.Sleep(20 * time.Millisecond) }

func brief(n int) {
	defer rt.Enter(&v[27])()
	if n > 0 {
		brief(n - 1)
	}
}

const shortCalls = 5000

var _ = scenario("minimum", func() {
	begin(func() {
		for i := 0; i < shortCalls; i++ {
			brief(3)
		}
		brief(60)
		long(func() { brief(1) })
	})
	long(func() {
		brief(0)
		rt.Spawn(&v[28])
		done := make(chan bool)
		go func() { brief(2); long(leaf); close(done) }()
		rt.Spawned()
		<-done
	})
	panics := func() {
		defer func() { recover() }()
		func() {
			defer rt.Enter(&v[29])()
			panic(1)
		}()
	}
	panics()
})

func TestMinimum(t *testing.T) {
	tr, _ := traced(t, "minimum", "GOTRACE_RECORD_MIN=10ms")
	tr.balanced(t)
	got := tr.entries("enter")
	left := map[string]uint64{}
	for _, b := range tr.counts {
		for i := uint32(0); i < 512; i++ {
			id := binary.LittleEndian.Uint32(b[8:]) + i
			if n := binary.LittleEndian.Uint64(b[32+16*i:]); n > 0 {
				left[strings.TrimPrefix(tr.name(id), "gotrace.internal/rt_test.")] += n
			}
		}
	}
	if got["long"] != 3 || got["begin"] != 1 {
		t.Errorf("kept %v", got)
	}
	// A thread may be held up in any call, which is long then.
	if all := got["brief"] + int(left["brief"]); all != 4*shortCalls+61+2+1+3 || got["brief"] > 400 || left["long"] != 0 {
		t.Errorf("kept %v, left out %v, together %d", got, left, all)
	}
	if all := got["leaf"] + int(left["leaf"]); all != 1 {
		t.Errorf("kept %v, left out %v", got, left)
	}
	if tr.entries("panic"); tr.recorded > 2500 {
		t.Errorf("%d events", tr.recorded)
	}
}

func TestDepth(t *testing.T) {
	tr, _ := traced(t, "minimum", "GOTRACE_RECORD_DEPTH=3")
	tr.balanced(t)
	// begin > short > short; begin > long > short; long > short; short, long, leaf of a goroutine.
	if got := tr.entries("enter"); got["brief"] != 2*shortCalls+2+1+1+3 || got["long"] != 3 || got["leaf"] != 1 {
		t.Errorf("kept %v", got)
	}
}
