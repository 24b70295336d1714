package traceagent

// gotrace:begin snapshots_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// testRecorder is a recorder with a content of its own, which fails after it if err is set.
type testRecorder struct {
	content string
	err     error
	begun   chan struct{} // if not nil, closed when writing begins
	release chan struct{} // if not nil, awaited then
}

func (r *testRecorder) writeTo(w io.Writer) (int64, error) {
	if r.begun != nil {
		close(r.begun)
		<-r.release
	}
	n, err := io.WriteString(w, r.content)
	if err == nil {
		err = r.err
	}
	return int64(n), err
}

func (*testRecorder) stop() {}

func withRecorder(r recorder) func(*Agent) {
	return func(a *Agent) { a.flight.record = r }
}

// names returns what is in a directory.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := []string{}
	for _, entry := range entries {
		all = append(all, entry.Name())
	}
	return all
}

func TestSnapshotIsWrittenAndRotated(t *testing.T) {
	clock, log, dir := newTestClock(), &testLog{}, filepath.Join(t.TempDir(), "a", "b")
	a := testAgent(t, Options{Dir: dir, Keep: 3, KeepBytes: 25, Logger: log.logger()}, withRecorder(&testRecorder{content: "0123456789"}),
		func(a *Agent) { a.now = clock.now })
	var written []string
	for _, reason := range []string{"GC pause: 12 ms/api", "", strings.Repeat("x", 100)} {
		name, err := a.Snapshot(reason)
		if err != nil {
			t.Fatal(err)
		}
		written = append(written, name)
		if _, err := a.Snapshot(reason); !errors.Is(err, ErrTooSoon) {
			t.Errorf("at once again: %v", err)
		}
		clock.advance(snapshotEvery)
	}
	for i, ending := range []string{"-gc-pause-12-ms-api.trace", "-snapshot.trace", "-" + strings.Repeat("x", 64) + ".trace"} {
		if !strings.HasSuffix(written[i], ending) {
			t.Errorf("%s does not end with %s", written[i], ending)
		}
	}
	// Three files are too many bytes, so the oldest is gone.
	if got := names(t, dir); len(got) != 2 || got[0] != written[1] || got[1] != written[2] {
		t.Errorf("there are %q", got)
	}
	if !strings.Contains(log.String(), "name="+written[0]+" bytes=10") {
		t.Errorf("the log: %s", log)
	}
}

func TestTheLatestSnapshotStaysHoweverLarge(t *testing.T) {
	dir := t.TempDir()
	a := testAgent(t, Options{Dir: dir, KeepBytes: 1}, withRecorder(&testRecorder{content: "0123456789"}))
	name, err := a.Snapshot("large")
	if got := names(t, dir); err != nil || len(got) != 1 || got[0] != name {
		t.Errorf("there are %q, %v", got, err)
	}
}

func TestAFailedSnapshotLosesNothing(t *testing.T) {
	clock, log, dir := newTestClock(), &testLog{}, t.TempDir()
	content := &testRecorder{content: "0123456789"}
	a := testAgent(t, Options{Dir: dir, Keep: 1, Logger: log.logger()}, withRecorder(content), func(a *Agent) { a.now = clock.now })
	first, err := a.Snapshot("first")
	if err != nil {
		t.Fatal(err)
	}
	content.err = errors.New("no space left on device")
	clock.advance(snapshotEvery)
	if _, err := a.Snapshot("second"); !errors.Is(err, content.err) {
		t.Errorf("the error is %v", err)
	}
	if got := names(t, dir); len(got) != 1 || got[0] != first {
		t.Errorf("there are %q", got)
	}
	if !strings.Contains(log.String(), "could not be written") || !strings.Contains(log.String(), "no space left on device") {
		t.Errorf("the log: %s", log)
	}
	if _, err := a.Snapshot("third"); !errors.Is(err, ErrTooSoon) {
		t.Errorf("the next at once: %v", err)
	}
}

func TestADirectoryThatCannotBeMadeIsLogged(t *testing.T) {
	log, file := &testLog{}, filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(file, "snapshots")
	a := testAgent(t, Options{Dir: dir, Logger: log.logger()}, withRecorder(&testRecorder{}))
	if !strings.Contains(log.String(), "no snapshots until Options.Dir can be written") {
		t.Errorf("the log: %s", log)
	}
	if _, err := a.Snapshot("x"); err == nil || !strings.Contains(log.String(), "a snapshot could not be written") {
		t.Errorf("%v; the log: %s", err, log)
	}
	os.Remove(file)
	a.flight.last = time.Time{}
	if _, err := a.Snapshot("x"); err != nil {
		t.Errorf("once it can be made: %v", err)
	}
}

func TestASnapshotWhileOneIsWritten(t *testing.T) {
	content := &testRecorder{begun: make(chan struct{}), release: make(chan struct{})}
	a := testAgent(t, Options{Dir: t.TempDir(), Addr: "127.0.0.1:0"}, withRecorder(content))
	first := make(chan error)
	go func() {
		_, err := a.Snapshot("first")
		first <- err
	}()
	<-content.begun
	if _, err := a.Snapshot("second"); !errors.Is(err, ErrBusy) {
		t.Errorf("meanwhile: %v", err)
	}
	got := get(t, a, "/debug/gotrace/flight")
	got.want(t, 429, "a snapshot of the flight recorder is being written")
	closed := make(chan error)
	go func() { closed <- a.Close(context.Background()) }()
	for a.begin() { // Close has begun, and waits
		a.end()
	}
	close(content.release)
	if err := <-first; err != nil {
		t.Error(err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

func TestSnapshotsThatAreNotSupported(t *testing.T) {
	var off *Agent
	for want, a := range map[string]*Agent{
		"no snapshots":             off,
		"recorder is off":          testAgent(t, Options{Dir: t.TempDir()}),
		"set Options.Dir or Optio": testAgent(t, Options{}, withRecorder(&testRecorder{})),
	} {
		if name, err := a.Snapshot("x"); name != "" || !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v", want, name, err)
		}
	}
}

// testSink is a place for snapshots; see Options.Sink.
type testSink struct {
	bytes.Buffer
	closed, aborted int
	err             error
}

func (s *testSink) Close() error               { s.closed++; return s.err }
func (s *testSink) CloseWithError(error) error { s.aborted++; return nil }

func TestSinkGetsSnapshots(t *testing.T) {
	clock, content, sink := newTestClock(), &testRecorder{content: "0123456789"}, &testSink{}
	var opened string
	var refused error
	a := testAgent(t, Options{Sink: func(name string) (io.WriteCloser, error) { opened = name; return sink, refused }},
		withRecorder(content), func(a *Agent) { a.now = clock.now })
	snapshot := func() error {
		clock.advance(snapshotEvery)
		name, err := a.Snapshot("x")
		if err == nil && name != opened {
			t.Errorf("%s is not %s", name, opened)
		}
		return err
	}
	if err := snapshot(); err != nil || sink.String() != "0123456789" || sink.closed != 1 || sink.aborted != 0 {
		t.Errorf("%v, %+v", err, sink)
	}
	if sink.err = errors.New("not stored"); !errors.Is(snapshot(), sink.err) {
		t.Error("the sink's error got lost")
	}
	if content.err = errors.New("broken"); !errors.Is(snapshot(), content.err) || sink.aborted != 1 || sink.closed != 2 {
		t.Errorf("the failure got lost: %+v", sink)
	}
	if refused = errors.New("no bucket"); !errors.Is(snapshot(), refused) {
		t.Error("the refusal got lost")
	}
}

func TestPartialFilesOfKilledProcesses(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	s := store{dir: dir, keep: 1, keepBytes: 1}
	ours := snapshotNames.name(now, "x")
	for name, age := range map[string]time.Duration{
		ours + partial: time.Second, snapshotNames.name(now, "y") + partial: time.Hour, "z.part": time.Hour, "notes": time.Hour,
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.prepare(now); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(names(t, dir), " "); got != ours+partial+" notes z.part" {
		t.Errorf("there are %s", got)
	}
	if files, err := s.list(); len(files) != 0 || err != nil {
		t.Errorf("listed: %v, %v", files, err)
	}
}

func TestNamesSortByTime(t *testing.T) {
	now, names, last := newTestClock().now(), namer{}, ""
	for _, at := range []time.Time{now, now, now.Add(-time.Hour), now.Add(time.Hour).In(time.FixedZone("X", 3600))} {
		name := names.name(at, "x")
		if name <= last {
			t.Errorf("%s came before %s", last, name)
		}
		read, reason, ok := parseName(name)
		if !ok || reason != "x" || at.After(now) && !read.Equal(at) {
			t.Errorf("%s is not read back: %v, %s", name, read, reason)
		}
		last = name
	}
	if !strings.HasPrefix(last, "20261129T153205.123456789Z-") {
		t.Errorf("%s is not in UTC", last)
	}
}

// gotrace:end snapshots_test
