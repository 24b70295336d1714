//go:build !asan && !msan
// +build !asan
// +build !msan

package rt

const sanitized = false
