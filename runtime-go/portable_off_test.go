//go:build !gotrace_portable
// +build !gotrace_portable

package rt_test

// Whether the tests force portable mode.

const (
	portable = false
	deepest  = 100000
)
