//go:build gotrace_portable
// +build gotrace_portable

package rt

// Tests of portable mode force it with this build tag.

const forcePortable = true
