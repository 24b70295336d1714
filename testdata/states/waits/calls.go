//go:build cgo

package main

// #include <unistd.h>
import "C"

import "time"

func calls() {
	timed("callC", "syscall", length, callC)
}

func callC(t *times) {
	t.begin = time.Now()
	C.usleep(C.useconds_t(length / time.Microsecond))
	t.end = time.Now()
}
