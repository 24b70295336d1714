//go:build !386 && !amd64 && !arm && !arm64 && !loong64 && !mips64le && !mipsle && !ppc64le && !riscv64
// +build !386,!amd64,!arm,!arm64,!loong64,!mips64le,!mipsle,!ppc64le,!riscv64

package rt

// Architectures without assembly of ours: the current g is unknown.

import "unsafe"

const haveG = false

func gticks() (gp unsafe.Pointer, ticks uint64) { return nil, 0 }
