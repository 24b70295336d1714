// The code of wrapped timer functions; see after.go.

#include "textflag.h"

// func afterCode() uintptr
TEXT ·afterCode(SB), NOSPLIT, $0-8
	MOVQ $·afterEntry(SB), AX
	MOVQ AX, ret+0(FP)
	RET

// afterEntry runs as the outermost function of a goroutine, with its
// afterClosure in DX. No write barrier is needed: the label pointer is nil,
// and the token does not point into the Go heap.
TEXT ·afterEntry(SB), NOSPLIT|NOFRAME|NEEDCTXT, $0-0
	MOVQ TLS, CX
	MOVQ 0(CX)(TLS*1), CX
	MOVQ ·labelsOff(SB), AX
	ADDQ AX, CX
	CMPQ 0(CX), $0
	JNE run
	MOVQ 16(DX), AX
	MOVQ AX, 0(CX)
run:
	MOVQ 8(DX), DX
	MOVQ 0(DX), AX
	JMP AX
