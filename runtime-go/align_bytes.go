//go:build arm || mips64le || mipsle || riscv64
// +build arm mips64le mipsle riscv64

package rt

// alignedOnly makes put16, put32 and put64 store byte by byte. These
// processors may fault on a misaligned word, or the kernel emulates the store
// slowly.
const alignedOnly = true
