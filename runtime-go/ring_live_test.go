//go:build linux
// +build linux

package rt_test

// What another process sees of a ring while it turns, which is what a kill leaves.

import (
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// TestRingLive checks that a chunk says whose it is as long as it says that it has
// events. Slot 0 is the main goroutine's, which fills only a few chunks.
func TestRingLive(t *testing.T) {
	dir := t.TempDir()
	c := again()
	c.Env = append(os.Environ(), "RT_SCENARIO=ring", "GOTRACE_OUT="+dir, "GOTRACE_RING=64KiB", "CALLS="+strconv.Itoa(2*calls(t)))
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan bool)
	go func() { c.Wait(); close(ended) }()
	const size = 64 << 10
	var words []uint64
	looks := 0
	for {
		select {
		case <-ended:
			t.Logf("%d looks", looks)
			return
		default:
		}
		if words == nil {
			time.Sleep(time.Millisecond)
			words = mappedWords(filepath.Join(dir, strconv.Itoa(c.Process.Pid)+"-1.gotrace"), size)
			continue
		}
		for at := 4096 / 8; at < size/8; at += 8 {
			word := atomic.LoadUint64(&words[at])
			owner := atomic.LoadUint64(&words[at+1])
			if word&0xffffffff == 0x67467 && atomic.LoadUint64(&words[at]) == word && owner>>32 > 16 && owner&0xffffffff == 0 {
				t.Fatalf("chunk at %d: slot 0, number %d", at*8, owner>>32)
			}
		}
		looks++
	}
}

// mappedWords maps the first size bytes of a file; nil if it has fewer.
func mappedWords(path string, size int) []uint64 {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	if fi, err := f.Stat(); err != nil || fi.Size() < int64(size) {
		return nil
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, size, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil
	}
	return (*[1 << 20]uint64)(unsafe.Pointer(&b[0]))[: size/8 : size/8]
}
