// The current g, the time-stamp counter and atomics, declared in fast.go.

#include "textflag.h"

// func gticks() (gp unsafe.Pointer, ticks uint64)
TEXT ·gticks(SB), NOSPLIT, $0-16
	MOVD g, gp+0(FP)
	MRS CNTVCT_EL0, R0
	MOVD R0, ticks+8(FP)
	RET

// func rawTicks() uint64
TEXT ·rawTicks(SB), NOSPLIT, $0-8
	MRS CNTVCT_EL0, R0
	MOVD R0, ret+0(FP)
	RET

// func cas32(p *uint32, old, new uint32) bool
TEXT ·cas32(SB), NOSPLIT, $0-17
	MOVD p+0(FP), R0
	MOVW old+8(FP), R1
	MOVW new+12(FP), R2
cas32again:
	LDAXRW (R0), R3
	CMPW R1, R3
	BNE cas32done
	STLXRW R2, (R0), R4
	CBNZ R4, cas32again
cas32done:
	CSET EQ, R0
	MOVB R0, ret+16(FP)
	RET

// func load32(p *uint32) uint32
TEXT ·load32(SB), NOSPLIT, $0-12
	MOVD p+0(FP), R0
	LDARW (R0), R1
	MOVW R1, ret+8(FP)
	RET

// func store32(p *uint32, v uint32)
TEXT ·store32(SB), NOSPLIT, $0-12
	MOVD p+0(FP), R0
	MOVW v+8(FP), R1
	STLRW R1, (R0)
	RET

// func load64(p *uint64) uint64
TEXT ·load64(SB), NOSPLIT, $0-16
	MOVD p+0(FP), R0
	LDAR (R0), R1
	MOVD R1, ret+8(FP)
	RET

// func store64(p *uint64, v uint64)
TEXT ·store64(SB), NOSPLIT, $0-16
	MOVD p+0(FP), R0
	MOVD v+8(FP), R1
	STLR R1, (R0)
	RET

// func add64(p *uint64, d uint64) (old uint64)
TEXT ·add64(SB), NOSPLIT, $0-24
	MOVD p+0(FP), R0
	MOVD d+8(FP), R1
add64again:
	LDAXR (R0), R2
	ADD R1, R2, R3
	STLXR R3, (R0), R4
	CBNZ R4, add64again
	MOVD R2, old+16(FP)
	RET

// func storePtr(p *uintptr, v uintptr)
TEXT ·storePtr(SB), NOSPLIT, $0-16
	JMP ·store64(SB)
