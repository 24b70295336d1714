package rt

// Numbers of the Linux system calls that os_linux_raw.go uses, on amd64.

const (
	sysRead      = 0
	sysClose     = 3
	sysFstat     = 5
	sysMmap      = 9
	sysPwrite    = 18
	sysYieldNr   = 24
	sysMadvise   = 28
	sysGetpid    = 39
	sysFcntl     = 72
	sysGetcwd    = 79
	sysGetppid   = 110
	sysGetdents  = 217
	sysClockGet  = 228
	sysOpenat    = 257
	sysMkdirat   = 258
	sysUnlinkat  = 263
	sysRenameat  = 264
	sysFaccessat = 269
	sysFallocate = 285
	sysPrlimit   = 302
)
