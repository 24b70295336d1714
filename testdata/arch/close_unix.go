//go:build !windows

package main

import "syscall"

// closeAll closes every descriptor that a program can have, as daemons do.
func closeAll() {
	for fd := 3; fd < 1100; fd++ {
		syscall.Close(fd)
	}
}
