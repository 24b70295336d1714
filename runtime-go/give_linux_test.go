package rt_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	rt "gotrace.internal/rt"
)

const givePage = 64 << 10 // no system has larger ones

// A reader that wants back what it has read of its own process, as gotrace does of another one.
var _ = scenario("followed", func() {
	defer rt.Enter(&v[39])()
	leaf()
	paths, _ := filepath.Glob(fmt.Sprintf("%s/%d-*.gotrace", os.Getenv("GOTRACE_OUT"), os.Getpid()))
	f, err := os.OpenFile(paths[0], os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	le := binary.LittleEndian
	word := func(at uint64) uint64 {
		var b [8]byte
		f.ReadAt(b[:], int64(at))
		return le.Uint64(b[:])
	}
	put32 := func(at uint64, n uint32) {
		f.WriteAt([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}, int64(at))
	}
	put64 := func(at, n uint64) { put32(at, uint32(n)); put32(at+4, uint32(n>>32)) }
	control := word(2056)
	posted, next, bytes := uint32(0), uint32(0), uint64(0)
	given := uint64(givePage) // what comes before is kept
	last := uint64(4096)      // the latest chunk: it is open
	for round := 0; round < 100; round++ {
		turning(20000)
		for at, end := last, word(16); at < end && word(at) != 0; {
			last = at
			at += word(at) >> 32
			if at >= end || word(last)>>16&0xffff != 1 {
				continue
			}
			if place := word(last + 8); uint32(place) != 0 || uint32(place>>32) != next {
				panic(fmt.Sprintf("%#x instead of chunk %d", place, next))
			}
			next++
			bytes += word(last) >> 32
		}
		to := last &^ (givePage - 1)
		if to > given && uint32(word(control+912)) == posted {
			put64(control+920+uint64(posted%6)*16, given)
			put64(control+928+uint64(posted%6)*16, to)
			posted++
			put32(control+900, posted)
			given = to
		}
	}
	info, _ := f.Stat()
	fmt.Println("read", bytes)
	fmt.Println("size", info.Size())
	fmt.Println("given", word(control+904))
	fmt.Println("failed", uint32(word(control+916)))
})

func TestFollowed(t *testing.T) {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		t.Skip("no holes here")
	}
	const most = 4 << 20
	r := runs(t, "followed", "GOTRACE_FOLLOW=1", fmt.Sprint("GOTRACE_MAX_SIZE=", most))
	n := numbers(r.out)
	if n["failed"] != 0 {
		t.Skip("the file system has no holes")
	}
	b, err := os.ReadFile(r.files[0])
	if err != nil {
		t.Fatal(err)
	}
	if stop := binary.LittleEndian.Uint32(b[28:]); stop != 0 {
		t.Errorf("stopped: %d", stop)
	}
	// 100 rounds of 6 bytes or more for each of 20,000 calls.
	if n["read"] < 2*most || n["size"] < 2*most || n["given"] < n["size"]-most {
		t.Errorf("%v", n)
	}
	var info syscall.Stat_t
	if err := syscall.Stat(r.files[0], &info); err != nil || info.Blocks*512 > most+64<<10 { // the file system adds tables
		t.Errorf("%d bytes on disk, error %v", info.Blocks*512, err)
	}
	// Nobody reads: the limit holds as ever.
	tr, _ := traced(t, "ring", "GOTRACE_FOLLOW=1", "GOTRACE_MAX_SIZE=64KiB", "CALLS=20000")
	if tr.stop != 1 || len(tr.b) > 64<<10 {
		t.Errorf("stop %d, file of %d", tr.stop, len(tr.b))
	}
}
