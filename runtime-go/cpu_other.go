//go:build !amd64
// +build !amd64

package rt

// cpuTicksSteady reports whether raw ticks run at one rate. The arm64 generic
// timer does by definition; other architectures here do not use raw ticks.
func cpuTicksSteady() bool { return haveTicks }
