package main

import (
	"path/filepath"
	"runtime"
)

func callerOf() (uintptr, string, int, bool) {
	pc, file, line, ok := runtime.Caller(2)
	return pc, filepath.Base(file), line, ok
}
