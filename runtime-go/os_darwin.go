//go:build amd64 || arm64
// +build amd64 arm64

package rt

// The trace file and its mapping on macOS; os_syscall.go has the rest. Pages past
// the end of a mapped file stay unusable here even after the file has grown, so
// the address space is reserved once and each segment of the file is mapped into
// it.

import (
	"syscall"
	"unsafe"
)

const (
	mapFixed     = 0x10
	fPreallocate = 42
	fAllocateAll = 4
	fPeofPosMode = 3
)

// fstore is the argument of F_PREALLOCATE.
type fstore struct {
	flags, mode    uint32
	offset, length int64
	allocated      int64
}

var osMapping struct {
	base uintptr
	fs   fstore
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
func osRaise(fd int) int { return fd }

//go:norace
func osMap(limit uint64) unsafe.Pointer {
	p, ok := mmap(0, uintptr(limit), syscall.PROT_NONE, syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE, -1, 0)
	if !ok {
		return nil
	}
	osMapping.base = p
	return toPtr(p)
}

// osStep rounds a size of the file up to whole pages: 16 KiB on arm64, the
// largest page size of macOS.
//
//go:norace
func osStep(to uint64) uint64 { return (to + 16383) &^ 16383 }

// osGrow puts the bytes [from, to) into the file and maps them.
//
//go:norace
func osGrow(from, to uint64) uint32 {
	from &^= 16384 - 1
	if reason := osGrowable(to); reason != stopNone {
		return reason
	}
	osMapping.fs = fstore{flags: fAllocateAll, mode: fPeofPosMode, length: int64(to - from)}
	_, _, e := syscall.Syscall(syscall.SYS_FCNTL, uintptr(osFile.fd), fPreallocate, uintptr(unsafe.Pointer(&osMapping.fs)))
	switch {
	case e == syscall.ENOSPC || e == syscall.EDQUOT:
		return stopNoSpace
	case e != 0:
		// The file system does not support F_PREALLOCATE (network drives, FAT).
		// Writing zeros reserves the space: touching a mapped page for which the
		// disk has no room would kill the program.
		if reason := osWriteZeros(from, to); reason != stopNone {
			return reason
		}
	case syscall.Ftruncate(osFile.fd, int64(to)) != nil:
		return stopNoSpace
	}
	if _, ok := mmap(osMapping.base+uintptr(from), uintptr(to-from), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED|mapFixed, osFile.fd, from); !ok {
		return stopMapping
	}
	return stopNone
}

func osWipeOnFork(p unsafe.Pointer) {}
