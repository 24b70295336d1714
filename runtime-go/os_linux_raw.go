//go:build linux && (amd64 || arm64)
// +build linux
// +build amd64 arm64

package rt

// The recorder's operating system functions on Linux, without package syscall.
// Nothing here enters the scheduler or allocates, so all of it may run while the
// P is pinned.

import "unsafe"

const (
	osSupported = true
	// osPinned says that the recorder's lock is held with the P pinned, so that
	// the goroutine that holds it is never descheduled.
	osPinned = true
)

const (
	atFdcwd     = ^uintptr(99) // -100
	oRdwr       = 2
	oCreat      = 0x40
	oExcl       = 0x80
	oCloexec    = 0x80000
	protRead    = 1
	protWrite   = 2
	mapShared   = 1
	mapPrivate  = 2
	mapAnon     = 0x20
	mapNoReserv = 0x4000
	eIntr       = 4
	eExist      = 17
	eNosys      = 38
	eOpnotsupp  = 95

	fDupfdCloexec    = 1030
	populateWrite    = 23
	wipeOnFork       = 18
	rlimitFsize      = 1
	rlimitAS         = 9
	clockRealtime    = 0
	descriptorFloor  = 700
	descriptorFloor2 = 200
)

// osFile is the open trace file. dev and ino show whether fd is still ours: a
// program may close all descriptors and open files of its own, which must not
// be written to. noPop says that the kernel lacks MADV_POPULATE_WRITE.
var osFile struct {
	fd       uintptr
	dev, ino uint64
	noPop    bool
}

// scratch is a buffer for the kernel to write to; a buffer on the stack could
// move before the call. Use it only during the start or with the lock held.
var scratch [32]uint64

//go:norace
func osYield() { syscall6(sysYieldNr, 0, 0, 0, 0, 0, 0) }

//go:norace
func osPid() int { r, _ := syscall6(sysGetpid, 0, 0, 0, 0, 0, 0); return int(r) }

//go:norace
func osPpid() int { r, _ := syscall6(sysGetppid, 0, 0, 0, 0, 0, 0); return int(r) }

// osWall returns the wall clock in ns since 1970.
//
//go:norace
func osWall() int64 {
	syscall6(sysClockGet, clockRealtime, uintptr(unsafe.Pointer(&scratch)), 0, 0, 0, 0)
	return int64(scratch[0])*1e9 + int64(scratch[1])
}

// osAlloc returns n bytes of zeroed memory outside the Go heap, or nil.
//
//go:norace
func osAlloc(n uintptr) unsafe.Pointer {
	r, e := syscall6(sysMmap, 0, n, protRead|protWrite, mapPrivate|mapAnon, ^uintptr(0), 0)
	if e != 0 {
		return nil
	}
	return toPtr(r)
}

// osZeros returns n bytes of address space that read as zeros and cost no
// memory, or nil.
//
//go:norace
func osZeros(n uintptr) unsafe.Pointer {
	r, e := syscall6(sysMmap, 0, n, protRead, mapPrivate|mapAnon|mapNoReserv, ^uintptr(0), 0)
	if e != 0 {
		return nil
	}
	return toPtr(r)
}

// osAddressLimit returns how many bytes of address space the process may use.
//
//go:norace
func osAddressLimit() uint64 { return osRlimit(rlimitAS) }

//go:norace
func osRlimit(which uintptr) uint64 {
	if _, e := syscall6(sysPrlimit, 0, which, 0, uintptr(unsafe.Pointer(&scratch)), 0, 0); e != 0 {
		return ^uint64(0)
	}
	return scratch[0]
}

// osCreate creates the file tracePath; exists says that it failed because the
// file exists.
//
//go:norace
func osCreate() (ok, exists bool) {
	fd, e := syscall6(sysOpenat, atFdcwd, uintptr(unsafe.Pointer(&tracePath)), oRdwr|oCreat|oExcl|oCloexec, 0o644, 0, 0)
	if e != 0 {
		return false, e == eExist
	}
	osFile.fd = osRaise(fd)
	osFile.dev, osFile.ino = osIdentity(osFile.fd)
	return true, false
}

// osRaise moves a descriptor out of the low numbers, which a program may rely on
// for its own files.
//
//go:norace
func osRaise(fd uintptr) uintptr {
	for _, floor := range [...]uintptr{descriptorFloor, descriptorFloor2} {
		if high, e := syscall6(sysFcntl, fd, fDupfdCloexec, floor, 0, 0, 0); e == 0 {
			syscall6(sysClose, fd, 0, 0, 0, 0, 0)
			return high
		}
	}
	return fd
}

// osIdentity returns device and inode, the first two words of struct stat.
//
//go:norace
func osIdentity(fd uintptr) (dev, ino uint64) {
	if _, e := syscall6(sysFstat, fd, uintptr(unsafe.Pointer(&scratch)), 0, 0, 0, 0); e != 0 {
		return 0, 0
	}
	return scratch[0], scratch[1]
}

// osWipeOnFork makes the page of p read as zeros in forked processes. Kernels
// before 4.14 do not support it.
//
//go:norace
func osWipeOnFork(p unsafe.Pointer) {
	for size := uintptr(4096); size <= pageMax; size *= 4 {
		if _, e := syscall6(sysMadvise, uintptr(p)&^(size-1), size, wipeOnFork, 0, 0, 0); e == 0 {
			return
		}
	}
}

// osDiscard closes and removes the file after a failed start.
//
//go:norace
func osDiscard() {
	syscall6(sysClose, osFile.fd, 0, 0, 0, 0, 0)
	syscall6(sysUnlinkat, atFdcwd, uintptr(unsafe.Pointer(&tracePath)), 0, 0, 0, 0)
}

// osMap maps limit bytes of the file, most of them beyond its end: bytes may
// be touched only once osGrow has put them into the file.
//
//go:norace
func osMap(limit uint64) unsafe.Pointer {
	r, e := syscall6(sysMmap, 0, uintptr(limit), protRead|protWrite, mapShared, osFile.fd, 0)
	if e != 0 {
		return nil
	}
	return toPtr(r)
}

// osStep rounds a size of the file up to one that osGrow accepts.
//
//go:norace
func osStep(to uint64) uint64 { return (to + 4095) &^ 4095 }

// osGrow allocates the file's bytes [from, to) on disk and returns stopNone or
// why it cannot. It must never cause a SIGXFSZ or, on a later store, a SIGBUS.
//
//go:norace
func osGrow(from, to uint64) uint32 {
	if dev, ino := osIdentity(osFile.fd); dev != osFile.dev || ino != osFile.ino {
		fd, e := syscall6(sysOpenat, atFdcwd, uintptr(unsafe.Pointer(&tracePath)), oRdwr|oCloexec, 0, 0, 0)
		if e != 0 {
			return stopMapping
		}
		if dev, ino := osIdentity(fd); dev != osFile.dev || ino != osFile.ino {
			syscall6(sysClose, fd, 0, 0, 0, 0, 0)
			return stopMapping
		}
		osFile.fd = osRaise(fd)
	}
	if osRlimit(rlimitFsize) < to {
		return stopRlimit
	}
	for try := 0; ; try++ {
		switch _, e := syscall6(sysFallocate, osFile.fd, 0, uintptr(from), uintptr(to-from), 0, 0); {
		case e == 0:
			return stopNone
		case e == eIntr && try < 1000:
		case e == eOpnotsupp || e == eNosys:
			return osWriteZeros(from, to)
		default:
			return stopNoSpace
		}
	}
}

// zeros is what osWriteZeros writes where fallocate is not supported.
var zeros [16384]byte

//go:norace
func osWriteZeros(from, to uint64) uint32 {
	for from < to {
		n := to - from
		if n > uint64(len(zeros)) {
			n = uint64(len(zeros))
		}
		w, e := syscall6(sysPwrite, osFile.fd, uintptr(unsafe.Pointer(&zeros)), uintptr(n), uintptr(from), 0, 0)
		if e == eIntr {
			continue
		}
		if e != 0 || w == 0 {
			return stopNoSpace
		}
		from += uint64(w)
	}
	return stopNone
}

// osPrefault makes the pages of a chunk present and writable with one call,
// which is cheaper than a fault for each. Kernels before 5.14 do not support it.
//
//go:norace
func osPrefault(p unsafe.Pointer, n uintptr) {
	if osFile.noPop {
		return
	}
	start := (uintptr(p) + 4095) &^ 4095
	end := (uintptr(p) + n) &^ 4095
	if end <= start {
		return
	}
	if _, e := syscall6(sysMadvise, start, end-start, populateWrite, 0, 0, 0); e != 0 && e != eIntr {
		osFile.noPop = true
	}
}

// osCwd fills buf with the working directory and returns its length.
//
//go:norace
func osCwd(buf *[1100]byte) int {
	n, e := syscall6(sysGetcwd, uintptr(unsafe.Pointer(buf)), uintptr(len(buf)), 0, 0, 0, 0)
	if e != 0 || n == 0 {
		return 0
	}
	return int(n) - 1
}

// osClockVerdict says what the kernel thinks of the time-stamp counter: 1 if it
// keeps time by it, -1 if it uses a slower clock instead, 0 if unknown.
//
//go:norace
func osClockVerdict() int {
	path := "/sys/devices/system/clocksource/clocksource0/current_clocksource\x00"
	fd, e := syscall6(sysOpenat, atFdcwd, uintptr(strPtr(path)), oCloexec, 0, 0, 0)
	if e != 0 {
		return 0
	}
	buf := (*[64]byte)(unsafe.Pointer(&scratch))
	n, e := syscall6(sysRead, fd, uintptr(unsafe.Pointer(&scratch)), uintptr(len(buf)), 0, 0, 0)
	syscall6(sysClose, fd, 0, 0, 0, 0, 0)
	if e != 0 || n > uintptr(len(buf)) {
		return 0
	}
	for n > 0 && buf[n-1] == '\n' {
		n--
	}
	switch string(buf[:n]) {
	case "tsc", "arch_sys_counter":
		return 1
	case "hpet", "acpi_pm", "jiffies", "refined-jiffies", "pit":
		return -1
	}
	return 0
}
