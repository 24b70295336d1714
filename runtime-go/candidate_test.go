//go:build linux
// +build linux

package rt_test

// Candidates: snapshots for conditions about states, which somebody else judges.

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	rt "gotrace.internal/rt"
)

// candidate makes calls until there is a candidate, and returns its path.
func candidate() string {
	for {
		slow()
		if found, _ := filepath.Glob(filepath.Join(os.Getenv("GOTRACE_DUMP_DIR"), "*.candidate")); len(found) > 0 {
			if len(found) > 1 {
				os.Exit(3)
			}
			return found[0]
		}
	}
}

func keep(path string) { os.Rename(path, strings.TrimSuffix(path, ".candidate")) }

var _ = scenario("candidates", func() {
	rt.HaveStates()
	for _, held := range os.Getenv("VERDICTS") {
		switch path := candidate(); held {
		case 'y':
			keep(path)
		case 'n':
			os.Remove(path)
		}
	}
	slow()
	slow()
})

var _ = scenario("unjudged", func() {
	rt.HaveStates()
	slow()
	slow()
})

func TestCandidates(t *testing.T) {
	const when = "GOTRACE_DUMP_WHEN=/slow/.off-cpu > 10ms;rt_test.slow.time > 1h"
	for _, c := range []struct {
		verdicts, every, want string
	}{
		// Those that were removed count for nothing: the first one stays.
		{"ynnnny", "1us", "1 6"},
		{"ynyny", "1us", "3 5"},
		{"nny", "100ms", "3"},
		// While nobody judges, there is no other.
		{"-", "1us", "1.candidate"},
	} {
		_, paths := pathsOf(t, "candidates", t.TempDir(), "GOTRACE_RING=256KiB", when, "GOTRACE_DUMP_CANDIDATES=1",
			"GOTRACE_DUMP_KEEP=2", "GOTRACE_DUMP_EVERY="+c.every, "VERDICTS="+c.verdicts)
		// A candidate that came after the last verdict is not meant.
		got := ""
		for _, path := range paths {
			name := path[strings.LastIndex(path, "-")+1:]
			if name = strings.Replace(name, ".gotrace", "", 1); c.verdicts == "-" || !strings.HasSuffix(name, ".candidate") {
				got += " " + name
			}
		}
		want(t, c.verdicts, strings.TrimSpace(got), c.want)
		tr := decode(t, paths[len(paths)-1])
		calls := binary.LittleEndian.Uint32(tr.control[764:])
		if int(calls) < len(c.verdicts)-1 {
			t.Errorf("%s: %d calls to be looked at", c.verdicts, calls)
		}
		if note := string(tr.b[len(tr.b)-1024:]); !strings.Contains(note, `"trigger":"/slow/.off-cpu > 10ms"`) || !strings.Contains(note, `,"fresh":`) {
			t.Errorf("note %q", note)
		}
	}
}

// TestUnjudged checks that conditions about states are met by the time of calls where
// nobody is there to judge, and not understood where there are no states.
func TestUnjudged(t *testing.T) {
	const when = "GOTRACE_DUMP_WHEN=rt_test.slow.lock>=10ms"
	_, paths := pathsOf(t, "unjudged", t.TempDir(), "GOTRACE_RING=256KiB", when)
	if len(paths) != 1 || !strings.HasSuffix(paths[0], "-1.gotrace") {
		t.Errorf("%q", paths)
	}
	snapshots, live := snapshotsOf(t, when)
	if len(snapshots) != 1 || live.control[896] != 1 {
		t.Errorf("%d snapshots, condition %d is wrong", len(snapshots), live.control[896])
	}
}
