package traceagent

// gotrace:begin list_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// written makes snapshots with the given contents in a directory, and returns their names.
func written(t *testing.T, dir string, contents ...string) []string {
	t.Helper()
	var names []string
	for _, content := range contents {
		name := snapshotNames.name(time.Now(), "slow-api.orders")
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

func TestSnapshotsAreListedAndSent(t *testing.T) {
	dir := t.TempDir()
	a := testAgent(t, Options{Addr: "127.0.0.1:0", Dir: dir})
	list := func(query string) []snapshotFile {
		t.Helper()
		got := get(t, a, "/debug/gotrace/snapshots"+query)
		var files []snapshotFile
		if err := json.Unmarshal([]byte(got.body), &files); err != nil || got.status != http.StatusOK || files == nil {
			t.Fatalf("%d %q: %v", got.status, got.body, err)
		}
		return files
	}
	if got := list(""); len(got) != 0 {
		t.Fatalf("%v", got)
	}
	id := "4bf92f3577b34da6a3ce929d0e0e4736"
	large := strings.Repeat("x", chunkBytes-10) + id + strings.Repeat("y", chunkBytes)
	names := written(t, dir, "one", large, "two "+id)
	got := list("")
	if len(got) != 3 || got[1].Name != names[1] || got[1].Bytes != int64(len(large)) || got[1].Reason != "slow-api.orders" || time.Since(got[1].Time) > time.Hour {
		t.Errorf("%+v", got)
	}
	if got = list("?after=" + names[1]); len(got) != 1 || got[0].Name != names[2] {
		t.Errorf("after the second: %+v", got)
	}
	if got = list("?contains=" + id); len(got) != 2 || got[0].Name != names[1] || got[1].Name != names[2] {
		t.Errorf("with the id: %+v", got)
	}
	if got = list("?contains=" + id + "&after=" + names[1]); len(got) != 1 {
		t.Errorf("with the id after the second: %+v", got)
	}
	if got = list("?contains=nowhere"); len(got) != 0 {
		t.Errorf("with what is nowhere: %+v", got)
	}
	for _, query := range []string{"?after=x", "?after=../x", "?contains=", "?contains=" + strings.Repeat("x", searchMost+1)} {
		get(t, a, "/debug/gotrace/snapshots"+query).want(t, http.StatusBadRequest, "must be")
	}
	sent := get(t, a, "/debug/gotrace/snapshots/"+names[1])
	if sent.want(t, http.StatusOK, id); sent.body != large || sent.header.Get("Content-Disposition") != `attachment; filename="`+names[1]+`"` {
		t.Errorf("%v", sent.header)
	}
	os.Remove(filepath.Join(dir, names[0]))
	get(t, a, "/debug/gotrace/snapshots/"+names[0]).want(t, http.StatusNotFound, "no such snapshot")
}

func TestSnapshotsWithoutADirectory(t *testing.T) {
	a := testAgent(t, Options{Addr: "127.0.0.1:0"})
	get(t, a, "/debug/gotrace/snapshots").want(t, http.StatusNotImplemented, "set Options.Dir")
	get(t, a, "/debug/gotrace/snapshots/"+snapshotNames.name(time.Now(), "x")).want(t, http.StatusNotFound, "no such snapshot")
}

func TestSearchOverPieces(t *testing.T) {
	for text, want := range map[string]bool{"a": true, "bc": true, "abcabd": true, "abcabe": false, "abcabcabdx": false} {
		reader := iotest.OneByteReader(strings.NewReader("abcabcabd"))
		if got, err := contains(context.Background(), reader, text); got != want || err != nil {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	if _, err := contains(context.Background(), iotest.ErrReader(os.ErrPermission), "x"); err != os.ErrPermission {
		t.Errorf("the error is %v", err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := contains(ended, strings.NewReader("x"), "x"); err != context.Canceled {
		t.Errorf("without a client: %v", err)
	}
}

// gotrace:end list_test
