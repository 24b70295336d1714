// A program that may use little more than a part of one processor but believes that it has four, as under a CPU limit, and
// one that is left alone.
package main

import (
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"example.com/rules/record"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "throttle" {
		process, err := strconv.Atoi(os.Args[2])
		record.Check(err)
		throttle(process)
		return
	}
	if len(os.Args) == 3 && os.Args[1] == "fires" {
		runtime.GOMAXPROCS(4)
		limiter := limit()
		defer limiter.Kill()
	}
	record.Main(fires, quiet)
}

// limit starts a process that throttles this one, and binds this thread, and so those that it starts, to one processor.
func limit() *os.Process {
	limiter := exec.Command("/proc/self/exe", "throttle", strconv.Itoa(os.Getpid()))
	record.Check(limiter.Start())
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	mask := uint64(1)
	_, _, errno := syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, 8, uintptr(unsafe.Pointer(&mask)))
	if errno != 0 {
		record.Check(errno)
	}
	return limiter.Process
}

// throttle does what a control group does to a process that has used up its share: it stops all threads for a while.
func throttle(process int) {
	for i := 0; i < 12; i++ {
		time.Sleep(20 * time.Millisecond)
		syscall.Kill(process, syscall.SIGSTOP)
		time.Sleep(30 * time.Millisecond)
		syscall.Kill(process, syscall.SIGCONT)
	}
}

func fires() {
	work(2000)
}

func work(steps int) {
	var wg sync.WaitGroup
	for i := 0; i < 6; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := 0; j < steps/6; j++ {
				step()
			}
		}()
	}
	wg.Wait()
}

func step() {
	for start := time.Now(); time.Since(start) < 100*time.Microsecond; {
	}
	time.Sleep(500 * time.Microsecond)
}

func quiet() { work(60) }
