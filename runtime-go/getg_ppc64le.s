// The current g, declared in getg.go.

#include "textflag.h"

// func gticks() (gp unsafe.Pointer, ticks uint64)
TEXT ·gticks(SB), NOSPLIT, $0-16
	MOVD g, gp+0(FP)
	MOVD R0, ticks+8(FP)
	RET
