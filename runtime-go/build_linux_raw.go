//go:build linux && (amd64 || arm64)
// +build linux
// +build amd64 arm64

package rt

import "unsafe"

// programHead has room for the notes at the beginning of the executable.
var programHead [8192]byte

// osProgramHead returns the beginning of the program's executable. Call it only
// during the start.
//
//go:norace
func osProgramHead() []byte {
	path := "/proc/self/exe\x00"
	fd, e := syscall6(sysOpenat, atFdcwd, uintptr(strPtr(path)), oCloexec, 0, 0, 0)
	if e != 0 {
		return nil
	}
	n, e := syscall6(sysRead, fd, uintptr(unsafe.Pointer(&programHead)), uintptr(len(programHead)), 0, 0, 0)
	syscall6(sysClose, fd, 0, 0, 0, 0, 0)
	if e != 0 {
		return nil
	}
	return programHead[:n]
}
