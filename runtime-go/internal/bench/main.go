// Command bench measures what a traced call costs and prints one JSON line:
//
//	raw2_ns      two raw time-stamp reads, the floor
//	call_ns      Enter + Exit, one goroutine, above a plain call
//	ratio        call_ns / raw2_ns
//	call2_ns     the same on two goroutines at once, per call of each
//	ratio2       call2_ns / call_ns
//	untraced_ns  Enter + Exit with GOTRACE_OUT absent
//	spawn_ns     Spawn + Spawned
//	begin_ns     a goroutine of one traced call started and waited for, above
//	             the same untraced
//	bytes_event  file bytes per event of the tight loop, headers included
//	bytes_mixed  the same for a recursive program with calls of 0.1-20 µs
//	heap_bytes   heap allocated while tracing
//	paused_ns    Enter + Exit while recording is paused
//	off_ns       the same of a function that is off (GOTRACE_RECORD)
//	minimum_ns   the same of a call that is left out (GOTRACE_RECORD_MIN)
//	ring_ratio   call_ns with a ring of 64 MiB against call_ns without, alternating
//	ring_ratio2  the same on two goroutines at once
//
// Each time is processor time, the minimum of many short runs. Every run writes to
// new pages of the trace file, so page faults count. Providing memory for the
// first time slows only the first run and so does not count.
//
// Usage: bench [scratch directory]. The program runs itself with BENCH_PART set to
// what is to be measured.
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"

	rt "gotrace.internal/rt"
	_ "gotrace.internal/rt/sys"
)

var sites [8]uint32

//go:noinline
func traced() {
	defer rt.Enter(&sites[0])()
}

//go:noinline
func plain() {}

//go:noinline
func fib(n int) int {
	defer rt.Enter(&sites[2])()
	if n < 2 {
		return work(n)
	}
	return fib(n-1) + fib(n-2)
}

//go:noinline
func work(n int) int {
	defer rt.Enter(&sites[3])()
	sum := 0
	for i := 0; i < (n+1)*200; i++ {
		sum += i & 3
	}
	return sum
}

const calls = 200000

// least returns the minimum over all runs of the processor time per call, in ns;
// f makes n calls. Unlike wall time, it does not depend on other programs.
func least(runs, n int, f func(n int)) float64 {
	best := 1e18
	for i := 0; i < runs; i++ {
		t := cpuTime()
		f(n)
		if d := float64(cpuTime()-t) / float64(n); d < best {
			best = d
		}
	}
	return best
}

func onTwo(f func(n int)) func(n int) {
	return func(n int) {
		var wg sync.WaitGroup
		for i := 0; i < 2; i++ {
			wg.Add(1)
			go func() { f(n); wg.Done() }()
		}
		wg.Wait()
	}
}

func loopTraced(n int) {
	for i := 0; i < n; i++ {
		traced()
	}
}

func loopPlain(n int) {
	for i := 0; i < n; i++ {
		plain()
	}
}

func loopRaw(n int) {
	for i := 0; i < n; i++ {
		rawPair()
	}
}

func loopSpawn(n int) {
	for i := 0; i < n; i++ {
		rt.Spawn(&sites[1])
		rt.Spawned()
	}
}

func loopGo(f func()) func(n int) {
	return func(n int) {
		c := make(chan bool)
		for i := 0; i < n; i++ {
			go func() { f(); c <- true }()
			<-c
		}
	}
}

// used returns how many bytes of our trace file are in use.
func used() uint64 {
	files, _ := filepath.Glob(filepath.Join(os.Getenv("GOTRACE_OUT"), fmt.Sprint(os.Getpid())+"-*.gotrace"))
	if len(files) == 0 {
		return 0
	}
	f, err := os.Open(files[0])
	if err != nil {
		return 0
	}
	defer f.Close()
	var b [8]byte
	f.ReadAt(b[:], 16)
	return binary.LittleEndian.Uint64(b[:])
}

func main() {
	r := map[string]float64{}
	switch os.Getenv("BENCH_PART") {
	case "":
		parent()
		return
	case "call":
		r["call"] = least(40, calls, loopTraced) - least(40, calls, loopPlain)
		r["call2"] = least(40, calls, onTwo(loopTraced))/2 - least(40, calls, loopPlain)
	case "untraced":
		r["untraced_ns"] = least(40, calls, loopTraced) - least(40, calls, loopPlain)
		r["go_ns"] = least(20, 5000, loopGo(plain))
	default:
		var m0, m1 runtime.MemStats
		loopTraced(10)
		runtime.ReadMemStats(&m0)
		u0 := used()
		least(10, calls, loopTraced)
		u1 := used()
		runtime.ReadMemStats(&m1)
		r["bytes_event"] = float64(u1-u0) / (10 * calls * 2)
		r["heap_bytes"] = float64(m1.TotalAlloc - m0.TotalAlloc)
		r["raw2_ns"] = least(40, calls, loopRaw) - least(40, calls, loopPlain)
		r["call_ns"] = least(60, calls, loopTraced) - least(40, calls, loopPlain)
		r["call2_ns"] = least(60, calls, onTwo(loopTraced))/2 - least(40, calls, loopPlain)
		r["spawn_ns"] = least(20, 20000, loopSpawn)
		r["go_ns"] = least(20, 5000, loopGo(traced))
		u0 = used()
		fib(22)
		u1 = used()
		r["bytes_mixed"] = float64(u1-u0) / float64(2*(57313+28657))
	}
	json.NewEncoder(os.Stdout).Encode(r)
}

// parent runs this program again in several ways and prints all results.
func parent() {
	scratch := os.TempDir()
	if len(os.Args) > 1 {
		scratch = os.Args[1]
	}
	dir, err := os.MkdirTemp(scratch, "gotrace-bench")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer os.RemoveAll(dir)
	run := func(what string, env ...string) map[string]float64 {
		exe, _ := os.Executable()
		c := exec.Command(exe)
		c.Env = append(append(os.Environ(), "BENCH_PART="+what), env...)
		c.Stderr = os.Stderr
		b, err := c.Output()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		r := map[string]float64{}
		json.Unmarshal(b, &r)
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		for _, file := range files {
			os.Remove(file)
		}
		return r
	}
	out := "GOTRACE_OUT=" + dir
	all := run("traced", out)
	untraced := run("untraced", "GOTRACE_OUT=")
	all["untraced_ns"] = untraced["untraced_ns"]
	all["begin_ns"] = all["go_ns"] - untraced["go_ns"]
	delete(all, "go_ns")
	all["ratio"] = all["call_ns"] / all["raw2_ns"]
	all["ratio2"] = all["call2_ns"] / all["call_ns"]
	all["paused_ns"] = run("call", out, "GOTRACE_START=paused")["call"]
	all["off_ns"] = run("call", out, "GOTRACE_RECORD=-main[.]traced$")["call"]
	all["minimum_ns"] = run("call", out, "GOTRACE_RECORD_MIN=10us")["call"]
	best := map[string]float64{}
	for i := 0; i < 4; i++ {
		for name, env := range map[string]string{"plain ": "GOTRACE_RING=", "ring ": "GOTRACE_RING=64MiB"} {
			for key, ns := range run("call", out, env) {
				if least, ok := best[name+key]; !ok || ns < least {
					best[name+key] = ns
				}
			}
		}
	}
	all["ring_ratio"] = best["ring call"] / best["plain call"]
	all["ring_ratio2"] = best["ring call2"] / best["plain call2"]
	json.NewEncoder(os.Stdout).Encode(all)
}
