//go:build linux && (amd64 || arm64)
// +build linux
// +build amd64 arm64

package rt

// syscall6 enters the kernel without telling the scheduler. It is our own
// because importing package syscall would force its initialisation to run before
// that of every traced package. errno is 0 on success.
func syscall6(num, a1, a2, a3, a4, a5, a6 uintptr) (r1, errno uintptr)
