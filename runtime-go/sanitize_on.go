//go:build asan || msan
// +build asan msan

package rt

// sanitized: a sanitizer surrounds heap objects and watches reads near them,
// so that a label pointer cannot be looked at for being a token of ours.
const sanitized = true
