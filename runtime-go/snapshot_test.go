//go:build linux
// +build linux

package rt_test

// Snapshots that triggers write.

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	rt "gotrace.internal/rt"
)

func fast() { defer rt.Enter(&v[47])(); leaf() }

func slow() { defer rt.Enter(&v[48])(); time.Sleep(30 * time.Millisecond) }

func panicking() { defer rt.Enter(&v[49])(); panic("on purpose") }

func recovering() {
	defer rt.Enter(&v[50])()
	defer func() { recover() }()
	panicking()
}

var _ = scenario("triggers", func() {
	stop := make(chan bool)
	turned := make(chan bool)
	for i := 0; i < 2; i++ {
		rt.Spawn(&v[51])
		go func() {
			for {
				select {
				case <-stop:
					return
				case <-turned:
					// Now the ring holds what lies a second back, however busy the machine is.
					time.Sleep(time.Millisecond)
					fast()
				default:
					fast()
				}
			}
		}()
		rt.Spawned()
	}
	time.Sleep(20 * time.Millisecond)
	close(turned)
	slow()
	recovering()
	slow()
	close(stop)
	told(func(b []byte) { b[52]++ })
	taken(leaf)
})

// snapshotsOf runs a scenario in a ring of 256 KiB and decodes its snapshots.
func snapshotsOf(t *testing.T, env ...string) (snapshots []*trace, tr *trace) {
	t.Helper()
	return snapshotsOfScenario(t, "triggers", env...)
}

func snapshotsOfScenario(t *testing.T, name string, env ...string) (snapshots []*trace, tr *trace) {
	t.Helper()
	r := runs(t, name, append(env, "GOTRACE_RING=256KiB")...)
	if r.code != 0 || len(r.files) != 1 {
		t.Fatalf("code %d\n%s%s", r.code, r.out, r.errs)
	}
	all, _ := filepath.Glob(filepath.Join(r.dir, "snapshots", "*"))
	for _, path := range all {
		if !strings.HasSuffix(path, ".gotrace") {
			t.Errorf("left behind: %s", path)
			continue
		}
		snapshots = append(snapshots, decode(t, path))
	}
	return snapshots, decode(t, r.files[0])
}

func TestTriggers(t *testing.T) {
	for _, c := range []struct {
		env  []string
		want string
	}{
		{[]string{"GOTRACE_DUMP_WHEN=gotrace.internal/rt_test.slow.time > 10ms"}, "slow asked"},
		{[]string{"GOTRACE_DUMP_WHEN=rt_test.slow.time>=10ms; rt_test.panicking.panics > 0", "GOTRACE_DUMP_EVERY=1ns"}, "slow panicking slow asked"},
		{[]string{"GOTRACE_DUMP_WHEN=panic;/s.ow$/.time > 10ms", "GOTRACE_DUMP_EVERY=1ns", "GOTRACE_DUMP_KEEP=2"}, "slow asked"},
		{[]string{"GOTRACE_DUMP_WHEN=rt_test.slow.time > 10s"}, "asked"},
		{[]string{"GOTRACE_DUMP_WHEN=signal:SIGUSR1; exit; rt_test.slow.time > 10ms", "GOTRACE_DUMP_EVERY=1ns", "GOTRACE_DUMP_SIZE=1"}, "asked"},
	} {
		snapshots, live := snapshotsOf(t, c.env...)
		got := ""
		for _, tr := range snapshots {
			stop := binary.LittleEndian.Uint64(tr.b[32:])
			from := binary.LittleEndian.Uint64(tr.control[80:])
			if tr.stop != 6 || from >= stop || tr.used != uint64(len(tr.b)) {
				t.Errorf("%v: stop %d at %d, from %d, used %d of %d", c.env, tr.stop, stop, from, tr.used, len(tr.b))
			}
			note := string(tr.b[len(tr.b)-1024:])
			last := ""
			for _, g := range tr.gs {
				for i, e := range g.ev {
					if e.t > stop || i == 0 {
						continue
					}
					name := strings.TrimPrefix(tr.name(g.ev[i-1].id), "gotrace.internal/rt_test.")
					if (e.kind == "exit" || e.kind == "panic") && (name == "slow" || name == "panicking") && e.t+100 >= stop {
						last = name
					}
				}
			}
			if strings.Contains(note, "asked for") {
				last = "asked"
			}
			got = strings.TrimSpace(got + " " + last)
		}
		want(t, strings.Join(c.env, " "), got, c.want)
		if live.control[896] != 0 {
			t.Errorf("%v: condition %d is wrong", c.env, live.control[896])
		}
		if size := len(live.b); size > 40<<20 {
			t.Errorf("ring of %d", size)
		}
	}
	_, live := snapshotsOf(t, "GOTRACE_DUMP_WHEN=panic;nonsense")
	if live.control[896] != 2 {
		t.Errorf("condition %d is wrong", live.control[896])
	}
}

// TestSnapshotFails checks that a snapshot that cannot be written leaves nothing.
func TestSnapshotFails(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "snapshots"), nil, 0o644)
	r := runs(t, "triggers", "GOTRACE_OUT="+dir, "GOTRACE_RING=256KiB", "GOTRACE_DUMP_WHEN=rt_test.slow.time > 10ms")
	files, _ := filepath.Glob(filepath.Join(dir, "*.gotrace"))
	if r.code != 0 || len(files) != 1 {
		t.Fatalf("code %d, %v\n%s", r.code, files, r.errs)
	}
	if tr := decode(t, files[0]); binary.LittleEndian.Uint32(tr.control[124:]) == 0 {
		t.Errorf("no failure counted")
	}
}

func TestTriggerNames(t *testing.T) {
	for _, c := range []struct {
		condition, name string
		want            bool
	}{
		{"db.Query.time > 1ms", "example.com/app/db.Query", true},
		{"db.Query.time > 1ms", "example.com/app/mydb.Query", false},
		{"db.(*DB).Query.panics", "example.com/app/db.(*DB).Query", true},
		{"yaml.v3.Decode.time > 1ms", "gopkg.in/yaml%2ev3.Decode", true},
		{"yaml%2ev3.Decode.time > 1ms", "gopkg.in/yaml%2ev3.Decode", false},
		{"list.Map.time > 1ms", "example.com/list.Map[...]", true},
		{"list.(*Of[...]).Push.time > 1ms", "example.com/list.(*Of[...]).Push", true},
		{"list.(*Of).Push.time > 1ms", "example.com/list.(*Of[...]).Push", true},
		{"list.Map[...].time > 1ms", "example.com/list.Map", false},
		{"/yaml.v3.Dec/.time > 1ms", "gopkg.in/yaml%2ev3.Decode", true},
		{"/yaml%2ev3/.time > 1ms", "gopkg.in/yaml%2ev3.Decode", true},
	} {
		if got := rt.IsAbout(c.condition, c.name); got != c.want {
			t.Errorf("%s: %s: %v", c.condition, c.name, got)
		}
	}
}

func dumping() {
	defer rt.Enter(&v[53])()
	rt.Dump()
}

var _ = scenario("dumps", func() {
	// Before the first hook.
	if rt.DumpSignals() != 2 {
		os.Exit(3)
	}
	dumping()
	os.Chdir("/")
	dumping()
	rt.DumpOn(1)
})

// TestDumps checks snapshots that the program asks for: at a comment, at most one in a
// time, and at a signal. The directory is relative, and the program leaves it. What
// processes that were killed have left of their snapshots is gone, nothing else.
func TestDumps(t *testing.T) {
	dir := t.TempDir()
	here, _ := os.Getwd()
	relative, err := filepath.Rel(here, dir)
	if err != nil {
		t.Fatal(err)
	}
	before := func(age time.Duration) string {
		return time.Now().UTC().Add(-age).Format("20060102T150405.000Z")
	}
	left := []string{before(2*time.Hour) + "-1-1.gotrace.part", before(20*365*24*time.Hour) + "-4194304-255.gotrace.candidate.part"}
	stays := []string{
		before(2*time.Hour) + "-1-1.gotrace.other", before(time.Minute) + "-1-1.gotrace.part", "1.gotrace.part",
		"20200101-000000.000Z-1-1.gotrace.part", strings.Repeat("2", 255),
	}
	for _, name := range append(left, stays...) {
		os.WriteFile(filepath.Join(dir, name), nil, 0o644)
	}
	r := runs(t, "dumps", "GOTRACE_RING=256KiB", "GOTRACE_DUMP_DIR="+relative, "GOTRACE_DUMP_WHEN=signal:SIGUSR2;signal:SIGINT")
	if r.code != 0 || len(r.files) != 1 {
		t.Fatalf("code %d\n%s%s", r.code, r.out, r.errs)
	}
	if tr := decode(t, r.files[0]); tr.control[896] != 2 || tr.control[120] != 1 {
		t.Errorf("condition %d is wrong, %d skipped", tr.control[896], tr.control[120])
	}
	for _, name := range stays {
		if os.Remove(filepath.Join(dir, name)) != nil {
			t.Errorf("%s is gone", name)
		}
	}
	all, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(all) != 2 {
		t.Fatalf("not two snapshots: %v", all)
	}
	for i, most := range []string{`"trigger":"//gotrace:dump","function":1,"goroutine":1,"file":"`, `"trigger":"signal:SIGUSR2"}}`} {
		tr := decode(t, all[i])
		note := string(tr.b[len(tr.b)-1024:])
		if !strings.Contains(note, most) || i == 0 && !strings.Contains(note, `snapshot_test.go","line":`) {
			t.Errorf("note %q", note)
		}
	}
}
