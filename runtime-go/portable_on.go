//go:build gotrace_portable
// +build gotrace_portable

package rt

const forcePortable = true
