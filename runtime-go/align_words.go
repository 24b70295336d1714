//go:build !arm && !mips64le && !mipsle && !riscv64
// +build !arm,!mips64le,!mipsle,!riscv64

package rt

const alignedOnly = false
