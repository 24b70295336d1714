// Package record runs one of two versions of a program and records it.
package record

import (
	"log"
	"os"
	"runtime/trace"
)

// Main is for programs that are called as
//
//	PROGRAM fires|quiet FILE
//
// It writes the execution trace of the version that was asked for to FILE.
func Main(fires, quiet func()) {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatalf("usage: %s fires|quiet FILE", os.Args[0])
	}
	version := map[string]func(){"fires": fires, "quiet": quiet}[os.Args[1]]
	if version == nil {
		log.Fatalf("%s: neither fires nor quiet", os.Args[1])
	}
	out, err := os.Create(os.Args[2])
	Check(err)
	Check(trace.Start(out))
	version()
	trace.Stop()
	Check(out.Close())
}

// Check ends the program when something failed.
func Check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
