//go:build !asan && !msan
// +build !asan,!msan

package rt

const sanitized = false
