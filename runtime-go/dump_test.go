//go:build linux
// +build linux

package rt_test

// Snapshots at comments with a variable: the program gets their paths.

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	rt "gotrace.internal/rt"
)

// asking prints a path and the size of the file that is there now.
func asking() {
	defer rt.Enter(&v[54])()
	path := rt.DumpNow()
	size := int64(0)
	if f, err := os.Stat(path); err == nil {
		size = f.Size()
	}
	fmt.Printf("%q %d\n", path, size)
}

var _ = scenario("paths", func() {
	asking()
	os.Chdir("/")
	asking()
})

var _ = scenario("many paths", func() {
	var all sync.WaitGroup
	for i := 0; i < 4; i++ {
		all.Add(1)
		rt.Spawn(&v[55])
		go func() {
			defer all.Done()
			asking()
		}()
		rt.Spawned()
	}
	all.Wait()
})

// pathsOf runs a scenario and returns what it printed, and its snapshots.
func pathsOf(t *testing.T, name, dir string, env ...string) (printed []string, snapshots []string) {
	t.Helper()
	r := runs(t, name, append(env, "GOTRACE_DUMP_DIR="+dir)...)
	if r.code != 0 || r.errs != "" {
		t.Fatalf("code %d\n%s", r.code, r.errs)
	}
	snapshots, _ = filepath.Glob(filepath.Join(dir, "*"))
	return strings.Split(strings.TrimSpace(r.out), "\n"), snapshots
}

// sizeLine is what asking prints of a snapshot.
func sizeLine(path string) string {
	f, err := os.Stat(path)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%q %d", path, f.Size())
}

// TestDumpNow checks that each snapshot is written, however recent the latest one is,
// and that its path is absolute, though the directory is relative and the program has
// left its own. With room for one, the latest is there until the next.
func TestDumpNow(t *testing.T) {
	dir := t.TempDir()
	here, _ := os.Getwd()
	relative, err := filepath.Rel(here, dir)
	if err != nil {
		t.Fatal(err)
	}
	printed, snapshots := pathsOf(t, "paths", relative, "GOTRACE_RING=256KiB")
	if len(printed) != 2 || len(snapshots) != 2 {
		t.Fatalf("%q, %q", printed, snapshots)
	}
	for i, path := range snapshots {
		// The path has the relative directory after the one that the program began in.
		want(t, "printed", printed[i], sizeLine(here+"/"+relative+"/"+filepath.Base(path)))
		tr := decode(t, path)
		note := string(tr.b[len(tr.b)-192:])
		if !strings.Contains(note, `"trigger":"//gotrace:dump","function":1,"goroutine":1,"file":"`) || !strings.Contains(note, `dump_test.go","line":22}`) {
			t.Errorf("note %q", note)
		}
	}
	dir = t.TempDir()
	printed, snapshots = pathsOf(t, "paths", dir, "GOTRACE_RING=256KiB", "GOTRACE_DUMP_KEEP=1")
	if len(printed) != 2 || len(snapshots) != 1 || printed[1] != sizeLine(snapshots[0]) || strings.HasSuffix(printed[0], " 0") {
		t.Errorf("%q, %q", printed, snapshots)
	}
}

// TestDumpNowTogether checks that goroutines that ask at the same time get a snapshot each.
func TestDumpNowTogether(t *testing.T) {
	printed, snapshots := pathsOf(t, "many paths", t.TempDir(), "GOTRACE_RING=256KiB")
	got := map[string]bool{}
	for _, line := range printed {
		got[line] = true
	}
	if len(got) != 4 || len(snapshots) != 4 {
		t.Fatalf("%q, %q", printed, snapshots)
	}
	for _, path := range snapshots {
		if !got[sizeLine(path)] {
			t.Errorf("%s is not in %q", sizeLine(path), printed)
		}
		decode(t, path)
	}
}

// TestDumpNowWithout checks that there is no path where there is no snapshot.
func TestDumpNowWithout(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		dir string
		env []string
	}{
		{t.TempDir(), []string{}},
		{t.TempDir(), []string{"GOTRACE_RING=256KiB", "GOTRACE_OUT="}},
		{t.TempDir(), []string{"GOTRACE_RING=256KiB", "GOTRACE_START=paused"}},
		{filepath.Join(file, "below"), []string{"GOTRACE_RING=256KiB"}},
	} {
		printed, snapshots := pathsOf(t, "paths", c.dir, c.env...)
		if len(snapshots) != 0 || strings.Join(printed, ";") != `"" 0;"" 0` {
			t.Errorf("%v: %q, %q", c.env, printed, snapshots)
		}
	}
}
