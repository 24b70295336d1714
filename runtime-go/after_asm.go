//go:build amd64 || arm64
// +build amd64 arm64

package rt

// The Go side of after_amd64.s and after_arm64.s; see after.go.

// haveAfter says that this architecture has afterEntry.
const haveAfter = true

// afterCode returns the address of afterEntry.
func afterCode() uintptr

// afterEntry is the code of an afterClosure.
func afterEntry()
