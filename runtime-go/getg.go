//go:build 386 || arm || loong64 || mips64le || mipsle || ppc64le || riscv64
// +build 386 arm loong64 mips64le mipsle ppc64le riscv64

package rt

import "unsafe"

const haveG = true

// gticks returns the current g; its ticks are not used here.
func gticks() (gp unsafe.Pointer, ticks uint64)
