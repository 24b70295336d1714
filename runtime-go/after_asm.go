//go:build amd64 || arm64
// +build amd64 arm64

package rt

// haveAfter says that this architecture has the assembly in after_*.s.
const haveAfter = true

// afterCode returns the address of afterEntry.
func afterCode() uintptr

// afterEntry is the code of an afterClosure.
func afterEntry()
