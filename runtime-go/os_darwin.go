//go:build amd64 || arm64
// +build amd64 arm64

package rt

import (
	"syscall"
	"unsafe"
)

// macOS. Pages past the end of a mapped file stay unusable there even after
// the file has grown, so the address space is reserved once and each segment
// of the file is mapped into it.

const (
	osSupported = true
	osPinned    = false

	mapFixed     = 0x10
	fPreallocate = 42
	rlimitFsize  = 1
	rlimitAS     = 5
)

// fstore is the argument of F_PREALLOCATE.
type fstore struct {
	flags, mode    uint32
	offset, length int64
	allocated      int64
}

const (
	fAllocateAll = 4
	fPeofPosMode = 3
	enotsup      = syscall.Errno(45)
)

var osFile struct {
	fd       int
	dev, ino uint64
	base     uintptr
	fs       fstore
}

//go:norace
func osYield() {}

//go:norace
func osPid() int { return syscall.Getpid() }

//go:norace
func osPpid() int { return syscall.Getppid() }

//go:norace
func osWall() int64 {
	var tv syscall.Timeval
	syscall.Gettimeofday(&tv)
	return tv.Nano()
}

//go:norace
func mmap(addr, n uintptr, prot, flags int, fd int, off uint64) (uintptr, bool) {
	r, _, e := syscall.Syscall6(syscall.SYS_MMAP, addr, n, uintptr(prot), uintptr(flags), uintptr(fd), uintptr(off))
	return r, e == 0
}

//go:norace
func osAlloc(n uintptr) unsafe.Pointer {
	p, ok := mmap(0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON, -1, 0)
	if !ok {
		return nil
	}
	return toPtr(p)
}

//go:norace
func osZeros(n uintptr) unsafe.Pointer {
	p, ok := mmap(0, n, syscall.PROT_READ, syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE, -1, 0)
	if !ok {
		return nil
	}
	return toPtr(p)
}

//go:norace
func osAddressLimit() uint64 { return osRlimit(rlimitAS) }

//go:norace
func osRlimit(which int) uint64 {
	var lim syscall.Rlimit
	if syscall.Getrlimit(which, &lim) != nil {
		return ^uint64(0)
	}
	return lim.Cur
}

//go:norace
func osCreate() (ok, exists bool) {
	fd, err := syscall.Open(tracePathString(), syscall.O_RDWR|syscall.O_CREAT|syscall.O_EXCL|syscall.O_CLOEXEC, 0o644)
	if err != nil {
		return false, err == syscall.EEXIST
	}
	osFile.fd = fd
	osFile.dev, osFile.ino = osIdentity(fd)
	return true, false
}

//go:norace
func osIdentity(fd int) (dev, ino uint64) {
	var st syscall.Stat_t
	if syscall.Fstat(fd, &st) != nil {
		return 0, 0
	}
	return uint64(st.Dev), st.Ino
}

//go:norace
func osDiscard() {
	syscall.Close(osFile.fd)
	syscall.Unlink(tracePathString())
}

//go:norace
func osMap(limit uint64) unsafe.Pointer {
	p, ok := mmap(0, uintptr(limit), syscall.PROT_NONE, syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE, -1, 0)
	if !ok {
		return nil
	}
	osFile.base = p
	return toPtr(p)
}

// osGrow puts the bytes [from, to) into the file and maps them. Multiples of
// 16 KiB, the largest page size of macOS, are asked for.
//
//go:norace
func osGrow(from, to uint64) uint32 {
	from &^= 16384 - 1
	if dev, ino := osIdentity(osFile.fd); dev != osFile.dev || ino != osFile.ino {
		return stopMapping
	}
	if osRlimit(rlimitFsize) < to {
		return stopRlimit
	}
	osFile.fs = fstore{flags: fAllocateAll, mode: fPeofPosMode, length: int64(to - from)}
	_, _, e := syscall.Syscall(syscall.SYS_FCNTL, uintptr(osFile.fd), fPreallocate, uintptr(unsafe.Pointer(&osFile.fs)))
	if e != 0 && e != enotsup && e != syscall.EINVAL {
		return stopNoSpace
	}
	if syscall.Ftruncate(osFile.fd, int64(to)) != nil {
		return stopNoSpace
	}
	if _, ok := mmap(osFile.base+uintptr(from), uintptr(to-from), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED|mapFixed, osFile.fd, from); !ok {
		return stopMapping
	}
	return stopNone
}

//go:norace
func osPrefault(p unsafe.Pointer, n uintptr) {}

//go:norace
func osCwd(buf *[1100]byte) int {
	s, err := syscall.Getwd()
	if err != nil {
		return 0
	}
	return copy(buf[:], s)
}

func osClockVerdict() int { return 0 }
