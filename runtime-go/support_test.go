package rt_test

// Tests that trace run a scenario: a function in its own process, which is this
// test binary again with RT_SCENARIO set. Scenarios are instrumented by hand,
// just as gotrace would.

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	rt "gotrace.internal/rt"
)

var scenarios = map[string]func(){}

func scenario(name string, f func()) bool {
	scenarios[name] = f
	return true
}

func TestMain(m *testing.M) {
	if name := os.Getenv("RT_SCENARIO"); name != "" {
		scenarios[name]()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

type result struct {
	out, errs string
	code      int
	dir       string
	files     []string
}

// again returns a command that runs this test binary, under the emulator that
// RT_EMULATOR names if there is one.
func again() *exec.Cmd {
	if emulator := os.Getenv("RT_EMULATOR"); emulator != "" {
		return exec.Command(emulator, os.Args[0])
	}
	return exec.Command(os.Args[0])
}

// runs starts a scenario. env entries override the environment; a value of
// GOTRACE_OUT there replaces the new directory.
func runs(t testing.TB, name string, env ...string) result {
	t.Helper()
	dir := t.TempDir()
	c := again()
	c.Env = append(append(os.Environ(), "RT_SCENARIO="+name, "GOTRACE_OUT="+dir, "GORACE=atexit_sleep_ms=0"), env...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(50*time.Second, func() { c.Process.Kill() })
	c.Wait()
	if !timer.Stop() {
		t.Fatalf("%s: timeout\n%s", name, errs.String())
	}
	r := result{out.String(), errs.String(), c.ProcessState.ExitCode(), dir, nil}
	r.files, _ = filepath.Glob(filepath.Join(dir, "*.gotrace"))
	return r
}

// traced runs a scenario that must exit with 0 and leave one trace.
func traced(t testing.TB, name string, env ...string) (*trace, string) {
	t.Helper()
	r := runs(t, name, env...)
	if r.code != 0 || len(r.files) != 1 {
		t.Fatalf("%s: code %d, %d traces\n%s%s", name, r.code, len(r.files), r.out, r.errs)
	}
	return decode(t, r.files[0]), r.out
}

// goid is the current goroutine's id as runtime.Stack prints it.
func goid() uint64 {
	var b [64]byte
	n := runtime.Stack(b[:], false)
	id, _ := strconv.ParseUint(strings.Fields(string(b[:n]))[1], 10, 64)
	return id
}

// numbers parses lines "name value".
func numbers(out string) map[string]uint64 {
	m := map[string]uint64{}
	for _, line := range strings.Split(out, "\n") {
		if f := strings.Fields(line); len(f) == 2 {
			m[f[0]], _ = strconv.ParseUint(f[1], 10, 64)
		}
	}
	return m
}

func want(t testing.TB, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

var v [64]uint32

func leaf() { defer rt.Enter(&v[0])() }
