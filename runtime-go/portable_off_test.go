//go:build !gotrace_portable
// +build !gotrace_portable

package rt_test

const (
	portable = false
	deepest  = 100000
)
