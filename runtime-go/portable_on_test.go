//go:build gotrace_portable
// +build gotrace_portable

package rt_test

// Whether the tests force portable mode.

// In portable mode an event costs as much as its stack is deep.
const (
	portable = true
	deepest  = 1000
)
