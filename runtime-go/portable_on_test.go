//go:build gotrace_portable
// +build gotrace_portable

package rt_test

// Whether the tests force portable mode.

// In portable mode the cost of an event grows with the depth of its stack.
const (
	portable = true
	deepest  = 1000
)
