//go:build linux && (386 || arm || loong64 || mips64le || mipsle || ppc64le || riscv64)
// +build linux
// +build 386 arm loong64 mips64le mipsle ppc64le riscv64

package rt

// The trace file and its mapping on Linux architectures without assembly of
// ours: os_linux_raw.go's functions through package syscall. os_syscall.go has
// the rest.

import (
	"syscall"
	"unsafe"
)

//go:norace
func osAlloc(n uintptr) unsafe.Pointer {
	b, err := syscall.Mmap(-1, 0, int(n), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return nil
	}
	return unsafe.Pointer(&b[0])
}

//go:norace
func osZeros(n uintptr) unsafe.Pointer {
	b, err := syscall.Mmap(-1, 0, int(n), syscall.PROT_READ, syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE)
	if err != nil {
		return nil
	}
	return unsafe.Pointer(&b[0])
}

// osRaise moves a descriptor out of the low numbers a program may count on.
//
//go:norace
func osRaise(fd int) int {
	for _, floor := range [...]uintptr{700, 200} {
		if high, _, e := syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_DUPFD_CLOEXEC, floor); e == 0 {
			syscall.Close(fd)
			return int(high)
		}
	}
	return fd
}

//go:norace
func osMap(limit uint64) unsafe.Pointer {
	b, err := syscall.Mmap(osFile.fd, 0, int(limit), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return nil
	}
	return unsafe.Pointer(&b[0])
}

// osWipeOnFork makes the page of p read as zeros in forked processes. Kernels
// before 4.14 do not support it.
//
//go:norace
func osWipeOnFork(p unsafe.Pointer) {
	for size := uintptr(4096); size <= pageMax; size *= 4 {
		if _, _, e := syscall.RawSyscall(syscall.SYS_MADVISE, uintptr(p)&^(size-1), size, 18); e == 0 {
			return
		}
	}
}

//go:norace
func osStep(to uint64) uint64 { return (to + 4095) &^ 4095 }

//go:norace
func osGrow(from, to uint64) uint32 {
	if reason := osGrowable(to); reason != stopNone {
		return reason
	}
	for try := 0; ; try++ {
		switch err := syscall.Fallocate(osFile.fd, 0, int64(from), int64(to-from)); {
		case err == nil:
			return stopNone
		case err == syscall.EINTR && try < 1000:
		case err == syscall.EOPNOTSUPP || err == syscall.ENOSYS:
			return osWriteZeros(from, to)
		default:
			return stopNoSpace
		}
	}
}
