//go:build linux
// +build linux

package rt_test

// Snapshots: very many functions, and several wishes at the same time.

import (
	"strings"
	"testing"
	"time"

	rt "gotrace.internal/rt"
)

func latelyFor(site *uint32, d time.Duration) {
	defer rt.Enter(site)()
	time.Sleep(d)
}

var _ = scenario("watched", func() {
	for i := range late {
		latelyFor(&late[i], 0)
	}
	latelyFor(&late[lateFunctions-1], 50*time.Millisecond)
})

// TestManyWatched checks that a trigger may be about any number of functions.
func TestManyWatched(t *testing.T) {
	tr, _ := traced(t, "watched", "GOTRACE_DUMP_WHEN=/Exit|latelyFor$/.time > 40ms")
	if n := tr.control[116]; n != 1 {
		t.Errorf("%d snapshots", n)
	}
}

var _ = scenario("asked", func() {
	leaf()
	rt.BeginSnapshot()
	told(func(b []byte) { b[52]++ })
	taken(leaf)
	rt.EndSnapshot()
	taken(leaf)
	taken(leaf)
})

// TestAskedMeanwhile checks that a snapshot that is asked for while another one is
// written is written then, once.
func TestAskedMeanwhile(t *testing.T) {
	snapshots, live := snapshotsOfScenario(t, "asked")
	if len(snapshots) != 1 || live.control[120] != 0 || live.control[124] != 0 {
		t.Fatalf("%d snapshots, %d skipped, %d failed", len(snapshots), live.control[120], live.control[124])
	}
	if note := string(snapshots[0].b[len(snapshots[0].b)-128:]); !strings.Contains(note, "asked for") {
		t.Errorf("note %q", note)
	}
}
