//go:build linux
// +build linux

package rt_test

// Whenever a process is killed, its ring is complete from where it says that it
// begins. The process keeps a journal of its calls in shared memory.

import (
	"encoding/binary"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	rt "gotrace.internal/rt"
)

const (
	journalWorkers = 5
	journalEntries = 1 << 19 // the latest calls of a worker
	journalBytes   = journalWorkers * (1 + journalEntries) * 8
)

// journalOf returns worker w's journal: the number of its calls so far, and when the
// latest ones were about to begin, in ticks.
func journalOf(words []uint64, w int) (count *uint64, at []uint64) {
	part := words[w*(1+journalEntries) : (w+1)*(1+journalEntries)]
	return &part[0], part[1:]
}

// The outermost function of a worker tells which one it is.
var workers = [journalWorkers]func(words []uint64){worker0, worker1, worker2, worker3, worker4}

func worker0(words []uint64) { defer rt.Enter(&v[25])(); journal(words, 0) }
func worker1(words []uint64) { defer rt.Enter(&v[26])(); journal(words, 1) }
func worker2(words []uint64) { defer rt.Enter(&v[27])(); journal(words, 2) }
func worker3(words []uint64) { defer rt.Enter(&v[28])(); journal(words, 3) }
func worker4(words []uint64) { defer rt.Enter(&v[29])(); journal(words, 4) }

// journal makes calls for ever. Worker 0 is slow, and worker 1 starts a goroutine for
// every hundredth call.
func journal(words []uint64, w int) {
	defer rt.Enter(&v[42])()
	count, at := journalOf(words, w)
	for i := 0; ; i++ {
		at[i%journalEntries] = rt.Ticks()
		atomic.StoreUint64(count, uint64(i+1))
		cycle[i%7]()
		if w == 0 {
			time.Sleep(100 * time.Microsecond)
		}
		if w == 1 && i%100 == 0 {
			done := make(chan bool)
			rt.Spawn(&v[43])
			go func() { leaf(); close(done) }()
			rt.Spawned()
			<-done
		}
	}
}

var _ = scenario("journal", func() {
	defer rt.Enter(&v[44])()
	f, err := os.OpenFile(os.Getenv("JOURNAL"), os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, journalBytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		panic(err)
	}
	words := (*[journalBytes / 8]uint64)(unsafe.Pointer(&b[0]))[:]
	leaf()
	for w := 0; w < journalWorkers; w++ {
		go workers[w](words)
	}
	select {}
})

// TestKilled kills processes at random moments: RT_KILLS of them, by default a few.
func TestKilled(t *testing.T) {
	kills := 3
	if n, err := strconv.Atoi(os.Getenv("RT_KILLS")); err == nil {
		kills = n
	}
	random := rand.New(rand.NewSource(time.Now().UnixNano()))
	turned := 0
	for i := 0; i < kills; i++ {
		ring := []string{"64KiB", "256KiB", "1MiB", "2MiB", "20ms,1MiB"}[i%5]
		after := time.Duration(random.Intn(250)) * time.Millisecond
		if killed(t, ring, after) {
			turned++
		}
		if t.Failed() {
			t.Fatalf("ring of %s, killed after %v", ring, after)
		}
	}
	t.Logf("%d of %d rings had turned", turned, kills)
}

func killed(t *testing.T, ring string, after time.Duration) (turned bool) {
	dir := t.TempDir()
	path := filepath.Join(dir, "journal")
	if err := os.WriteFile(path, make([]byte, journalBytes), 0o644); err != nil {
		t.Fatal(err)
	}
	c := again()
	c.Env = append(os.Environ(), "RT_SCENARIO=journal", "GOTRACE_OUT="+dir, "GOTRACE_RING="+ring, "JOURNAL="+path)
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	begun := func() bool {
		paths, _ := filepath.Glob(filepath.Join(dir, "*.gotrace"))
		if len(paths) == 0 {
			return false
		}
		b, err := os.ReadFile(paths[0])
		return err == nil && len(b) > 2064 && binary.LittleEndian.Uint64(b[2056:]) != 0
	}
	for !begun() {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(after)
	c.Process.Kill()
	c.Wait()
	paths, _ := filepath.Glob(filepath.Join(dir, "*.gotrace"))
	tr := decode(t, paths[0])
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	words := make([]uint64, journalBytes/8)
	for i := range words {
		words[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	from := binary.LittleEndian.Uint64(tr.control[80:])
	seen := map[int]bool{}
	for _, g := range tr.gs {
		var w int
		if len(g.ev) == 0 {
			continue
		}
		if _, err := fmt.Sscanf(tr.name(g.ev[0].id), "gotrace.internal/rt_test.worker%d", &w); err != nil {
			continue
		}
		inOrder(t, tr, g)
		if why := differs(tr, g, words, w, from); why != "" {
			t.Errorf("worker %d, goroutine %d: %s", w, g.goid, why)
		}
		seen[w] = true
	}
	for w := 0; w < journalWorkers; w++ {
		if count, _ := journalOf(words, w); *count > 1 && !seen[w] {
			t.Errorf("worker %d made %d calls and is not in the trace", w, *count)
		}
	}
	return from != 0
}

// differs says how the calls of worker w that began after `from` differ between its
// goroutine g and its journal; "" if they do not.
func differs(tr *trace, g *gor, words []uint64, w int, from uint64) string {
	var calls []uint64
	cycles := tr.cycles()
	for _, e := range g.ev {
		if _, ok := cycles[e.id]; ok && e.kind == "enter" && e.t >= from {
			calls = append(calls, e.t)
		}
	}
	count, at := journalOf(words, w)
	n := int(*count)
	first := n
	for first > 0 && first > n-journalEntries && at[(first-1)%journalEntries] >= from {
		first--
	}
	// The first call may have been journaled before `from`, the last one not begun.
	if len(calls) > 0 && (first == n || calls[0] < at[first%journalEntries]) {
		calls = calls[1:]
	}
	if missing := n - first - len(calls); missing < 0 || missing > 1 {
		return fmt.Sprintf("%d calls since %d, journal %d", len(calls), from, n-first)
	}
	for i, call := range calls {
		if call < at[(first+i)%journalEntries] || first+i+1 < n && call > at[(first+i+1)%journalEntries] {
			return fmt.Sprintf("call %d of %d is at %d", i, len(calls), call)
		}
	}
	return ""
}
