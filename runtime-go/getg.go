//go:build 386 || arm || loong64 || mips64le || mipsle || ppc64le || riscv64
// +build 386 arm loong64 mips64le mipsle ppc64le riscv64

package rt

// The current g on architectures whose assembly (getg_*.s) provides nothing
// else: these use sync/atomic and nanotime.

import "unsafe"

const haveG = true

// gticks returns the current g; its ticks are not used here.
func gticks() (gp unsafe.Pointer, ticks uint64)
