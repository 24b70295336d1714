//go:build linux
// +build linux

package rt_test

// Snapshots that get the execution trace of a flight recorder.

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	rt "gotrace.internal/rt"
)

// pieceOf returns n bytes of an execution trace, for the test.
func pieceOf(n int) []byte { return bytes.Repeat([]byte("trace, "), n/7+1)[:n] }

var _ = scenario("states", func() {
	rt.HaveStates()
	for i := 0; i < 5; i++ {
		asking() // The fifth gets no states, because four wait.
	}
	rt.AppendStates(pieceOf(1), pieceOf(300<<10))
	asking()
})

func TestStatesOfSnapshots(t *testing.T) {
	printed, snapshots := pathsOf(t, "states", t.TempDir(), "GOTRACE_RING=256KiB")
	if len(snapshots) != 6 || len(printed) != 6 {
		t.Fatalf("%q, %q", printed, snapshots)
	}
	got := ""
	for i, path := range snapshots {
		tr := decode(t, path) // also checks that the chunks reach to the end
		b, le := tr.b, binary.LittleEndian
		var pieces []byte
		for off := uint64(4096); off < uint64(len(b)); {
			if le.Uint16(b[off+2:]) == 4 {
				pieces = append(pieces, b[off+36:off+36+uint64(le.Uint32(b[off+32:]))]...)
			}
			size := uint64(le.Uint32(b[off+4:]))
			if size == 0 {
				size = 64
			}
			off += size
		}
		want := []byte(nil)
		if i == 0 {
			want = append(pieceOf(1), pieceOf(300<<10)...)
		}
		if !bytes.Equal(pieces, want) {
			t.Errorf("snapshot %d has %d bytes of states", i, len(pieces))
		}
		if grown := le.Uint64(b[152:]); grown != uint64(len(b)) || tr.used != grown {
			t.Errorf("snapshot %d: used %d, grown %d of %d", i, tr.used, grown, len(b))
		}
		got += fmt.Sprint(le.Uint32(tr.control[752:]), " ")
	}
	if got != "2 1 1 1 3 1 " {
		t.Errorf("states: %s", got)
	}
}

func TestStatesCountAsPartOfASnapshot(t *testing.T) {
	_, snapshots := pathsOf(t, "states", t.TempDir(), "GOTRACE_RING=256KiB", "GOTRACE_DUMP_SIZE=305KiB")
	if len(snapshots) != 5 || !strings.HasSuffix(snapshots[0], "-2.gotrace") {
		t.Errorf("%q", snapshots)
	}
}
