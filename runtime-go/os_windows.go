package rt

// The recorder's operating system functions on Windows; see os_linux_raw.go for
// what each does. A view of the file can be mapped into reserved address space
// only if that is a placeholder. Older systems have no placeholders: there the
// space is reserved in pieces, and each piece is released just before a view of
// the file takes its place.

import (
	"syscall"
	"unsafe"
)

const (
	osSupported = unsafe.Sizeof(uintptr(0)) == 8
	osPinned    = false

	// A view begins at a multiple of 64 KiB. The first pieces are that small to
	// keep the traces of short processes small.
	pieceMin   = 64 << 10
	pieceMax   = 1 << 20
	smallUntil = 1 << 20

	memReserve    = 0x2000
	memCommit     = 0x1000
	memRelease    = 0x8000
	pageNoAccess  = 1
	pageReadonly  = 2
	pageReadwrite = 4
	fileMapWrite  = 2

	reservePlaceholder  = 0x40000
	replacePlaceholder  = 0x4000
	preservePlaceholder = 2
	currentProcess      = ^uintptr(0)
)

var (
	kernel32       = syscall.NewLazyDLL("kernel32.dll")
	procAlloc      = kernel32.NewProc("VirtualAlloc")
	procFree       = kernel32.NewProc("VirtualFree")
	procMapViewEx  = kernel32.NewProc("MapViewOfFileEx")
	procCreateMap  = kernel32.NewProc("CreateFileMappingW")
	procSetPointer = kernel32.NewProc("SetFilePointerEx")
	kernelbase     = syscall.NewLazyDLL("kernelbase.dll")
	procAlloc2     = kernelbase.NewProc("VirtualAlloc2")
	procMapView3   = kernelbase.NewProc("MapViewOfFile3")
)

var osFile struct {
	h    syscall.Handle
	base uintptr
	// placeholders says that a view can replace reserved space in one step.
	placeholders bool
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

// osZeros always fails, so there is no token region: it would be four times the
// size of the file, and readable memory counts against the commit limit on
// Windows. Spawn tokens come from the heap instead.
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
	h, err := syscall.CreateFile(path, syscall.GENERIC_READ|syscall.GENERIC_WRITE, syscall.FILE_SHARE_READ|syscall.FILE_SHARE_WRITE|syscall.FILE_SHARE_DELETE,
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

// pieceAt returns the size of the piece that begins at offset off.
//
//go:norace
func pieceAt(off uint64) uint64 {
	if off < smallUntil {
		return pieceMin
	}
	return pieceMax
}

// osMap reserves address space: as one placeholder if Windows has them (since
// Windows 10, version 1803), otherwise in pieces.
//
//go:norace
func osMap(limit uint64) unsafe.Pointer {
	limit = osStep(limit)
	if procAlloc2.Find() == nil && procMapView3.Find() == nil {
		base, _, _ := procAlloc2.Call(currentProcess, 0, uintptr(limit), memReserve|reservePlaceholder, pageNoAccess, 0, 0)
		if base != 0 {
			osFile.base, osFile.placeholders = base, true
			return toPtr(base)
		}
	}
	// Another thread may take the space between the two steps: try elsewhere.
	for try := 0; try < 10; try++ {
		base, _, _ := procAlloc.Call(0, uintptr(limit), memReserve, pageNoAccess)
		if base == 0 {
			return nil
		}
		procFree.Call(base, 0, memRelease)
		if reservePieces(base, limit) {
			osFile.base = base
			return toPtr(base)
		}
	}
	return nil
}

// reservePieces reserves the address space of all pieces. On failure it
// reserves nothing.
//
//go:norace
func reservePieces(base uintptr, limit uint64) bool {
	for off := uint64(0); off < limit; off += pieceAt(off) {
		if p, _, _ := procAlloc.Call(base+uintptr(off), uintptr(pieceAt(off)), memReserve, pageNoAccess); p == 0 {
			for undo := uint64(0); undo < off; undo += pieceAt(undo) {
				procFree.Call(base+uintptr(undo), 0, memRelease)
			}
			return false
		}
	}
	return true
}

// osStep rounds up to whole pieces, because a view cannot be extended.
//
//go:norace
func osStep(to uint64) uint64 {
	unit := pieceAt(to - 1)
	return (to + unit - 1) &^ (unit - 1)
}

// osGrow puts the bytes [from, to) into the file and maps them. Both are
// boundaries of pieces, except for the size limit.
//
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
	for off := from; off < to; off += pieceAt(off) {
		n := pieceAt(off)
		if n > to-off {
			n = to - off
		}
		if !mapPiece(m, off, n) {
			return stopMapping
		}
	}
	return stopNone
}

// mapPiece replaces a piece by a view of the file. Without placeholders another
// thread may allocate that memory between the two steps; it is then not ours to
// free, and recording stops.
//
//go:norace
func mapPiece(m uintptr, off, n uint64) bool {
	at := osFile.base + uintptr(off)
	if osFile.placeholders {
		procFree.Call(at, uintptr(n), memRelease|preservePlaceholder)
		p, _, _ := procMapView3.Call(m, currentProcess, at, uintptr(off), uintptr(n), replacePlaceholder, pageReadwrite, 0, 0)
		return p != 0
	}
	procFree.Call(at, 0, memRelease)
	p, _, _ := procMapViewEx.Call(m, fileMapWrite, uintptr(off>>32), uintptr(off&0xffffffff), uintptr(n), at)
	return p != 0
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

func osWipeOnFork(p unsafe.Pointer) {}
