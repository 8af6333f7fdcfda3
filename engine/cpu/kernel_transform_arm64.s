//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "neon_arm64.h"

// The transforms of Lavin and Gray 2016 for F(4x4,3x3), on four lanes at a time: a tile is done in four
// quarters. V31 holds the constants.
DATA transformConstants<>+0(SB)/4, $2.0
DATA transformConstants<>+4(SB)/4, $4.0
DATA transformConstants<>+8(SB)/4, $5.0
DATA transformConstants<>+12(SB)/4, $8.0
GLOBL transformConstants<>(SB), RODATA|NOPTR, $16

#define TWO 0
#define FOUR 1
#define FIVE 2
#define EIGHT 3

// d += constant * n, d -= constant * n.
#define PLUS(d, constant, n) FMLA(d, n, 31, constant)
#define MINUS(d, constant, n) FMLS(d, n, 31, constant)

// The bits of the 16 lanes in a mask.
DATA ·laneBits+0(SB)/4, $0x1
DATA ·laneBits+4(SB)/4, $0x2
DATA ·laneBits+8(SB)/4, $0x4
DATA ·laneBits+12(SB)/4, $0x8
DATA ·laneBits+16(SB)/4, $0x10
DATA ·laneBits+20(SB)/4, $0x20
DATA ·laneBits+24(SB)/4, $0x40
DATA ·laneBits+28(SB)/4, $0x80
DATA ·laneBits+32(SB)/4, $0x100
DATA ·laneBits+36(SB)/4, $0x200
DATA ·laneBits+40(SB)/4, $0x400
DATA ·laneBits+44(SB)/4, $0x800
DATA ·laneBits+48(SB)/4, $0x1000
DATA ·laneBits+52(SB)/4, $0x2000
DATA ·laneBits+56(SB)/4, $0x4000
DATA ·laneBits+60(SB)/4, $0x8000
GLOBL ·laneBits(SB), RODATA|NOPTR, $64

// Elements 1 to 4 of B^T d of column x, to x, 6+x, 12+x and 18+x. The rows of the patch are in R4 to R9.
#define MIDDLE(x) \
	LOAD(24, 5, x*64) \
	LOAD(25, 6, x*64) \
	LOAD(26, 7, x*64) \
	LOAD(27, 8, x*64) \
	FSUB(12+x, 27, 25) \
	FSUB(18+x, 27, 25) \
	FSUB(28, 26, 24) \
	PLUS(12+x, TWO, 28) \
	MINUS(18+x, TWO, 28) \
	MINUS(27, FOUR, 25) \
	MINUS(26, FOUR, 24) \
	FADD(x, 27, 26) \
	FSUB(6+x, 27, 26)

// Elements 0 and 5, to x and 6+x: 4d0 + (d4-5d2), 4d1 + (d5-5d3).
#define OUTER(x) \
	LOAD(x, 8, x*64) \
	LOAD(24, 6, x*64) \
	LOAD(25, 4, x*64) \
	LOAD(6+x, 9, x*64) \
	LOAD(26, 7, x*64) \
	LOAD(27, 5, x*64) \
	MINUS(x, FIVE, 24) \
	MINUS(6+x, FIVE, 26) \
	PLUS(x, FOUR, 25) \
	PLUS(6+x, FOUR, 27)

// The six frequencies of the row in r to r+5, stored from R10 on at a distance of R1.
#define INPUTROW(r) \
	FSUB(24, r+4, r+2) \
	FSUB(25, r+3, r+1) \
	FSUB(26, r, r+2) \
	FSUB(28, r+4, r+2) \
	FSUB(27, r+5, r+3) \
	FSUB(29, r+4, r+2) \
	PLUS(28, FOUR, 26) \
	MINUS(27, FOUR, 25) \
	PLUS(29, TWO, 25) \
	MINUS(24, TWO, 25) \
	MINUS(r+4, FOUR, r+2) \
	MINUS(r+3, FOUR, r+1) \
	FADD(26, r+4, r+3) \
	FSUB(30, r+4, r+3) \
	STORENEXT(28, 10, 1) \
	STORENEXT(26, 10, 1) \
	STORENEXT(30, 10, 1) \
	STORENEXT(29, 10, 1) \
	STORENEXT(24, 10, 1) \
	STORENEXT(27, 10, 1)

// func transformInputNEON(dst []float32, stride int, rows *[patchSize][]float32, tiles int)
TEXT ·transformInputNEON(SB), NOSPLIT, $0-48
	MOVD dst_base+0(FP), R0
	MOVD stride+24(FP), R1
	LSL  $2, R1
	ADD  R1<<1, R1, R2
	LSL  $1, R2
	ADD  R2<<2, R2, R12
	MOVD rows+32(FP), R10
	MOVD 0(R10), R4
	MOVD 24(R10), R5
	MOVD 48(R10), R6
	MOVD 72(R10), R7
	MOVD 96(R10), R8
	MOVD 120(R10), R9
	MOVD tiles+40(FP), R3
	MOVD $transformConstants<>(SB), R10
	LOAD(31, 10, 0)

tile:
	MOVD $4, R11

quarter:
	MIDDLE(0)
	MIDDLE(1)
	MIDDLE(2)
	MIDDLE(3)
	MIDDLE(4)
	MIDDLE(5)
	ADD  R2, R0, R10
	INPUTROW(0)
	INPUTROW(6)
	INPUTROW(12)
	INPUTROW(18)
	OUTER(0)
	OUTER(1)
	OUTER(2)
	OUTER(3)
	OUTER(4)
	OUTER(5)
	MOVD R0, R10
	INPUTROW(0)
	ADD  R12, R0, R10
	INPUTROW(6)
	ADD  $16, R0
	ADD  $16, R4
	ADD  $16, R5
	ADD  $16, R6
	ADD  $16, R7
	ADD  $16, R8
	ADD  $16, R9
	SUBS $1, R11
	BNE  quarter
	ADD  $192, R4
	ADD  $192, R5
	ADD  $192, R6
	ADD  $192, R7
	ADD  $192, R8
	ADD  $192, R9
	SUBS $1, R3
	BNE  tile
	RET

// What both output transforms keep: R1 and R2 are the bytes from a frequency and from a row of frequencies
// to the next, R3 is frequency 0 of the quarter at hand, R4 the tiles left, R5 the bytes of pixels done, R6
// those of masks, R19 those of pooled pixels, R7 the quarters left, R8 the bits of the quarter.
#define OUTPUTSTART \
	LSL  $2, R1 \
	ADD  R1<<1, R1, R2 \
	LSL  $1, R2 \
	MOVD ZR, R5 \
	MOVD ZR, R6 \
	MOVD ZR, R19 \
	MOVD $transformConstants<>(SB), R10 \
	LOAD(31, 10, 0)

#define TILESTART \
	MOVD $4, R7 \
	MOVD $·laneBits(SB), R8

#define QUARTEREND \
	ADD  $16, R3 \
	ADD  $16, R5 \
	ADD  $16, R8 \
	ADD  $16, R19 \
	SUBS $1, R7

#define TILEEND \
	ADD  $192, R5 \
	ADD  $8, R6 \
	ADD  $64, R19 \
	SUBS $1, R4

#define COLUMN(x) \
	MOVD R11, R10 \
	ADD  R1, R11 \
	LOADNEXT(24, 10, 2) \
	LOADNEXT(25, 10, 2) \
	LOADNEXT(26, 10, 2) \
	LOADNEXT(27, 10, 2) \
	LOADNEXT(28, 10, 2) \
	LOADNEXT(29, 10, 2)

// A^T d of the column in 24 to 29, to x, 6+x, 12+x and 18+x: d0 + (d1+d2) + (d3+d4), (d1-d2) + 2(d3-d4),
// (d1+d2) + 4(d3+d4), (d1-d2) + d5 + 8(d3-d4).
#define OUTPUTCOLUMN(x) \
	FADD(30, 27, 28) \
	FSUB(27, 27, 28) \
	FADD(12+x, 25, 26) \
	FSUB(6+x, 25, 26) \
	FADD(x, 24, 12+x) \
	FADD(18+x, 6+x, 29) \
	FADD(x, x, 30) \
	PLUS(6+x, TWO, 27) \
	PLUS(12+x, FOUR, 30) \
	PLUS(18+x, EIGHT, 27)

// The same of the row in r to r+5; the four pixels are in r+1, r+4, r+3 and r+2.
#define OUTPUTROW(r) \
	FADD(24, r+3, r+4) \
	FSUB(25, r+3, r+4) \
	FADD(r+3, r+1, r+2) \
	FSUB(r+4, r+1, r+2) \
	FADD(r+1, r, r+3) \
	FADD(r+2, r+4, r+5) \
	FADD(r+1, r+1, 24) \
	PLUS(r+4, TWO, 25) \
	PLUS(r+3, FOUR, 24) \
	PLUS(r+2, EIGHT, 25)

#define STOREROW(r) \
	STORE(r+1, 13, 0) \
	STORE(r+4, 13, 64) \
	STORE(r+3, 13, 128) \
	STORE(r+2, 13, 192)

#define ADDROW(r) \
	LOAD(24, 13, 0) \
	LOAD(25, 13, 64) \
	LOAD(26, 13, 128) \
	LOAD(27, 13, 192) \
	FADD(r+1, r+1, 24) \
	FADD(r+4, r+4, 25) \
	FADD(r+3, r+3, 26) \
	FADD(r+2, r+2, 27)

// The masks of four pixels at R14, applied. V30 holds the bits of the lanes.
#define MASKROW(r) \
	FMOVD (R14), F28 \
	DUPH(24, 28, 0) \
	DUPH(25, 28, 1) \
	DUPH(26, 28, 2) \
	DUPH(27, 28, 3) \
	CMTST(24, 24, 30) \
	CMTST(25, 25, 30) \
	CMTST(26, 26, 30) \
	CMTST(27, 27, 30) \
	AND4(r+1, r+1, 24) \
	AND4(r+4, r+4, 25) \
	AND4(r+3, r+3, 26) \
	AND4(r+2, r+2, 27)

// func transformBackwardNEON(run *backwardRun)
TEXT ·transformBackwardNEON(SB), NOSPLIT, $0-8
	MOVD  run+0(FP), R0
	MOVD  backwardRun_stride(R0), R1
	MOVD  backwardRun_m(R0), R3
	MOVD  backwardRun_tiles(R0), R4
	MOVBU backwardRun_add(R0), R16
	MOVD  backwardRun_mask(R0), R17
	OUTPUTSTART

tile:
	TILESTART

quarter:
	MOVD R3, R11
	COLUMN(0)
	OUTPUTCOLUMN(0)
	COLUMN(1)
	OUTPUTCOLUMN(1)
	COLUMN(2)
	OUTPUTCOLUMN(2)
	COLUMN(3)
	OUTPUTCOLUMN(3)
	COLUMN(4)
	OUTPUTCOLUMN(4)
	COLUMN(5)
	OUTPUTCOLUMN(5)
	LOAD(30, 8, 0)
	OUTPUTROW(0)
	OUTPUTROW(6)
	OUTPUTROW(12)
	OUTPUTROW(18)
	CBZ  R16, mask

#define ROWOF(field, y, offset, to) \
	MOVD (field+24*y)(R0), to \
	ADD  offset, to

	ROWOF(backwardRun_dst, 0, R5, R13)
	ADDROW(0)
	ROWOF(backwardRun_dst, 1, R5, R13)
	ADDROW(6)
	ROWOF(backwardRun_dst, 2, R5, R13)
	ADDROW(12)
	ROWOF(backwardRun_dst, 3, R5, R13)
	ADDROW(18)

mask:
	CBZ R17, store
	ROWOF(backwardRun_mask, 0, R6, R14)
	MASKROW(0)
	ROWOF(backwardRun_mask, 1, R6, R14)
	MASKROW(6)
	ROWOF(backwardRun_mask, 2, R6, R14)
	MASKROW(12)
	ROWOF(backwardRun_mask, 3, R6, R14)
	MASKROW(18)

store:
	ROWOF(backwardRun_dst, 0, R5, R13)
	STOREROW(0)
	ROWOF(backwardRun_dst, 1, R5, R13)
	STOREROW(6)
	ROWOF(backwardRun_dst, 2, R5, R13)
	STOREROW(12)
	ROWOF(backwardRun_dst, 3, R5, R13)
	STOREROW(18)
	QUARTEREND
	BNE quarter
	TILEEND
	BNE tile
	RET

// max(v, 0), which is NaN where v is.
#define RECTIFYROW(r) \
	FMAX(r+1, r+1, 29) \
	FMAX(r+4, r+4, 29) \
	FMAX(r+3, r+3, 29) \
	FMAX(r+2, r+2, 29)

#define POSITIVEROW(r) \
	POSITIVE(r+1, r+1) \
	POSITIVE(r+4, r+4) \
	POSITIVE(r+3, r+3) \
	POSITIVE(r+2, r+2)

// The largest of v0 to v3, stored at R13, and in their place where it came from: the first that equals
// it, if it is positive.
#define POOLMAX(v0, v1, v2, v3, offset) \
	FMAX(26, v0, v1) \
	FMAX(27, v2, v3) \
	FMAX(26, 26, 27) \
	STORE(26, 13, offset) \
	POSITIVE(27, 26) \
	FCMEQ(v0, v0, 26) \
	FCMEQ(v1, v1, 26) \
	FCMEQ(v2, v2, 26) \
	AND4(v0, v0, 27) \
	BIC4(27, 27, v0) \
	AND4(v1, v1, 27) \
	BIC4(27, 27, v1) \
	AND4(v2, v2, 27) \
	BIC4(v3, 27, v2)

// The mean of v0 to v3, stored at R13. V28 holds a quarter.
#define POOLAVERAGE(v0, v1, v2, v3, offset) \
	FADD(26, v0, v1) \
	FADD(27, v2, v3) \
	FADD(26, 26, 27) \
	FMUL(26, 26, 28, 0) \
	STORE(26, 13, offset)

// The lanes of four pixels that are all ones become the bits of a quarter in their words at R14: the
// first quarter overwrites them, and the others join them.
#define WORDSOF(r) \
	AND4(r+1, r+1, 30) \
	AND4(r+4, r+4, 30) \
	AND4(r+3, r+3, 30) \
	AND4(r+2, r+2, 30) \
	ADDP(r+1, r+1, r+4) \
	ADDP(r+3, r+3, r+2) \
	ADDP(26, r+1, r+3) \
	UZP1(26, 26, 26) \
	FMOVD F26, R12 \
	MOVD (R14), R15 \
	CMP  $4, R7 \
	CSEL EQ, ZR, R15, R15 \
	ORR  R15, R12 \
	MOVD R12, (R14)

// func transformForwardNEON(run *forwardRun)
TEXT ·transformForwardNEON(SB), NOSPLIT, $0-8
	MOVD  run+0(FP), R0
	MOVD  forwardRun_stride(R0), R1
	MOVD  forwardRun_m(R0), R3
	MOVD  forwardRun_tiles(R0), R4
	MOVBU forwardRun_linear(R0), R16
	MOVD  forwardRun_dst(R0), R17
	MOVD  forwardRun_mask(R0), R20
	MOVD  forwardRun_pool(R0), R21
	MOVBU forwardRun_average(R0), R22
	MOVD  forwardRun_bias(R0), R23
	OUTPUTSTART

tile:
	TILESTART

quarter:
	MOVD R3, R11
	COLUMN(0)
	OUTPUTCOLUMN(0)
	COLUMN(1)

	// The bias, added to the frequency (1,1), reaches every pixel unchanged.
	SUB $4, R7, R12
	NEG R12, R12
	LSL $4, R12
	ADD R23, R12
	LOAD(30, 12, 0)
	FADD(25, 25, 30)
	OUTPUTCOLUMN(1)
	COLUMN(2)
	OUTPUTCOLUMN(2)
	COLUMN(3)
	OUTPUTCOLUMN(3)
	COLUMN(4)
	OUTPUTCOLUMN(4)
	COLUMN(5)
	OUTPUTCOLUMN(5)
	LOAD(30, 8, 0)
	VEOR V29.B16, V29.B16, V29.B16
	OUTPUTROW(0)
	OUTPUTROW(6)
	OUTPUTROW(12)
	OUTPUTROW(18)
	CBNZ R16, store
	RECTIFYROW(0)
	RECTIFYROW(6)
	RECTIFYROW(12)
	RECTIFYROW(18)

store:
	CBZ R17, pool
	ROWOF(forwardRun_dst, 0, R5, R13)
	STOREROW(0)
	ROWOF(forwardRun_dst, 1, R5, R13)
	STOREROW(6)
	ROWOF(forwardRun_dst, 2, R5, R13)
	STOREROW(12)
	ROWOF(forwardRun_dst, 3, R5, R13)
	STOREROW(18)

pool:
	CBZ  R21, positive
	CBNZ R22, average
	ROWOF(forwardRun_pool, 0, R19, R13)
	POOLMAX(1, 4, 7, 10, 0)
	POOLMAX(3, 2, 9, 8, 64)
	ROWOF(forwardRun_pool, 1, R19, R13)
	POOLMAX(13, 16, 19, 22, 0)
	POOLMAX(15, 14, 21, 20, 64)
	B    words

average:
	FMOVS $0.25, F28
	ROWOF(forwardRun_pool, 0, R19, R13)
	POOLAVERAGE(1, 4, 7, 10, 0)
	POOLAVERAGE(3, 2, 9, 8, 64)
	ROWOF(forwardRun_pool, 1, R19, R13)
	POOLAVERAGE(13, 16, 19, 22, 0)
	POOLAVERAGE(15, 14, 21, 20, 64)

positive:
	POSITIVEROW(0)
	POSITIVEROW(6)
	POSITIVEROW(12)
	POSITIVEROW(18)

words:
	CBZ R20, next
	ROWOF(forwardRun_mask, 0, R6, R14)
	WORDSOF(0)
	ROWOF(forwardRun_mask, 1, R6, R14)
	WORDSOF(6)
	ROWOF(forwardRun_mask, 2, R6, R14)
	WORDSOF(12)
	ROWOF(forwardRun_mask, 3, R6, R14)
	WORDSOF(18)

next:
	QUARTEREND
	BNE quarter
	TILEEND
	BNE tile
	RET
