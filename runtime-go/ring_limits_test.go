//go:build linux
// +build linux

package rt_test

// Rings that cannot have what they ask for.

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	rt "gotrace.internal/rt"
)

// TestRingAge checks that the size of a ring wins over its age.
func TestRingAge(t *testing.T) {
	tr, _ := traced(t, "ring", "GOTRACE_RING=20ms,256KiB", "CALLS="+strconv.Itoa(calls(t)))
	if from := binary.LittleEndian.Uint64(tr.control[80:]); tr.stop != 0 || from == 0 || tr.used > 256<<10+64<<10 {
		t.Errorf("stop %d, from %d, %d bytes", tr.stop, from, tr.used)
	}
}

const lateFunctions = 300

var late [lateFunctions]uint32

// lately is a new function for the recorder with each site.
func lately(site *uint32) { defer rt.Enter(site)() }

const narrowBytes = 200 << 10

// The file may not become larger than narrowBytes.
var _ = scenario("narrow", func() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGXFSZ)
	leaf()
	if os.Getenv("HALT") != "" {
		turning(10000)
		paths, _ := filepath.Glob(fmt.Sprintf("%s/%d-*.gotrace", os.Getenv("GOTRACE_OUT"), os.Getpid()))
		f, err := os.OpenFile(paths[0], os.O_RDWR, 0)
		if err != nil {
			panic(err)
		}
		f.WriteAt([]byte{1}, 108)
	} else if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: narrowBytes, Max: narrowBytes}); err != nil {
		panic(err)
	}
	calls, _ := strconv.Atoi(os.Getenv("CALLS"))
	var done sync.WaitGroup
	for i := 0; i < 2; i++ {
		done.Add(1)
		go func() { turning(calls); done.Done() }()
	}
	done.Wait()
	for i := range late {
		lately(&late[i])
	}
	select {
	case <-c:
		os.Exit(1)
	default:
	}
})

// TestRingNarrow checks that a ring goes on where its file cannot grow.
func TestRingNarrow(t *testing.T) {
	for _, env := range []string{"", "HALT=1"} {
		tr, _ := traced(t, "narrow", "GOTRACE_RING=4MiB", "CALLS="+strconv.Itoa(calls(t)), env)
		from := binary.LittleEndian.Uint64(tr.control[80:])
		if tr.stop != 0 || from == 0 || tr.dropped != 0 || tr.used > narrowBytes {
			t.Errorf("%s: stop %d, from %d, %d dropped, %d bytes", env, tr.stop, from, tr.dropped, tr.used)
		}
		for _, g := range tr.gs {
			inOrder(t, tr, g)
		}
		names := 0
		for _, d := range tr.defs {
			if d.name == "gotrace.internal/rt_test.lately" {
				names++
			}
		}
		if names != lateFunctions {
			t.Errorf("%s: %d late functions", env, names)
		}
	}
}

// Many goroutines find at the same time that there is no room left.
var _ = scenario("crowd", func() {
	leaf()
	var done sync.WaitGroup
	ready := make(chan bool)
	for i := 0; i < 200; i++ {
		done.Add(1)
		go func() {
			<-ready
			for j := 0; j < 50; j++ {
				leaf()
			}
			done.Done()
		}()
	}
	close(ready)
	done.Wait()
})

func TestRingCrowd(t *testing.T) {
	for i := 0; i < 3; i++ {
		for _, limit := range []string{"16KiB", "20KiB"} {
			tr, _ := traced(t, "crowd", "GOTRACE_RING=64KiB", "GOTRACE_MAX_SIZE="+limit)
			if tr.stop != 1 || tr.recorded+int(tr.dropped) > 2*(200*50+1) {
				t.Errorf("stop %d, %d events and %d dropped", tr.stop, tr.recorded, tr.dropped)
			}
		}
	}
}

// Very many goroutines sleep while one works.
var _ = scenario("sleepers", func() {
	n, _ := strconv.Atoi(os.Getenv("SLEEPERS"))
	calls, _ := strconv.Atoi(os.Getenv("CALLS"))
	var ready sync.WaitGroup
	until := make(chan bool)
	for i := 0; i < n; i++ {
		ready.Add(1)
		go sleeping(3, &ready, until)
	}
	ready.Wait()
	began := time.Now()
	turning(calls)
	fmt.Println("ns", time.Since(began).Nanoseconds()/int64(calls+1))
})

// TestRingSleepers checks that goroutines that sleep, however many, keep their frames
// and leave large chunks to the one that works.
func TestRingSleepers(t *testing.T) {
	n := 5000
	tr, _ := traced(t, "sleepers", "GOTRACE_RING=1MiB", "SLEEPERS="+strconv.Itoa(n), "CALLS="+strconv.Itoa(2*calls(t)))
	asleep := 0
	for _, g := range tr.gs {
		if inOrder(t, tr, g) == 0 && len(g.ev) == 4 {
			asleep++
		}
	}
	largest := uint32(0)
	for _, off := range tr.chunks(t) {
		if size := binary.LittleEndian.Uint32(tr.b[off+4:]); size > largest {
			largest = size
		}
	}
	if asleep != n || tr.stop != 0 || tr.used > 6<<20 || largest < 4<<10 {
		t.Errorf("%d asleep, stop %d, %d bytes, chunks of up to %d", asleep, tr.stop, tr.used, largest)
	}
}
