package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// momentsAVX512 keeps all 256 sums in 16 registers. Its limit is the loads: 17 to 16 multiply-adds.
func momentsAVX512(a *assembly) {
	a.kernel("momentsAVX512", momentsParams, momentsDoc("momentsAVX512"))
	sum, x, y, n := a.value(a.Param("sum")), a.pointer(a.Param("a")), a.pointer(a.Param("b")), a.value(a.Param("n"))
	loop, done := a.label("position"), a.label("done")
	for i := range 16 {
		zero(a, z[i])
	}
	a.TESTQ(n, n)
	a.JEQ(operand.LabelRef(done))
	a.Label(loop)
	a.VMOVUPS(at(y, 0), z[16])
	for i := range 16 {
		a.VFMADD231PS_BCST(at(x, i*4), z[16], z[i])
	}
	a.ADDQ(operand.U8(64), x)
	a.ADDQ(operand.U8(64), y)
	a.DECQ(n)
	a.JNE(operand.LabelRef(loop))
	for i := range 16 {
		a.VADDPS(at(sum, i*64), z[i], z[i])
		a.VMOVUPS(z[i], at(sum, i*64))
	}
	a.Label(done)
	a.VZEROUPPER()
	a.RET()
}

func unpoolAVX512(a *assembly) {
	a.kernel("unpoolAVX512", unpoolParams, unpoolDoc("unpoolAVX512"))
	dst, src, mask, n := a.pointer(a.Param("dst")), a.pointer(a.Param("src")), a.pointer(a.Param("mask")), a.value(a.Param("n"))
	scale := z[0]
	a.broadcastParam("scale", scale)
	pair, last, done := a.label("pair"), a.label("last"), a.label("done")
	a.Label(pair)
	a.SUBQ(operand.U8(2), n)
	a.JLT(operand.LabelRef(last))
	a.VMULPS(at(src, 0), scale, z[1])
	for i := range 2 {
		a.KMOVW(at(mask, 2*i), reg.K1)
		a.VMOVAPS_Z(z[1], reg.K1, z[2])
		a.VMOVUPS(z[2], at(dst, 64*i))
	}
	a.ADDQ(operand.U8(64), src)
	a.ADDQ(operand.U8(4), mask)
	a.ADDQ(operand.U32(64*2), dst)
	a.JMP(operand.LabelRef(pair))
	a.Label(last)
	a.ADDQ(operand.U8(2), n)
	a.JEQ(operand.LabelRef(done))
	a.KMOVW(at(mask, 0), reg.K1)
	a.VMULPS_Z(at(src, 0), scale, reg.K1, z[1])
	a.VMOVUPS(z[1], at(dst, 0))
	a.Label(done)
	a.VZEROUPPER()
	a.RET()
}
