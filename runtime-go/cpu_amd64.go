package rt

// Whether the time-stamp counter of an amd64 processor can serve as a clock.

//go:noescape
func cpuid(leaf uint32) (eax, edx uint32)

// cpuTicksSteady reports whether the time-stamp counter runs at one rate in all
// power states (CPUID 0x80000007, EDX bit 8).
func cpuTicksSteady() bool {
	if max, _ := cpuid(0x80000000); max < 0x80000007 {
		return false
	}
	_, edx := cpuid(0x80000007)
	return edx&(1<<8) != 0
}
