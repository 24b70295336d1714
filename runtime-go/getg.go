//go:build 386 || arm || loong64 || mips64le || mipsle || ppc64le || riscv64
// +build 386 arm loong64 mips64le mipsle ppc64le riscv64

package rt

// The current g on architectures whose assembly (getg_*.s) only finds g: atomic
// operations come from sync/atomic, times from nanotime.

import "unsafe"

const haveG = true

// gticks returns the current g; ticks is unused, because haveTicks is false.
func gticks() (gp unsafe.Pointer, ticks uint64)
