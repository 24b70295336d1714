//go:build !gotrace_portable
// +build !gotrace_portable

package rt

// The default: portable mode only where the g struct is not understood.

const forcePortable = false
