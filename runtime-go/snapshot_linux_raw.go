//go:build linux && (amd64 || arm64)
// +build linux
// +build amd64 arm64

package rt

import "unsafe"

// The files of snapshots; paths are NUL-terminated.
const osSnapshots = true

// osMayHave reports whether a file may have that many bytes.
//
//go:norace
func osMayHave(bytes uint64) bool {
	lock()
	most := osRlimit(rlimitFsize)
	unlock()
	return bytes <= most
}

//go:norace
func osOpen(path *[1200]byte) (fd int, ok bool) {
	r, e := syscall6(sysOpenat, atFdcwd, uintptr(unsafe.Pointer(path)), oRdwr|oCreat|oExcl|oCloexec, 0o644, 0, 0)
	return int(r), e == 0
}

//go:norace
func osMakeDirectory(path *[1200]byte, n int) {
	syscall6(sysMkdirat, atFdcwd, uintptr(unsafe.Pointer(path)), 0o755, 0, 0, 0)
}

//go:norace
func osWriteAt(fd int, p unsafe.Pointer, n, off uint64) bool {
	for n > 0 {
		w, e := syscall6(sysPwrite, uintptr(fd), uintptr(p), uintptr(n), uintptr(off), 0, 0)
		if e == eIntr {
			continue
		}
		if e != 0 || w == 0 {
			return false
		}
		p, n, off = add(p, w), n-uint64(w), off+uint64(w)
	}
	return true
}

//go:norace
func osClose(fd int) { syscall6(sysClose, uintptr(fd), 0, 0, 0, 0, 0) }

// osRename takes ".part" off a path whose length is n without it.
//
//go:norace
func osRename(path *[1200]byte, n int) bool {
	to := &snapshots.oldPath
	copyString(to[:], stringAt(unsafe.Pointer(path), uintptr(n)))
	to[n] = 0
	_, e := syscall6(sysRenameat, atFdcwd, uintptr(unsafe.Pointer(path)), atFdcwd, uintptr(unsafe.Pointer(to)), 0, 0)
	return e == 0
}

//go:norace
func osRemove(path *[1200]byte) {
	syscall6(sysUnlinkat, atFdcwd, uintptr(unsafe.Pointer(path)), 0, 0, 0, 0)
}

// entries is what osRemoveFrom reads of a directory. Who has snapshots.busy uses it.
var entries [512]uint64

// osRemoveFrom removes the unwanted files of a directory, whose path is n bytes long.
//
//go:norace
//go:nocheckptr
func osRemoveFrom(path *[1200]byte, n int, unwanted func(string) bool) {
	const length, name = 16, 19 // offsets in struct linux_dirent64
	fd, e := syscall6(sysOpenat, atFdcwd, uintptr(unsafe.Pointer(path)), oCloexec, 0, 0, 0)
	if e != 0 {
		return
	}
	for {
		size, e := syscall6(sysGetdents, fd, uintptr(unsafe.Pointer(&entries)), unsafe.Sizeof(entries), 0, 0, 0)
		if e != 0 || size == 0 {
			break
		}
		for at := uintptr(0); at < size; {
			entry := add(unsafe.Pointer(&entries), at)
			p, end := add(entry, name), uintptr(0)
			for *(*byte)(add(p, end)) != 0 {
				end++
			}
			if unwanted(stringAt(p, end)) {
				syscall6(sysUnlinkat, fd, uintptr(p), 0, 0, 0, 0)
			}
			at += uintptr(*(*uint16)(add(entry, length)))
		}
	}
	osClose(int(fd))
}

//go:norace
func osExists(path *[1200]byte) bool {
	_, e := syscall6(sysFaccessat, atFdcwd, uintptr(unsafe.Pointer(path)), 0, 0, 0, 0)
	return e == 0
}
