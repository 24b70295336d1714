//go:build linux && (amd64 || arm64)
// +build linux
// +build amd64 arm64

package rt

// syscall6 enters the kernel without telling the scheduler. It is our own so
// that the package need not import syscall, whose initialisation would have
// to run before that of every traced package.
func syscall6(num, a1, a2, a3, a4, a5, a6 uintptr) (r1, errno uintptr)
