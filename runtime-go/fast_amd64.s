// The current g, the time-stamp counter and atomics, declared in fast.go.

#include "textflag.h"

// func gticks() (gp unsafe.Pointer, ticks uint64)
TEXT ·gticks(SB), NOSPLIT, $0-16
	MOVQ TLS, CX
	MOVQ 0(CX)(TLS*1), CX
	MOVQ CX, gp+0(FP)
	RDTSC
	SHLQ $32, DX
	ORQ DX, AX
	MOVQ AX, ticks+8(FP)
	RET

// func rawTicks() uint64
TEXT ·rawTicks(SB), NOSPLIT, $0-8
	RDTSC
	SHLQ $32, DX
	ORQ DX, AX
	MOVQ AX, ret+0(FP)
	RET

// func cpuid(leaf uint32) (eax, edx uint32)
TEXT ·cpuid(SB), NOSPLIT, $0-16
	MOVL leaf+0(FP), AX
	XORL CX, CX
	CPUID
	MOVL AX, eax+8(FP)
	MOVL DX, edx+12(FP)
	RET

// func cas32(p *uint32, old, new uint32) bool
TEXT ·cas32(SB), NOSPLIT, $0-17
	MOVQ p+0(FP), BX
	MOVL old+8(FP), AX
	MOVL new+12(FP), CX
	LOCK
	CMPXCHGL CX, 0(BX)
	SETEQ ret+16(FP)
	RET

// func load32(p *uint32) uint32
TEXT ·load32(SB), NOSPLIT, $0-12
	MOVQ p+0(FP), BX
	MOVL 0(BX), AX
	MOVL AX, ret+8(FP)
	RET

// func store32(p *uint32, v uint32)
TEXT ·store32(SB), NOSPLIT, $0-12
	MOVQ p+0(FP), BX
	MOVL v+8(FP), AX
	XCHGL AX, 0(BX)
	RET

// func load64(p *uint64) uint64
TEXT ·load64(SB), NOSPLIT, $0-16
	MOVQ p+0(FP), BX
	MOVQ 0(BX), AX
	MOVQ AX, ret+8(FP)
	RET

// func store64(p *uint64, v uint64)
TEXT ·store64(SB), NOSPLIT, $0-16
	MOVQ p+0(FP), BX
	MOVQ v+8(FP), AX
	XCHGQ AX, 0(BX)
	RET

// func add64(p *uint64, d uint64) (old uint64)
TEXT ·add64(SB), NOSPLIT, $0-24
	MOVQ p+0(FP), BX
	MOVQ d+8(FP), AX
	LOCK
	XADDQ AX, 0(BX)
	MOVQ AX, old+16(FP)
	RET

// func storePtr(p *uintptr, v uintptr)
TEXT ·storePtr(SB), NOSPLIT, $0-16
	JMP ·store64(SB)
