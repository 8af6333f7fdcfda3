//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"

// A channel c of four, of one tile whose four channels are in Va, times the vectors V16 and on:
// four vectors of sums from Vd on.
#define TILE16(d, a, c) \
	FMLA((d+0), 16, a, c) \
	FMLA((d+1), 17, a, c) \
	FMLA((d+2), 18, a, c) \
	FMLA((d+3), 19, a, c)

// The same for eight.
#define TILE32(d, a, c) \
	TILE16(d, a, c) \
	FMLA((d+4), 20, a, c) \
	FMLA((d+5), 21, a, c) \
	FMLA((d+6), 22, a, c) \
	FMLA((d+7), 23, a, c)

// A channel of four tiles x 16 output channels.
#define CHANNEL4X16(c) \
	FLDPQ (c*128+0)(R11), (F16, F17) \
	FLDPQ (c*128+32)(R11), (F18, F19) \
	TILE16(0, 20, c) \
	TILE16(4, 21, c) \
	TILE16(8, 22, c) \
	TILE16(12, 23, c)

#define LOAD32(c) \
	FLDPQ (c*128+0)(R11), (F16, F17) \
	FLDPQ (c*128+32)(R11), (F18, F19) \
	FLDPQ (c*128+64)(R11), (F20, F21) \
	FLDPQ (c*128+96)(R11), (F22, F23)

// A channel of two tiles, and of one, x 32 output channels.
#define CHANNEL2X32(c) \
	LOAD32(c) \
	TILE32(0, 24, c) \
	TILE32(8, 25, c)

#define CHANNEL1X32(c) \
	LOAD32(c) \
	TILE32(0, 24, c)

// The 16 channels at p of a tile, and the four vectors of sums from Vd on.
#define LOADSUMS(p, offset, d0, d1, d2, d3) \
	FLDPQ (offset+0)(p), (d0, d1) \
	FLDPQ (offset+32)(p), (d2, d3)

#define STORESUMS(p, offset, d0, d1, d2, d3) \
	FSTPQ (d0, d1), (offset+0)(p) \
	FSTPQ (d2, d3), (offset+32)(p)

#define CLEAR4(d0, d1, d2, d3) \
	VEOR d0.B16, d0.B16, d0.B16 \
	VEOR d1.B16, d1.B16, d1.B16 \
	VEOR d2.B16, d2.B16, d2.B16 \
	VEOR d3.B16, d3.B16, d3.B16

// From block to block of a's channels: R10 is 64 bytes on in the one just done.
#define NEXTBLOCK(loop) \
	ADD  R3, R10 \
	SUB  $64, R10 \
	SUBS $1, R12 \
	BNE  loop

// From four channels to the next four.
#define NEXTCHANNELS(loop) \
	ADD  $512, R11 \
	SUBS $1, R13 \
	BNE  loop

// func multiplyNEON(dst []float32, dstStride int, a []float32, aStride int, u []float32, tiles, blocks int, add bool)
TEXT ·multiplyNEON(SB), NOSPLIT, $0-144
	MOVD  dst_base+0(FP), R0
	MOVD  dstStride+24(FP), R1
	LSL   $2, R1
	MOVD  a_base+32(FP), R2
	MOVD  aStride+56(FP), R3
	LSL   $2, R3
	MOVD  tiles+88(FP), R5
	MOVD  blocks+96(FP), R6
	MOVBU add+104(FP), R7

four:
	// 4 tiles x 16 channels in V0 to V15, first one half of the channels and then the other.
	CMP  $4, R5
	BLT  two
	MOVD u_base+64(FP), R4
	MOVD R0, R8
	MOVD $2, R9

half:
	MOVD R2, R10
	MOVD R4, R11
	MOVD R6, R12
	CBNZ R7, load4
	CLEAR4(V0, V1, V2, V3)
	CLEAR4(V4, V5, V6, V7)
	CLEAR4(V8, V9, V10, V11)
	CLEAR4(V12, V13, V14, V15)
	B    block4

load4:
	LOADSUMS(R8, 0, F0, F1, F2, F3)
	LOADSUMS(R8, 64, F4, F5, F6, F7)
	LOADSUMS(R8, 128, F8, F9, F10, F11)
	LOADSUMS(R8, 192, F12, F13, F14, F15)

block4:
	MOVD $4, R13

channels4:
	FMOVQ (R10), F20
	FMOVQ 64(R10), F21
	FMOVQ 128(R10), F22
	FMOVQ 192(R10), F23
	ADD   $16, R10
	CHANNEL4X16(0)
	CHANNEL4X16(1)
	CHANNEL4X16(2)
	CHANNEL4X16(3)
	NEXTCHANNELS(channels4)
	NEXTBLOCK(block4)
	STORESUMS(R8, 0, F0, F1, F2, F3)
	STORESUMS(R8, 64, F4, F5, F6, F7)
	STORESUMS(R8, 128, F8, F9, F10, F11)
	STORESUMS(R8, 192, F12, F13, F14, F15)
	ADD   R1, R8
	ADD   $64, R4
	SUBS  $1, R9
	BNE   half
	ADD   $256, R0
	ADD   $256, R2
	SUB   $4, R5
	B     four

two:
	// 2 tiles x 32 channels in V0 to V15.
	CMP  $2, R5
	BLT  one
	MOVD u_base+64(FP), R11
	ADD  R0, R1, R8
	MOVD R2, R10
	MOVD R6, R12
	CBNZ R7, load2
	CLEAR4(V0, V1, V2, V3)
	CLEAR4(V4, V5, V6, V7)
	CLEAR4(V8, V9, V10, V11)
	CLEAR4(V12, V13, V14, V15)
	B    block2

load2:
	LOADSUMS(R0, 0, F0, F1, F2, F3)
	LOADSUMS(R8, 0, F4, F5, F6, F7)
	LOADSUMS(R0, 64, F8, F9, F10, F11)
	LOADSUMS(R8, 64, F12, F13, F14, F15)

block2:
	MOVD $4, R13

channels2:
	FMOVQ (R10), F24
	FMOVQ 64(R10), F25
	ADD   $16, R10
	CHANNEL2X32(0)
	CHANNEL2X32(1)
	CHANNEL2X32(2)
	CHANNEL2X32(3)
	NEXTCHANNELS(channels2)
	NEXTBLOCK(block2)
	STORESUMS(R0, 0, F0, F1, F2, F3)
	STORESUMS(R8, 0, F4, F5, F6, F7)
	STORESUMS(R0, 64, F8, F9, F10, F11)
	STORESUMS(R8, 64, F12, F13, F14, F15)
	ADD   $128, R0
	ADD   $128, R2
	SUB   $2, R5

one:
	// 1 tile x 32 channels in V0 to V7.
	CBZ  R5, done
	MOVD u_base+64(FP), R11
	ADD  R0, R1, R8
	MOVD R2, R10
	CBNZ R7, load1
	CLEAR4(V0, V1, V2, V3)
	CLEAR4(V4, V5, V6, V7)
	B    block1

load1:
	LOADSUMS(R0, 0, F0, F1, F2, F3)
	LOADSUMS(R8, 0, F4, F5, F6, F7)

block1:
	MOVD $4, R13

channels1:
	FMOVQ (R10), F24
	ADD   $16, R10
	CHANNEL1X32(0)
	CHANNEL1X32(1)
	CHANNEL1X32(2)
	CHANNEL1X32(3)
	NEXTCHANNELS(channels1)
	ADD   R3, R10
	SUB   $64, R10
	SUBS  $1, R6
	BNE   block1
	STORESUMS(R0, 0, F0, F1, F2, F3)
	STORESUMS(R8, 0, F4, F5, F6, F7)

done:
	RET

// func peakNEON(n int) float64
TEXT ·peakNEON(SB), NOSPLIT, $0-16
	MOVD n+0(FP), R0
	MOVD R0, R1
	CLEAR4(V0, V1, V2, V3)
	CLEAR4(V4, V5, V6, V7)
	CLEAR4(V8, V9, V10, V11)
	CLEAR4(V12, V13, V14, V15)
	CLEAR4(V16, V17, V18, V19)

loop:
	VFMLA V16.S4, V17.S4, V0.S4
	VFMLA V16.S4, V17.S4, V1.S4
	VFMLA V16.S4, V17.S4, V2.S4
	VFMLA V16.S4, V17.S4, V3.S4
	VFMLA V16.S4, V17.S4, V4.S4
	VFMLA V16.S4, V17.S4, V5.S4
	VFMLA V16.S4, V17.S4, V6.S4
	VFMLA V16.S4, V17.S4, V7.S4
	VFMLA V16.S4, V17.S4, V8.S4
	VFMLA V16.S4, V17.S4, V9.S4
	VFMLA V16.S4, V17.S4, V10.S4
	VFMLA V16.S4, V17.S4, V11.S4
	VFMLA V16.S4, V17.S4, V12.S4
	VFMLA V16.S4, V17.S4, V13.S4
	VFMLA V16.S4, V17.S4, V14.S4
	VFMLA V16.S4, V17.S4, V15.S4
	SUBS  $1, R1
	BNE   loop
	LSL   $7, R0 // 16 chains of 4 lanes, two operations each
	SCVTFD R0, F0
	FMOVD F0, ret+8(FP)
	RET
