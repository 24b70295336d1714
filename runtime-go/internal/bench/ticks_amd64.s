// Two reads of the time-stamp counter, declared in ticks.go.

#include "textflag.h"

// func rawPair() uint64
TEXT ·rawPair(SB), NOSPLIT, $0-8
	RDTSC
	SHLQ $32, DX
	ORQ DX, AX
	MOVQ AX, CX
	RDTSC
	SHLQ $32, DX
	ORQ DX, AX
	SUBQ CX, AX
	MOVQ AX, ret+0(FP)
	RET
