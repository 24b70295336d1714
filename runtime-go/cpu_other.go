//go:build !amd64
// +build !amd64

package rt

// cpuTicksSteady: the arm64 generic timer counts at a fixed rate by
// definition; elsewhere raw ticks are not used.
func cpuTicksSteady() bool { return haveTicks }
