//go:build (darwin || linux) && (darwin || 386 || arm || loong64 || mips64le || mipsle || ppc64le || riscv64)
// +build darwin linux
// +build darwin 386 arm loong64 mips64le mipsle ppc64le riscv64

package rt

import (
	"syscall"
	"unsafe"
)

// The files of snapshots; paths are NUL-terminated.
const osSnapshots = true

// osMayHave reports whether a file may have that many bytes.
//
//go:norace
func osMayHave(bytes uint64) bool { return bytes <= osRlimit(syscall.RLIMIT_FSIZE) }

//go:norace
func osOpen(path *[1200]byte) (fd int, ok bool) {
	fd, err := syscall.Open(pathString(path), syscall.O_RDWR|syscall.O_CREAT|syscall.O_EXCL|syscall.O_CLOEXEC, 0o644)
	return fd, err == nil
}

//go:norace
func osMakeDirectory(path *[1200]byte, n int) { syscall.Mkdir(string(path[:n]), 0o755) }

//go:norace
//go:nocheckptr
func osWriteAt(fd int, p unsafe.Pointer, n, off uint64) bool {
	for n > 0 {
		most := n
		if most > copyMost {
			most = copyMost
		}
		w, err := syscall.Pwrite(fd, (*[copyMost]byte)(p)[:most], int64(off))
		if err == syscall.EINTR {
			continue
		}
		if err != nil || w == 0 {
			return false
		}
		p, n, off = add(p, uintptr(w)), n-uint64(w), off+uint64(w)
	}
	return true
}

//go:norace
func osClose(fd int) { syscall.Close(fd) }

// osRename takes ".part" off a path whose length is n without it.
//
//go:norace
func osRename(path *[1200]byte, n int) bool {
	return syscall.Rename(pathString(path), string(path[:n])) == nil
}

//go:norace
func osRemove(path *[1200]byte) { syscall.Unlink(pathString(path)) }

//go:norace
func osExists(path *[1200]byte) bool { return syscall.Access(pathString(path), 0) == nil }

//go:norace
func pathString(path *[1200]byte) string {
	n := 0
	for path[n] != 0 {
		n++
	}
	return string(path[:n])
}

// osRemoveFrom removes the unwanted files of a directory, whose path is n bytes long.
//
//go:norace
func osRemoveFrom(path *[1200]byte, n int, unwanted func(string) bool) {
	directory := string(path[:n])
	fd, err := syscall.Open(directory, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	entries := make([]byte, 4096)
	for {
		size, err := syscall.ReadDirent(fd, entries)
		if err != nil || size <= 0 {
			break
		}
		_, _, names := syscall.ParseDirent(entries[:size], -1, nil)
		for _, name := range names {
			if unwanted(name) {
				syscall.Unlink(directory + "/" + name)
			}
		}
	}
	syscall.Close(fd)
}
