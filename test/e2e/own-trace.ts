/** A file for Go programs under test that look at their own trace while they write it. */
export const ownTrace = `package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"time"
)

// ownTrace returns a function that reads a number of some bytes at an offset of the
// program's trace, and the offset of its control chunk.
func ownTrace() (number func(at uint64, size int) uint64, control uint64) {
	paths, _ := filepath.Glob(os.Getenv("GOTRACE_OUT") + "/*.gotrace")
	file, err := os.Open(paths[0])
	if err != nil {
		panic(err)
	}
	number = func(at uint64, size int) uint64 {
		b := make([]byte, 8)
		file.ReadAt(b[:size], int64(at))
		return binary.LittleEndian.Uint64(b)
	}
	return number, number(2056, 8)
}

// reader returns a function that waits while the trace takes more bytes than most that
// gotrace could give back, if it reads along and does so.
func reader(most uint64) func() {
	number, control := ownTrace()
	isFollowed := os.Getenv("GOTRACE_FOLLOW") != ""
	return func() {
		for isFollowed && number(16, 8)-number(control+904, 8) > most && number(control+900, 4) == number(control+912, 4) {
			time.Sleep(5 * time.Millisecond)
		}
	}
}
`;
