// The current g, declared in getg.go.

#include "textflag.h"

// func gticks() (gp unsafe.Pointer, ticks uint64)
TEXT ·gticks(SB), NOSPLIT, $0-12
	MOVW g, gp+0(FP)
	MOVW R0, ticks_lo+4(FP)
	MOVW R0, ticks_hi+8(FP)
	RET
