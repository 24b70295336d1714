//go:build !(darwin && (amd64 || arm64)) && !(linux && (386 || amd64 || arm || arm64 || loong64 || mips64le || mipsle || ppc64le || riscv64))
// +build !darwin !amd64,!arm64
// +build !linux !386,!amd64,!arm,!arm64,!loong64,!mips64le,!mipsle,!ppc64le,!riscv64

package rt

import "unsafe"

// Snapshots are not supported here.
const osSnapshots = false

func osOpen(path *[1200]byte) (fd int, ok bool)              { return 0, false }
func osMakeDirectory(path *[1200]byte, n int)                {}
func osWriteAt(fd int, p unsafe.Pointer, n, off uint64) bool { return false }
func osClose(fd int)                                         {}
func osRename(path *[1200]byte, n int) bool                  { return false }
func osRemove(path *[1200]byte)                              {}
func osExists(path *[1200]byte) bool                         { return false }
func osMayHave(bytes uint64) bool                            { return false }

func osRemoveFrom(path *[1200]byte, n int, unwanted func(string) bool) {}
