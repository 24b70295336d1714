//go:build linux && (amd64 || arm64)
// +build linux
// +build amd64 arm64

package rt

// osHoles says that files may have holes.
const osHoles = true

const (
	mapFixed = 0x10
	remove   = 9
)

// osHole makes a hole of the file's bytes [from, to), which nobody may touch again. The
// pages of the mapping go as well, and those of the page table.
//
//go:norace
func osHole(from, to uint64) bool {
	at, n := uintptr(add(hot.base, uintptr(from))), uintptr(to-from)
	for try := 0; ; try++ {
		_, e := syscall6(sysMadvise, at, n, remove, 0, 0, 0)
		if e == 0 {
			break
		}
		if e != eIntr || try == 1000 {
			return false
		}
	}
	syscall6(sysMmap, at, n, 0, mapPrivate|mapAnon|mapNoReserv|mapFixed, ^uintptr(0), 0)
	return true
}
