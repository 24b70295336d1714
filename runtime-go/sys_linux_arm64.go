package rt

// Numbers of the Linux system calls that os_linux_raw.go uses, on arm64.

const (
	sysGetcwd    = 17
	sysFcntl     = 25
	sysMkdirat   = 34
	sysUnlinkat  = 35
	sysRenameat  = 38
	sysFallocate = 47
	sysFaccessat = 48
	sysOpenat    = 56
	sysClose     = 57
	sysGetdents  = 61
	sysRead      = 63
	sysPwrite    = 68
	sysFstat     = 80
	sysClockGet  = 113
	sysYieldNr   = 124
	sysGetpid    = 172
	sysGetppid   = 173
	sysMmap      = 222
	sysMadvise   = 233
	sysPrlimit   = 261
)
