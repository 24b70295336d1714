//go:build asan || msan
// +build asan msan

package rt

// sanitized turns heap tokens off (spawn.go). Telling a token from the user's
// labels means reading beyond the end of the label set, which a sanitizer
// reports.
const sanitized = true
