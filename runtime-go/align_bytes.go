//go:build arm || mips64le || mipsle || riscv64
// +build arm mips64le mipsle riscv64

package rt

// alignedOnly: these processors may refuse to store a word at an address that
// is no multiple of its size, or the kernel does it for them slowly.
const alignedOnly = true
