//go:build !windows && !js && !wasip1 && !plan9
// +build !windows,!js,!wasip1,!plan9

package main

import "syscall"

// cpuTime returns the processor time that the process has used, in ns.
func cpuTime() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
