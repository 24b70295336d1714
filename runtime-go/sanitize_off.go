//go:build !asan && !msan
// +build !asan,!msan

package rt

// Builds without -asan and -msan.

const sanitized = false
