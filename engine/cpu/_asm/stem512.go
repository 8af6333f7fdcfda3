package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// stemForward is the state of stemForwardAVX512.
type stemForward struct {
	*assembly
	dst, mask                    [2]reg.GPVirtual // of the two blocks of channels
	rows, weight, bias           reg.GPVirtual
	n, rectify                   reg.GPVirtual
	offset, row, pixels, weights reg.GPVirtual // bytes of input done, and where the sum is
}

// stemGroups are how many pixels are computed at once, in the order of trying.
var stemGroups = []int{14, 8, 4, 2, 1}

func stemForwardAVX512(a *assembly) {
	a.kernel("stemForwardAVX512", stemForwardParams, stemForwardDoc("stemForwardAVX512"))
	s := stemForward{assembly: a}
	s.dst[0], s.dst[1] = a.pointer(a.Param("dst")), a.bytes(a.Param("dstStride"))
	a.ADDQ(s.dst[0], s.dst[1])
	s.mask[0], s.mask[1] = a.pointer(a.Param("mask")), a.value(a.Param("maskStride"))
	a.LEAQ(operand.Mem{Base: s.mask[0], Index: s.mask[1], Scale: 2}, s.mask[1])
	s.rows, s.weight, s.bias = a.value(a.Param("rows")), a.pointer(a.Param("weight")), a.pointer(a.Param("bias"))
	s.n, s.rectify = a.value(a.Param("n")), a.value(a.Param("rectify"))
	s.offset, s.row, s.pixels, s.weights = a.GP64(), a.GP64(), a.GP64(), a.GP64()
	a.XORQ(s.offset, s.offset)
	for i, g := range stemGroups {
		next := fmt.Sprintf("fewer%d", i)
		a.Label(fmt.Sprintf("group%d", g))
		a.CMPQ(s.n, operand.U8(g))
		a.JLT(operand.LabelRef(next))
		s.group(g)
		a.SUBQ(operand.U8(g), s.n)
		a.JMP(operand.LabelRef(fmt.Sprintf("group%d", g)))
		a.Label(next)
	}
	a.VZEROUPPER()
	a.RET()
}

// group computes g pixels: like multiply with 27 input channels.
func (s *stemForward) group(g int) {
	for i := range 2 * g {
		s.VMOVUPS(at(s.bias, i%2*64), z[i])
	}
	s.XORQ(s.row, s.row)
	s.MOVQ(s.weight, s.weights)
	taps := s.label("taps")
	s.Label(taps)
	s.MOVQ(operand.Mem{Base: s.rows, Index: s.row, Scale: 8}, s.pixels)
	s.ADDQ(s.offset, s.pixels)
	for dx := range 3 {
		s.VMOVUPS(at(s.weights, dx*128), z[28])
		s.VMOVUPS(at(s.weights, dx*128+64), z[29])
		for x := range g {
			v := z[30+x%2]
			s.VBROADCASTSS(at(s.pixels, (x+dx)*4), v)
			s.VFMADD231PS(z[28], v, z[2*x])
			s.VFMADD231PS(z[29], v, z[2*x+1])
		}
	}
	s.ADDQ(operand.U32(3*128), s.weights)
	s.ADDQ(operand.U8(3), s.row) // a slice is three words
	s.CMPQ(s.row, operand.U8(27))
	s.JLT(operand.LabelRef(taps))
	s.finish(g)
	s.ADDQ(operand.U8(4*g), s.offset)
	for b := range 2 {
		s.ADDQ(operand.U32(64*g), s.dst[b])
	}
}

// finish rectifies and stores g pixels.
func (s *stemForward) finish(g int) {
	store := s.label("store")
	s.TESTQ(s.rectify, s.rectify)
	s.JEQ(operand.LabelRef(store))
	zero(s.assembly, z[31])
	for i := range 2 * g {
		s.VMAXPS(z[i], z[31], z[i])
	}
	s.TESTQ(s.mask[0], s.mask[0])
	s.JEQ(operand.LabelRef(store))
	for i := range 2 * g {
		s.VCMPPS(less, z[i], z[31], reg.K1)
		s.KMOVW(reg.K1, at(s.mask[i%2], i/2*2))
	}
	for b := range 2 {
		s.ADDQ(operand.U8(2*g), s.mask[b])
	}
	s.Label(store)
	for i := range 2 * g {
		s.VMOVUPS(z[i], at(s.dst[i%2], i/2*64))
	}
}

// stemBackwardAVX512 keeps the sums of 16 pixels, lane by lane, on the stack, and then adds up the lanes of
// all 16 by transposing them. That needs more stack than a NOSPLIT function may have.
func stemBackwardAVX512(a *assembly) {
	a.kernel("stemBackwardAVX512", stemBackwardParams, stemBackwardDoc("stemBackwardAVX512"))
	a.Attributes(attr.Attribute(0))
	sums := a.AllocLocal(3 * 16 * 64)
	from, to := a.Dereference(a.Param("rows")), a.Dereference(a.Param("dst"))
	var rows, dst [3]reg.GPVirtual
	for i := range 3 {
		rows[i], dst[i] = a.pointer(from.Index(i)), a.pointer(to.Index(i))
	}
	weight, n := a.pointer(a.Param("weight")), a.value(a.Param("n"))
	batch, pixel, reduce, done := a.label("batch"), a.label("pixel"), a.label("reduce"), a.label("done")
	count, slot := a.GP64(), a.GP64()

	a.Label(batch)
	a.TESTQ(n, n)
	a.JLE(operand.LabelRef(done))
	a.MOVQ(operand.U32(16), count)
	a.CMPQ(n, count)
	a.CMOVQLT(n, count)
	a.tailMask(count, reg.K1)
	for i := range 27 {
		a.VMOVUPS(at(weight, i*64), z[i])
	}
	a.LEAQ(sums, slot)
	a.Label(pixel)
	for i := range 9 {
		v := z[30+i%2]
		a.VMOVUPS(at(rows[i/3], i%3*64), v)
		for c := range 3 {
			if i == 0 {
				a.VMULPS(z[9*c], v, z[27+c])
			} else {
				a.VFMADD231PS(z[9*c+i], v, z[27+c])
			}
		}
	}
	for i := range 3 {
		a.VMOVUPS(z[27+i], at(slot, i*1024))
		a.ADDQ(operand.U8(64), rows[i])
	}
	a.ADDQ(operand.U8(64), slot)
	a.DECQ(count)
	a.JNE(operand.LabelRef(pixel))
	a.Label(reduce)
	for c := range 3 {
		for i := range 16 {
			a.VMOVUPS(sums.Offset(c*1024+i*64), z[i])
		}
		a.sumLanes()
		a.VMOVUPS_Z(at(dst[c], 0), reg.K1, z[1])
		a.VADDPS(z[0], z[1], z[1])
		a.VMOVUPS(z[1], reg.K1, at(dst[c], 0))
		a.ADDQ(operand.U8(64), dst[c])
	}
	a.SUBQ(operand.U8(16), n)
	a.JMP(operand.LabelRef(batch))
	a.Label(done)
	a.VZEROUPPER()
	a.RET()
}

// sumLanes adds the 16 lanes of z[i] into lane i of z[0], for each i < 16.
func (a *assembly) sumLanes() {
	pairs := func(n int, low, high func(x, y, dst reg.VecPhysical)) {
		for i := range n {
			low(z[2*i], z[2*i+1], z[30])
			high(z[2*i], z[2*i+1], z[31])
			a.VADDPS(z[31], z[30], z[i])
		}
	}
	pairs(8,
		func(x, y, dst reg.VecPhysical) { a.VUNPCKLPS(y, x, dst) },
		func(x, y, dst reg.VecPhysical) { a.VUNPCKHPS(y, x, dst) })
	pairs(4,
		func(x, y, dst reg.VecPhysical) { a.VUNPCKLPD(y, x, dst) },
		func(x, y, dst reg.VecPhysical) { a.VUNPCKHPD(y, x, dst) })
	even := func(x, y, dst reg.VecPhysical) { a.VSHUFF32X4(operand.U8(0x88), y, x, dst) }
	odd := func(x, y, dst reg.VecPhysical) { a.VSHUFF32X4(operand.U8(0xdd), y, x, dst) }
	pairs(2, even, odd)
	pairs(1, even, odd)
}
