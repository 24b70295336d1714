//go:build (darwin || linux) && (darwin || 386 || arm || loong64 || mips64le || mipsle || ppc64le || riscv64)
// +build darwin linux
// +build darwin 386 arm loong64 mips64le mipsle ppc64le riscv64

package rt

// The operating system functions that macOS and most Linux architectures share.
// They use package syscall, whose calls may enter the scheduler; see
// os_linux_raw.go for what each function does.

import (
	"syscall"
	"unsafe"
)

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
func osAddressLimit() uint64 { return osRlimit(syscall.RLIMIT_AS) }

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
	osFile.fd = osRaise(fd)
	osFile.dev, osFile.ino = osIdentity(osFile.fd)
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

// osGrowable returns stopNone if the file may have `to` bytes, otherwise why it
// may not, as far as this is known without trying.
//
//go:norace
func osGrowable(to uint64) uint32 {
	if dev, ino := osIdentity(osFile.fd); dev != osFile.dev || ino != osFile.ino {
		// The program has closed the descriptor and may have reused its number.
		fd, err := syscall.Open(tracePathString(), syscall.O_RDWR|syscall.O_CLOEXEC, 0)
		if err != nil {
			return stopMapping
		}
		if dev, ino := osIdentity(fd); dev != osFile.dev || ino != osFile.ino {
			syscall.Close(fd)
			return stopMapping
		}
		osFile.fd = osRaise(fd)
	}
	if osRlimit(syscall.RLIMIT_FSIZE) < to {
		return stopRlimit
	}
	return stopNone
}

var zeros [16384]byte

// osWriteZeros writes zeros to the file's bytes [from, to), on file systems that
// cannot reserve space otherwise.
//
//go:norace
func osWriteZeros(from, to uint64) uint32 {
	for from < to {
		n := uint64(len(zeros))
		if n > to-from {
			n = to - from
		}
		w, err := syscall.Pwrite(osFile.fd, zeros[:n], int64(from))
		if err == syscall.EINTR {
			continue
		}
		if err != nil || w == 0 {
			return stopNoSpace
		}
		from += uint64(w)
	}
	return stopNone
}

//go:norace
func osDiscard() {
	syscall.Close(osFile.fd)
	syscall.Unlink(tracePathString())
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
