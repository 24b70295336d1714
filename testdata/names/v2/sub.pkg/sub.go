// Package v2 has an import path with a dot in it, which Go escapes in function names.
package v2

import "runtime"

// Noted has the names of the functions that ran.
var Noted []string

func note() {
	pcs := make([]uintptr, 1)
	runtime.Callers(2, pcs)
	Noted = append(Noted, runtime.FuncForPC(pcs[0]-1).Name())
}

// Exported calls f.
func Exported(f func()) {
	note()
	defer func() { note() }()
	f()
}
