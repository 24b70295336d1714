//go:build linux
// +build linux

package rt_test

// The trace when a resource runs out: the size limit, disk, file size,
// descriptors, address space.

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"testing"

	rt "gotrace.internal/rt"
)

// many records exactly 2*2*(1+N) + 2 events on three goroutines.
const manyCalls = 4 * deepest

func manyLeaves() {
	defer rt.Enter(&v[51])()
	for i := 0; i < manyCalls; i++ {
		leaf()
	}
}

const manyEvents = 2*2*(1+manyCalls) + 2

func many() {
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		rt.Spawn(&v[52])
		go func() { manyLeaves(); wg.Done() }()
		rt.Spawned()
	}
	wg.Wait()
}

var _ = scenario("many", many)

func TestLimit(t *testing.T) {
	for _, limit := range []int{16 << 10, 100000, 1 << 20, 3 << 20} {
		if portable && limit > 16<<10 {
			t.Skip("too slow")
		}
		tr, _ := traced(t, "many", "GOTRACE_MAX_SIZE="+strconv.Itoa(limit))
		if fi, _ := os.Stat(tr.path); fi.Size() > int64(limit) {
			t.Errorf("limit %d: file of %d", limit, fi.Size())
		}
		if tr.stop != 1 || tr.recorded == 0 || tr.recorded+int(tr.dropped) != manyEvents {
			t.Errorf("limit %d: stop %d, %d recorded + %d dropped, want %d", limit, tr.stop, tr.recorded, tr.dropped, manyEvents)
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]uint64{
		"1000000": 1000000, "4GiB": 4 << 30, "4g": 4 << 30, "512 MiB": 512 << 20, "64KB": 64 << 10,
		"1.5MiB": 3 << 19, "0.25k": 256, "2tb": 2 << 40, "7B": 7, "99999999999999999999999GiB": 1 << 50, "0": 0,
		"": 0, "GiB": 0, "4XB": 0, "4GiBs": 0, "-4": 0, "1.": 0, ".5g": 0, "1.2.3": 0, "4 i": 0,
	} {
		if got := rt.SizeOf(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
	tr, _ := traced(t, "many", "GOTRACE_MAX_SIZE=64KiB")
	if fi, _ := os.Stat(tr.path); fi.Size() > 64<<10 || fi.Size() < 32<<10 {
		t.Errorf("64KiB: file of %d", fi.Size())
	}
}

// TestHalt ends a recording as the gotrace command does, through the file.
var _ = scenario("halted", func() {
	leaf()
	path := fmt.Sprintf("%s/%d-1.gotrace", os.Getenv("GOTRACE_OUT"), os.Getpid())
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	f.WriteAt([]byte{1}, 108)
	f.Close()
	many()
})

func TestHalt(t *testing.T) {
	tr, _ := traced(t, "halted")
	if tr.stop != 5 || len(tr.b) > 16<<10 || tr.recorded+int(tr.dropped) != manyEvents+2 {
		t.Errorf("stop %d, %d + %d, file of %d", tr.stop, tr.recorded, tr.dropped, len(tr.b))
	}
}

// TestSmall checks that a trace of six events is a small file.
var _ = scenario("six", func() { leaf(); leaf(); leaf() })

func TestSmall(t *testing.T) {
	tr, _ := traced(t, "six")
	if tr.recorded != 6 || len(tr.b) > 16<<10 {
		t.Errorf("%d events, file of %d", tr.recorded, len(tr.b))
	}
}

// TestFewDescriptors checks that the recorder takes only one of the few descriptors
// that a process is allowed.
var _ = scenario("descriptors", func() {
	lim := syscall.Rlimit{Cur: 10, Max: 10}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &lim); err != nil {
		panic(err)
	}
	leaf()
	n := 0
	for ; n < 100; n++ {
		if _, err := syscall.Open("/dev/null", 0, 0); err != nil {
			fmt.Println("opened", n)
			break
		}
	}
	many()
})

func TestFewDescriptors(t *testing.T) {
	tr, out := traced(t, "descriptors")
	if tr.recorded != manyEvents+2 {
		t.Errorf("%d events, stop %d", tr.recorded, tr.stop)
	}
	plain := runs(t, "descriptors", "GOTRACE_OUT=")
	if opened := numbers(plain.out)["opened"]; opened < 2 || numbers(out)["opened"] != opened-1 {
		t.Errorf("traced %suntraced %s", out, plain.out)
	}
}

var _ = scenario("rlimit", func() {
	n, _ := strconv.Atoi(os.Getenv("FSIZE"))
	lim := syscall.Rlimit{Cur: uint64(n), Max: uint64(n)}
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGXFSZ)
	if os.Getenv("LATE") != "" {
		leaf()
		leaf()
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &lim); err != nil {
		panic(err)
	}
	if os.Getenv("LATE") == "" {
		leaf()
		leaf()
	}
	many()
	select {
	case <-c:
		fmt.Println("SIGXFSZ")
		os.Exit(1)
	default:
	}
})

func TestFileSizeLimit(t *testing.T) {
	if portable {
		t.Skip("too slow")
	}
	tr, _ := traced(t, "rlimit", "FSIZE=2500000")
	if tr.stop != 3 || tr.recorded+int(tr.dropped) != manyEvents+4 || len(tr.b) > 2500000 {
		t.Errorf("stop %d, %d + %d, file of %d", tr.stop, tr.recorded, tr.dropped, len(tr.b))
	}
	tr, _ = traced(t, "rlimit", "FSIZE=1000", "LATE=1")
	if tr.stop != 3 || tr.recorded+int(tr.dropped) != manyEvents+4 {
		t.Errorf("late: stop %d, %d + %d", tr.stop, tr.recorded, tr.dropped)
	}
	if r := runs(t, "rlimit", "FSIZE=1000"); r.code != 0 || r.errs != "" || len(r.files) != 0 {
		t.Errorf("no room at all: code %d, %d files, %s", r.code, len(r.files), r.errs)
	}
}

func TestFullDisk(t *testing.T) {
	if portable {
		t.Skip("too slow")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2200k"); err != nil {
		t.Skip("cannot mount: ", err)
	}
	defer syscall.Unmount(dir, 0)
	if r := runs(t, "many", "GOTRACE_OUT="+dir); r.code != 0 || r.errs != "" {
		t.Fatalf("code %d: %s", r.code, r.errs)
	}
	files, _ := os.ReadDir(dir)
	if len(files) != 1 {
		t.Fatalf("%d files", len(files))
	}
	tr := decode(t, dir+"/"+files[0].Name())
	if tr.stop != 2 || tr.recorded == 0 || tr.recorded+int(tr.dropped) != manyEvents {
		t.Errorf("stop %d, %d + %d", tr.stop, tr.recorded, tr.dropped)
	}
}

func TestNowhereToWrite(t *testing.T) {
	for _, dir := range []string{"/proc/nowhere", "/does/not/exist", "/dev/null"} {
		if r := runs(t, "tree", "GOTRACE_OUT="+dir); r.code != 0 || r.errs != "" || r.out != "" {
			t.Errorf("%s: code %d %s%s", dir, r.code, r.out, r.errs)
		}
	}
	if r := runs(t, "tree", "GOTRACE_OUT="); r.code != 0 || len(r.files) != 0 {
		t.Errorf("untraced: %+v", r)
	}
}

var _ = scenario("addresses", func() {
	lim := syscall.Rlimit{Cur: 3 << 30, Max: 3 << 30}
	syscall.Setrlimit(syscall.RLIMIT_AS, &lim)
	many()
})

func TestAddressSpaceLimit(t *testing.T) {
	tr, _ := traced(t, "addresses")
	if tr.recorded+int(tr.dropped) != manyEvents {
		t.Errorf("%d + %d events", tr.recorded, tr.dropped)
	}
}
