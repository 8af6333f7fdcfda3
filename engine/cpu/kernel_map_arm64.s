//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"

#define FADDP(d, n, m) THREE(0x6E20D400, d, n, m)
#define FMLA4(d, n, m) THREE(0x4E20CC00, d, n, m)

#define CLEAR(v) THREE(0x6E201C00, v, v, v)

#define CLEAR12 \
	CLEAR(0) \
	CLEAR(1) \
	CLEAR(2) \
	CLEAR(3) \
	CLEAR(4) \
	CLEAR(5) \
	CLEAR(6) \
	CLEAR(7) \
	CLEAR(8) \
	CLEAR(9) \
	CLEAR(10) \
	CLEAR(11)

#define CLEAR16 \
	CLEAR12 \
	CLEAR(12) \
	CLEAR(13) \
	CLEAR(14) \
	CLEAR(15)

// Element i of V20 times V16 to V19, added to four vectors from d on.
#define ROW16(d, i) \
	FMLA(d, 16, 20, i) \
	FMLA(d+1, 17, 20, i) \
	FMLA(d+2, 18, 20, i) \
	FMLA(d+3, 19, 20, i)

#define ADDSUMS(d, offset) \
	LOAD(16, 0, offset) \
	LOAD(17, 0, offset+16) \
	LOAD(18, 0, offset+32) \
	LOAD(19, 0, offset+48) \
	FADD(d, d, 16) \
	FADD(d+1, d+1, 17) \
	FADD(d+2, d+2, 18) \
	FADD(d+3, d+3, 19) \
	STORE(d, 0, offset) \
	STORE(d+1, 0, offset+16) \
	STORE(d+2, 0, offset+32) \
	STORE(d+3, 0, offset+48)

// func momentsNEON(sum *[lanes * lanes]float32, a, b []float32, n int)
TEXT ·momentsNEON(SB), NOSPLIT, $0-64
	MOVD sum+0(FP), R0
	MOVD a_base+8(FP), R1
	MOVD n+56(FP), R3
	MOVD $4, R4
	CBZ  R3, done

rows:
	// Four rows of sums in V0 to V15.
	MOVD R1, R5
	MOVD b_base+32(FP), R6
	MOVD R3, R7
	CLEAR16

position:
	LOAD(20, 5, 0)
	LOAD(16, 6, 0)
	LOAD(17, 6, 16)
	LOAD(18, 6, 32)
	LOAD(19, 6, 48)
	ROW16(0, 0)
	ROW16(4, 1)
	ROW16(8, 2)
	ROW16(12, 3)
	ADD  $64, R5
	ADD  $64, R6
	SUBS $1, R7
	BNE  position
	ADDSUMS(0, 0)
	ADDSUMS(4, 64)
	ADDSUMS(8, 128)
	ADDSUMS(12, 192)
	ADD  $256, R0
	ADD  $16, R1
	SUBS $1, R4
	BNE  rows

done:
	RET

#define WEIGHTS(dx) \
	LOAD(16, 10, dx*128) \
	LOAD(17, 10, dx*128+16) \
	LOAD(18, 10, dx*128+32) \
	LOAD(19, 10, dx*128+48)

#define BIAS(d) \
	LOAD(d, 6, 0) \
	LOAD(d+1, 6, 16) \
	LOAD(d+2, 6, 32) \
	LOAD(d+3, 6, 48)

// max(v, 0), which is NaN where v is.
#define RECTIFY(d) \
	FMAX(d, d, 28) \
	FMAX(d+1, d+1, 28) \
	FMAX(d+2, d+2, 28) \
	FMAX(d+3, d+3, 28)

#define STOREPIXEL(d, offset) \
	STORE(d, 2, offset) \
	STORE(d+1, 2, offset+16) \
	STORE(d+2, 2, offset+32) \
	STORE(d+3, 2, offset+48)

// The word of one pixel at R3, which moves on. V24 to V27 hold the bits of the lanes.
#define WORD16(d) \
	POSITIVE(16, d) \
	POSITIVE(17, d+1) \
	POSITIVE(18, d+2) \
	POSITIVE(19, d+3) \
	AND4(16, 16, 24) \
	AND4(17, 17, 25) \
	AND4(18, 18, 26) \
	AND4(19, 19, 27) \
	ADDP(16, 16, 17) \
	ADDP(18, 18, 19) \
	ADDP(16, 16, 18) \
	ADDP(16, 16, 16) \
	ADDP(16, 16, 16) \
	FMOVS F16, R12 \
	MOVH.P R12, 2(R3)

// func stemForwardNEON(dst []float32, dstStride int, mask []uint16, maskStride int, rows *[9][]float32, weight, bias []float32, n int, rectify bool)
TEXT ·stemForwardNEON(SB), NOSPLIT, $0-129
	MOVD  dst_base+0(FP), R0
	MOVD  mask_base+32(FP), R1
	MOVD  weight_base+72(FP), R5
	MOVD  bias_base+96(FP), R6
	MOVBU rectify+128(FP), R7
	MOVD  $·laneBits(SB), R10
	LOAD(24, 10, 0)
	LOAD(25, 10, 16)
	LOAD(26, 10, 32)
	LOAD(27, 10, 48)
	CLEAR(28)
	MOVD  $2, R4

block:
	// One block of 16 channels: R2 is where its pixels go, and R3 its masks.
	MOVD R0, R2
	MOVD R1, R3
	MOVD n+120(FP), R8
	MOVD ZR, R9

four:
	CMP  $4, R8
	BLT  one
	BIAS(0)
	BIAS(4)
	BIAS(8)
	BIAS(12)
	MOVD R5, R10
	MOVD rows+64(FP), R11
	MOVD $9, R13

row4:
	MOVD (R11), R14
	ADD  R9, R14
	WEIGHTS(0)
	LOAD(20, 14, 0)
	ROW16(0, 0)
	ROW16(4, 1)
	ROW16(8, 2)
	ROW16(12, 3)
	ADD  $4, R14
	WEIGHTS(1)
	LOAD(20, 14, 0)
	ROW16(0, 0)
	ROW16(4, 1)
	ROW16(8, 2)
	ROW16(12, 3)
	ADD  $4, R14
	WEIGHTS(2)
	LOAD(20, 14, 0)
	ROW16(0, 0)
	ROW16(4, 1)
	ROW16(8, 2)
	ROW16(12, 3)
	ADD  $384, R10
	ADD  $24, R11
	SUBS $1, R13
	BNE  row4
	CBZ  R7, store4
	RECTIFY(0)
	RECTIFY(4)
	RECTIFY(8)
	RECTIFY(12)
	CBZ  R1, store4
	WORD16(0)
	WORD16(4)
	WORD16(8)
	WORD16(12)

store4:
	STOREPIXEL(0, 0)
	STOREPIXEL(4, 64)
	STOREPIXEL(8, 128)
	STOREPIXEL(12, 192)
	ADD $256, R2
	ADD $16, R9
	SUB $4, R8
	B   four

one:
	CBZ  R8, next
	BIAS(0)
	MOVD R5, R10
	MOVD rows+64(FP), R11
	MOVD $9, R13

row1:
	MOVD  (R11), R14
	ADD   R9, R14
	WEIGHTS(0)
	FMOVS (R14), F20
	ROW16(0, 0)
	WEIGHTS(1)
	FMOVS 4(R14), F20
	ROW16(0, 0)
	WEIGHTS(2)
	FMOVS 8(R14), F20
	ROW16(0, 0)
	ADD   $384, R10
	ADD   $24, R11
	SUBS  $1, R13
	BNE   row1
	CBZ   R7, store1
	RECTIFY(0)
	CBZ   R1, store1
	WORD16(0)

store1:
	STOREPIXEL(0, 0)
	ADD $64, R2
	ADD $4, R9
	SUB $1, R8
	B   one

next:
	// The other block.
	MOVD dstStride+24(FP), R12
	ADD  R12<<2, R0
	ADD  $64, R5
	ADD  $64, R6
	CBZ  R1, unmasked
	MOVD maskStride+56(FP), R12
	ADD  R12<<1, R1

unmasked:
	SUBS $1, R4
	BNE  block
	RET

// Four lanes of a tap, of four pixels and of one: the weights of the three input channels are at R10 and
// 576 and 1152 bytes on, the pixels at R14. Sums of pixel x and channel c are in V(4c+x).
#define TAP4(dx, q) \
	LOAD(12, 10, dx*64+q*16) \
	LOAD(13, 10, 576+dx*64+q*16) \
	LOAD(14, 10, 1152+dx*64+q*16) \
	LOAD(16, 14, dx*64+q*16) \
	LOAD(17, 14, 64+dx*64+q*16) \
	LOAD(18, 14, 128+dx*64+q*16) \
	LOAD(19, 14, 192+dx*64+q*16) \
	FMLA4(0, 16, 12) \
	FMLA4(1, 17, 12) \
	FMLA4(2, 18, 12) \
	FMLA4(3, 19, 12) \
	FMLA4(4, 16, 13) \
	FMLA4(5, 17, 13) \
	FMLA4(6, 18, 13) \
	FMLA4(7, 19, 13) \
	FMLA4(8, 16, 14) \
	FMLA4(9, 17, 14) \
	FMLA4(10, 18, 14) \
	FMLA4(11, 19, 14)

#define TAP1(dx, q) \
	LOAD(12, 10, dx*64+q*16) \
	LOAD(13, 10, 576+dx*64+q*16) \
	LOAD(14, 10, 1152+dx*64+q*16) \
	LOAD(16, 14, dx*64+q*16) \
	FMLA4(0, 16, 12) \
	FMLA4(4, 16, 13) \
	FMLA4(8, 16, 14)

#define ALL(TAP) \
	TAP(0, 0) \
	TAP(0, 1) \
	TAP(0, 2) \
	TAP(0, 3) \
	TAP(1, 0) \
	TAP(1, 1) \
	TAP(1, 2) \
	TAP(1, 3) \
	TAP(2, 0) \
	TAP(2, 1) \
	TAP(2, 2) \
	TAP(2, 3)

// The lanes of four pixels of a channel, added up and added at general register p.
#define ADDLANES4(d, p) \
	FADDP(d, d, d+1) \
	FADDP(d+2, d+2, d+3) \
	FADDP(d, d, d+2) \
	LOAD(16, p, 0) \
	FADD(16, 16, d) \
	STORE(16, p, 0)

// func stemBackwardNEON(dst *[3][]float32, rows *[3][]float32, weight []float32, n int)
TEXT ·stemBackwardNEON(SB), NOSPLIT, $0-48
	MOVD dst+0(FP), R0
	MOVD 0(R0), R1
	MOVD 24(R0), R2
	MOVD 48(R0), R3
	MOVD rows+8(FP), R4
	MOVD weight_base+16(FP), R5
	MOVD n+40(FP), R6
	MOVD ZR, R7

four:
	CMP  $4, R6
	BLT  one
	CLEAR12
	MOVD R5, R10
	MOVD R4, R11
	MOVD $3, R12

row4:
	MOVD (R11), R14
	ADD  R7, R14
	ALL(TAP4)
	ADD  $24, R11
	ADD  $192, R10
	SUBS $1, R12
	BNE  row4
	ADDLANES4(0, 1)
	ADDLANES4(4, 2)
	ADDLANES4(8, 3)
	ADD  $16, R1
	ADD  $16, R2
	ADD  $16, R3
	ADD  $256, R7
	SUB  $4, R6
	B    four

one:
	CBZ  R6, done
	CLEAR12
	MOVD R5, R10
	MOVD R4, R11
	MOVD $3, R12

row1:
	MOVD (R11), R14
	ADD  R7, R14
	ALL(TAP1)
	ADD  $24, R11
	ADD  $192, R10
	SUBS $1, R12
	BNE  row1
	FADDP(0, 0, 4)
	FADDP(8, 8, 8)
	FADDP(0, 0, 8)
	VMOV V0.S[1], V1.S[0]
	VMOV V0.S[2], V2.S[0]
	FMOVS (R1), F16
	FADDS F16, F0, F16
	FMOVS.P F16, 4(R1)
	FMOVS (R2), F16
	FADDS F16, F1, F16
	FMOVS.P F16, 4(R2)
	FMOVS (R3), F16
	FADDS F16, F2, F16
	FMOVS.P F16, 4(R3)
	ADD  $64, R7
	SUB  $1, R6
	B    one

done:
	RET
