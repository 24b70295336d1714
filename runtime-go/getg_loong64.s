// The current g, declared in getg.go.

#include "textflag.h"

// func gticks() (gp unsafe.Pointer, ticks uint64)
TEXT ·gticks(SB), NOSPLIT, $0-16
	MOVV g, gp+0(FP)
	MOVV R0, ticks+8(FP)
	RET
