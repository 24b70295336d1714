//go:build linux && (386 || arm || loong64 || mips64le || mipsle || ppc64le || riscv64)
// +build linux
// +build 386 arm loong64 mips64le mipsle ppc64le riscv64

package rt

import (
	"syscall"
	"unsafe"
)

// Linux on architectures without assembly of ours: the same through package
// syscall, whose calls may enter the scheduler.

const (
	osSupported = true
	osPinned    = false
)

var osFile struct {
	fd       int
	dev, ino uint64
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

//go:norace
func osAddressLimit() uint64 {
	var lim syscall.Rlimit
	if syscall.Getrlimit(9, &lim) != nil {
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
	// Out of the low numbers a program may count on.
	if high, _, e := syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_DUPFD_CLOEXEC, 700); e == 0 {
		syscall.Close(fd)
		fd = int(high)
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
	b, err := syscall.Mmap(osFile.fd, 0, int(limit), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return nil
	}
	return unsafe.Pointer(&b[0])
}

//go:norace
func osGrow(from, to uint64) uint32 {
	if dev, ino := osIdentity(osFile.fd); dev != osFile.dev || ino != osFile.ino {
		return stopMapping
	}
	var lim syscall.Rlimit
	if syscall.Getrlimit(1, &lim) == nil && lim.Cur < to {
		return stopRlimit
	}
	for try := 0; ; try++ {
		switch err := syscall.Fallocate(osFile.fd, 0, int64(from), int64(to-from)); {
		case err == nil:
			return stopNone
		case err == syscall.EINTR && try < 1000:
		case err == syscall.EOPNOTSUPP || err == syscall.ENOSYS:
			zeros := make([]byte, 16384)
			for from < to {
				n := uint64(len(zeros))
				if n > to-from {
					n = to - from
				}
				w, err := syscall.Pwrite(osFile.fd, zeros[:n], int64(from))
				if err != nil && err != syscall.EINTR {
					return stopNoSpace
				}
				if w > 0 {
					from += uint64(w)
				}
			}
			return stopNone
		default:
			return stopNoSpace
		}
	}
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
