//go:build !arm && !mips64le && !mipsle && !riscv64
// +build !arm,!mips64le,!mipsle,!riscv64

package rt

// Processors that store misaligned words; see align_bytes.go for the others.

const alignedOnly = false
