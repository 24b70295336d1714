// Two reads of the time-stamp counter, declared in ticks.go.

#include "textflag.h"

// func rawPair() uint64
TEXT ·rawPair(SB), NOSPLIT, $0-8
	MRS CNTVCT_EL0, R0
	MRS CNTVCT_EL0, R1
	SUB R0, R1
	MOVD R1, ret+0(FP)
	RET
