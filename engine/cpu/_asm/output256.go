package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// outputTransform256 computes A^T m A with 16 registers of eight lanes: two columns of pixels at a time, from
// all six rows of frequencies. What the two pairs of columns have in common is computed twice, a quarter
// more arithmetic, rather than kept in memory, which would cost as many loads and the stores besides.
type outputTransform256 struct {
	outputTarget
	m    reg.GPVirtual // frequency 0 of the tile
	line six           // the six frequencies of a row
	half reg.GPVirtual // bytes to the lanes at hand
}

// each runs body on every pair of columns 2p and 2p+1 of pixels of every tile, with the registers of
// their four rows.
func (out *outputTransform256) each(bias gotypes.Component, body func(p int, v [2][tileSize]reg.VecPhysical)) {
	a := out.assembly
	stride := a.bytes(out.run.Field("stride"))
	out.line = newSix(a, a.GP64(), stride)
	out.m, out.tiles = a.pointer(out.run.Field("m")), a.value(out.run.Field("tiles"))
	out.pixels, out.words = a.GP64(), a.GP64()
	a.XORQ(out.pixels, out.pixels)
	a.XORQ(out.words, out.words)
	loop := a.label("tile")
	a.Label(loop)
	newAVX2(a).halves(func(half reg.GPVirtual) {
		out.half = half
		for p := range 2 {
			a.MOVQ(out.m, out.line.base)
			for row := range 6 {
				out.transformLine(p, row, bias)
				if row < 5 {
					a.LEAQ(operand.Mem{Base: out.line.base, Index: out.line.step3, Scale: 2}, out.line.base)
				}
			}
			body(p, [2][tileSize]reg.VecPhysical{out.transformColumn(y[:6]), out.transformColumn(y[6:12])})
		}
		a.ADDQ(operand.U8(32), out.m)
		a.ADDQ(operand.U8(32), out.pixels)
		a.INCQ(out.words)
	})
	a.SUBQ(operand.U8(2*32), out.pixels)
	a.SUBQ(operand.U8(2), out.words)
	out.next(loop)
}

// transformLine computes the pixels 2p and 2p+1 of a row of frequencies into y[row] and y[6+row]:
// d0 + (d1+d2) + (d3+d4) and (d1-d2) + 2(d3-d4), or (d1+d2) + 4(d3+d4) and (d1-d2) + 8(d3-d4) + d5.
func (out *outputTransform256) transformLine(p, row int, bias gotypes.Component) {
	first, second, sum, difference := y[row], y[6+row], y[12], y[13]
	for i := range 4 {
		out.VMOVUPS(out.line.at(1+i), y[12+i])
	}
	if bias != nil && row == 1 {
		b := out.pointer(bias)
		out.VADDPS(operand.Mem{Base: b, Index: out.half, Scale: 1}, y[12], y[12])
	}
	out.VADDPS(y[13], y[12], first)
	out.VSUBPS(y[13], y[12], second)
	out.VADDPS(y[15], y[14], sum)
	out.VSUBPS(y[15], y[14], difference)
	if p == 0 {
		out.VADDPS(out.line.at(0), first, first)
		out.VADDPS(sum, first, first)
		out.VFMADD231PS(out.vector(2), difference, second)
	} else {
		out.VFMADD231PS(out.vector(4), sum, first)
		out.VFMADD231PS(out.vector(8), difference, second)
		out.VADDPS(out.line.at(5), second, second)
	}
}

// transformColumn does the same to six rows of a column, all four of them, in place.
func (out *outputTransform256) transformColumn(d []reg.VecPhysical) [tileSize]reg.VecPhysical {
	sum := y[12]
	out.VADDPS(d[4], d[3], sum)
	out.VSUBPS(d[4], d[3], d[3])
	out.VADDPS(d[2], d[1], d[4])
	out.VSUBPS(d[2], d[1], d[1])
	out.VADDPS(d[4], d[0], d[0])
	out.VADDPS(sum, d[0], d[0])
	out.VMOVAPS(d[1], d[2])
	out.VFMADD231PS(out.vector(2), d[3], d[2])
	out.VFMADD231PS(out.vector(4), sum, d[4])
	out.VFMADD231PS(out.vector(8), d[3], d[1])
	out.VADDPS(d[5], d[1], d[1])
	return [tileSize]reg.VecPhysical{d[0], d[2], d[4], d[1]}
}

// vector returns eight copies of a constant in memory.
func (a *assembly) vector(value float32) operand.Mem {
	return a.data("vector", value, 8)
}

// laneBits returns the words 1, 2, 4, ... 128.
func (a *assembly) laneBits() operand.Mem {
	if a.bits.Symbol.Name == "" {
		a.bits = a.StaticGlobal("lane_bits")
		a.DataAttributes(attr.RODATA | attr.NOPTR)
		for l := range 8 {
			a.AppendDatum(operand.U32(1 << l))
		}
	}
	return a.bits
}

// pass clears the lanes of v whose bit in the byte at m is not set.
func (a *assembly) pass(m operand.Mem, v, temporary reg.VecPhysical) {
	a.VPBROADCASTB(m, temporary)
	a.VPAND(a.laneBits(), temporary, temporary)
	a.VPCMPEQD(a.laneBits(), temporary, temporary)
	a.VANDPS(temporary, v, v)
}

// bitsOf stores the byte of signs of v.
func (a *assembly) bitsOf(v reg.VecPhysical, m operand.Mem) {
	bits := a.GP32()
	a.VMOVMSKPS(v, bits)
	a.MOVB(bits.As8(), m)
}

func transformBackwardAVX2(a *assembly) {
	a.kernel("transformBackwardAVX2", "(run *backwardRun)", transformBackwardDoc("transformBackwardAVX2"))
	out := &outputTransform256{outputTarget: outputTarget{assembly: a, run: a.Dereference(a.Param("run"))}}
	out.each(nil, func(p int, v [2][tileSize]reg.VecPhysical) {
		mask, store := out.label("mask"), out.label("store")
		add := out.label("add")
		out.flag("add", add)
		out.JMP(operand.LabelRef(mask))
		out.Label(add)
		for row := range tileSize {
			dst := out.field("dst", row, "")
			for i := range 2 {
				out.VADDPS(out.pixel(dst, 2*p+i), v[i][row], v[i][row])
			}
		}
		out.Label(mask)
		for row := range tileSize {
			words := out.field("mask", row, store)
			for i := range 2 {
				out.pass(out.word(words, 2*p+i), v[i][row], y[12+i])
			}
		}
		out.Label(store)
		for row := range tileSize {
			dst := out.field("dst", row, "")
			for i := range 2 {
				out.VMOVUPS(v[i][row], out.pixel(dst, 2*p+i))
			}
		}
	})
	a.VZEROUPPER()
	a.RET()
}

func transformForwardAVX2(a *assembly) {
	a.kernel("transformForwardAVX2", "(run *forwardRun)", transformForwardDoc("transformForwardAVX2"))
	out := &outputTransform256{outputTarget: outputTarget{assembly: a, run: a.Dereference(a.Param("run"))}}
	out.each(out.run.Field("bias"), out.forwardColumns)
	a.VZEROUPPER()
	a.RET()
}

// forwardColumns finishes the columns 2p and 2p+1.
func (out *outputTransform256) forwardColumns(p int, v [2][tileSize]reg.VecPhysical) {
	linear, unstored, mask, done := out.label("linear"), out.label("unstored"), out.label("mask"), out.label("done")
	none := y[12]
	zero(out.assembly, none)
	out.flag("linear", linear)
	for i := range 2 {
		for _, r := range v[i] {
			out.VMAXPS(r, none, r) // in this order NaN stays
		}
	}
	out.Label(linear)
	for row := range tileSize {
		dst := out.field("dst", row, unstored)
		for i := range 2 {
			out.VMOVUPS(v[i][row], out.pixel(dst, 2*p+i))
		}
	}
	out.Label(unstored)
	for row := range 2 {
		pool := out.field("pool", row, mask)
		place := out.GP64()
		out.LEAQ(operand.Mem{Base: out.pixels, Index: out.half, Scale: 1}, place)
		out.SHRQ(operand.U8(1), place) // half as many pixels, but all lanes
		out.pool(p, row, [4]reg.VecPhysical{v[0][2*row], v[1][2*row], v[0][2*row+1], v[1][2*row+1]},
			operand.Mem{Base: pool, Index: place, Scale: 1, Disp: 64 * p})
	}
	average := out.value(out.run.Field("average"))
	out.TESTQ(average, average)
	out.JEQ(operand.LabelRef(done))
	out.Label(mask)
	for row := range tileSize {
		words := out.field("mask", row, done)
		for i := range 2 {
			out.VCMPPS(less, v[i][row], none, y[13])
			out.bitsOf(y[13], out.word(words, 2*p+i))
		}
	}
	out.Label(done)
}

// pool stores the largest or the mean of four pixels, and for the largest where it came from.
func (out *outputTransform256) pool(p, row int, v [4]reg.VecPhysical, dst operand.Mem) {
	none, best, left, chosen := y[12], y[13], y[14], y[15]
	average, done := out.label("average"), out.label("pooled")
	out.flag("average", average)
	out.VMAXPS(v[0], v[1], best)
	out.VMAXPS(best, v[2], best)
	out.VMAXPS(best, v[3], best)
	out.VMOVUPS(best, dst)
	words := [2]reg.GPVirtual{out.field("mask", 2*row, done), out.field("mask", 2*row+1, "")}
	out.VCMPPS(less, best, none, left)
	for i := range 3 {
		out.VCMPPS(equal, v[i], best, chosen)
		out.VANDPS(left, chosen, chosen)
		out.VANDNPS(left, chosen, left)
		out.bitsOf(chosen, out.word(words[i/2], 2*p+i%2))
	}
	out.bitsOf(left, out.word(words[1], 2*p+1))
	out.JMP(operand.LabelRef(done))
	out.Label(average)
	out.VADDPS(v[1], v[0], best)
	out.VADDPS(v[3], v[2], left)
	out.VADDPS(left, best, best)
	out.VMULPS(out.vector(0.25), best, best)
	out.VMOVUPS(best, dst)
	out.Label(done)
}
