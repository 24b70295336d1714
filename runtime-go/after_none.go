//go:build !amd64 && !arm64
// +build !amd64,!arm64

package rt

const haveAfter = false

func afterCode() uintptr { return 0 }
