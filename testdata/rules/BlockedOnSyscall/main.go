// A read that blocks in the kernel, and reads that do not.
package main

import (
	"os"
	"syscall"
	"time"

	"example.com/rules/record"
)

func main() { record.Main(fires, quiet) }

func fires() {
	var pipe [2]int
	record.Check(syscall.Pipe(pipe[:])) // not os.Pipe, which the runtime polls
	go func() {
		time.Sleep(120 * time.Millisecond)
		_, err := syscall.Write(pipe[1], []byte("x"))
		record.Check(err)
	}()
	readDevice(pipe[0])
}

func readDevice(descriptor int) {
	_, err := syscall.Read(descriptor, make([]byte, 1))
	record.Check(err)
}

func quiet() {
	for i := 0; i < 50; i++ {
		_, err := os.ReadFile("/proc/self/stat")
		record.Check(err)
	}
	// Waits for the network, for a timer and for a signal are no system calls.
	reader, writer, err := os.Pipe()
	record.Check(err)
	go func() {
		time.Sleep(30 * time.Millisecond)
		writer.Close()
	}()
	reader.Read(make([]byte, 1))
}
