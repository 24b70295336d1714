//go:build !amd64 && !arm64 && !loong64 && !ppc64le && !riscv64
// +build !amd64,!arm64,!loong64,!ppc64le,!riscv64

package rt

import "unsafe"

const haveG = false

func gticks() (gp unsafe.Pointer, ticks uint64) { return nil, 0 }
