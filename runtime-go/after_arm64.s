// The code of wrapped timer functions; see after.go.

#include "textflag.h"

// func afterCode() uintptr
TEXT ·afterCode(SB), NOSPLIT, $0-8
	MOVD $·afterEntry(SB), R0
	MOVD R0, ret+0(FP)
	RET

// afterEntry runs as the outermost function of a goroutine, with its
// afterClosure in R26. No write barrier is needed: the label pointer is nil,
// and the token does not point into the Go heap.
TEXT ·afterEntry(SB), NOSPLIT|NOFRAME|NEEDCTXT, $0-0
	MOVD ·labelsOff(SB), R0
	ADD g, R0, R0
	MOVD 0(R0), R1
	CBNZ R1, run
	MOVD 16(R26), R1
	MOVD R1, 0(R0)
run:
	MOVD 8(R26), R26
	MOVD 0(R26), R0
	JMP (R0)
