// A program that the system rarely lets run, because others with a higher priority keep its processor busy, and one
// that has its processors to itself.
package main

import (
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"example.com/rules/record"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "burn" {
		for start := time.Now(); time.Since(start) < 900*time.Millisecond; {
		}
		return
	}
	if len(os.Args) == 3 && os.Args[1] == "fires" {
		competitor := compete()
		defer competitor.Wait()
	}
	record.Main(fires, quiet)
}

// compete binds this thread, and so all that it starts, to one processor, starts another process there, and steps back.
func compete() *exec.Cmd {
	runtime.LockOSThread()
	mask := uint64(1)
	_, _, errno := syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, 8, uintptr(unsafe.Pointer(&mask)))
	if errno != 0 {
		record.Check(errno)
	}
	competitor := exec.Command("/proc/self/exe", "burn")
	record.Check(competitor.Start())
	record.Check(syscall.Setpriority(syscall.PRIO_PROCESS, 0, 19))
	runtime.UnlockOSThread()
	return competitor
}

func fires() {
	runtime.GOMAXPROCS(4)
	work()
}

func work() {
	var wg sync.WaitGroup
	for i := 0; i < 12; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := 0; j < 10; j++ {
				step()
			}
		}()
	}
	wg.Wait()
}

func step() {
	for start := time.Now(); time.Since(start) < 200*time.Microsecond; {
	}
	time.Sleep(time.Millisecond)
}

func quiet() { work() }
