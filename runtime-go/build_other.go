//go:build !linux || (!amd64 && !arm64)
// +build !linux !amd64,!arm64

package rt

// osProgramHead returns nothing: the executable is not looked for.
func osProgramHead() []byte { return nil }
