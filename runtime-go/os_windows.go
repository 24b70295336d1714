package rt

import (
	"syscall"
	"unsafe"
)

// Windows. A view cannot be placed inside reserved address space, so the
// space is reserved in pieces, and a piece is given up just before the view
// of the file's part takes its place.

const (
	osSupported = unsafe.Sizeof(uintptr(0)) == 8
	osPinned    = false

	piece         = 1 << 20
	memReserve    = 0x2000
	memCommit     = 0x1000
	memRelease    = 0x8000
	pageNoAccess  = 1
	pageReadonly  = 2
	pageReadwrite = 4
	fileMapWrite  = 2
)

var (
	kernel32       = syscall.NewLazyDLL("kernel32.dll")
	procAlloc      = kernel32.NewProc("VirtualAlloc")
	procFree       = kernel32.NewProc("VirtualFree")
	procMapViewEx  = kernel32.NewProc("MapViewOfFileEx")
	procCreateMap  = kernel32.NewProc("CreateFileMappingW")
	procSetPointer = kernel32.NewProc("SetFilePointerEx")
)

var osFile struct {
	h    syscall.Handle
	base uintptr
}

//go:norace
func osYield() {}

//go:norace
func osPid() int { return syscall.Getpid() }

//go:norace
func osPpid() int { return syscall.Getppid() }

//go:norace
func osWall() int64 {
	var ft syscall.Filetime
	syscall.GetSystemTimeAsFileTime(&ft)
	return ft.Nanoseconds()
}

//go:norace
func osAlloc(n uintptr) unsafe.Pointer {
	p, _, _ := procAlloc.Call(0, n, memReserve|memCommit, pageReadwrite)
	return toPtr(p)
}

// osZeros: readable memory counts against the commit limit on Windows, so
// the token region, four times the file, is not had; spawns take their tokens
// from the heap instead.
//
//go:norace
func osZeros(n uintptr) unsafe.Pointer { return nil }

func osAddressLimit() uint64 { return ^uint64(0) }

//go:norace
func osCreate() (ok, exists bool) {
	path, err := syscall.UTF16PtrFromString(tracePathString())
	if err != nil {
		return false, false
	}
	h, err := syscall.CreateFile(path, syscall.GENERIC_READ|syscall.GENERIC_WRITE, syscall.FILE_SHARE_READ|syscall.FILE_SHARE_WRITE,
		nil, syscall.CREATE_NEW, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return false, err == syscall.ERROR_FILE_EXISTS
	}
	osFile.h = h
	return true, false
}

//go:norace
func osDiscard() {
	syscall.CloseHandle(osFile.h)
	if path, err := syscall.UTF16PtrFromString(tracePathString()); err == nil {
		syscall.DeleteFile(path)
	}
}

//go:norace
func osMap(limit uint64) unsafe.Pointer {
	limit = (limit + piece - 1) &^ (piece - 1)
	base, _, _ := procAlloc.Call(0, uintptr(limit), memReserve, pageNoAccess)
	if base == 0 {
		return nil
	}
	procFree.Call(base, 0, memRelease)
	for off := uintptr(0); off < uintptr(limit); off += piece {
		if p, _, _ := procAlloc.Call(base+off, piece, memReserve, pageNoAccess); p == 0 {
			return nil
		}
	}
	osFile.base = base
	return toPtr(base)
}

//go:norace
func osGrow(from, to uint64) uint32 {
	if ok, _, _ := procSetPointer.Call(uintptr(osFile.h), uintptr(to), 0, 0); ok == 0 || syscall.SetEndOfFile(osFile.h) != nil {
		return stopNoSpace
	}
	m, _, _ := procCreateMap.Call(uintptr(osFile.h), 0, pageReadwrite, uintptr(to>>32), uintptr(to&0xffffffff), 0)
	if m == 0 {
		return stopMapping
	}
	defer syscall.CloseHandle(syscall.Handle(m))
	for off := from &^ (piece - 1); off < to; off += piece {
		n := uint64(piece)
		if n > to-off {
			n = to - off
		}
		at := osFile.base + uintptr(off)
		procFree.Call(at, 0, memRelease)
		if p, _, _ := procMapViewEx.Call(m, fileMapWrite, uintptr(off>>32), uintptr(off&0xffffffff), uintptr(n), at); p == 0 {
			return stopMapping
		}
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
