// The current g, declared in getg.go.

#include "textflag.h"

// func gticks() (gp unsafe.Pointer, ticks uint64)
TEXT ·gticks(SB), NOSPLIT, $0-12
	MOVL TLS, CX
	MOVL 0(CX)(TLS*1), AX
	MOVL AX, gp+0(FP)
	MOVL $0, ticks_lo+4(FP)
	MOVL $0, ticks_hi+8(FP)
	RET
