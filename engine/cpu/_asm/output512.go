package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// outputTransform computes A^T m A of Lavin and Gray 2016 for F(4x4,3x3), one tile after the other.
type outputTransform struct {
	outputTarget
	m      reg.GPVirtual // frequency 0 of the tile
	column six           // the six frequencies of a column
	step   reg.GPVirtual // from a column to the next
}

// Constants of the output transforms.
var two, four, eight, none = z[28], z[29], z[30], z[31]

func newOutputTransform(a *assembly) *outputTransform {
	out := &outputTransform{outputTarget: outputTarget{assembly: a, run: a.Dereference(a.Param("run"))}}
	out.m, out.step = a.pointer(out.run.Field("m")), a.bytes(out.run.Field("stride"))
	rows := a.GP64()
	a.LEAQ(operand.Mem{Base: out.step, Index: out.step, Scale: 2}, rows)
	a.ADDQ(rows, rows)
	out.column = newSix(a, a.GP64(), rows)
	out.tiles, out.pixels, out.words = a.value(out.run.Field("tiles")), a.GP64(), a.GP64()
	a.XORQ(out.pixels, out.pixels)
	a.XORQ(out.words, out.words)
	a.broadcast(2, two)
	a.broadcast(4, four)
	a.broadcast(8, eight)
	zero(a, none)
	return out
}

// each runs body on every tile, whose columns it first transforms into four rows of six,
// row y of column x in z[6*y+x]. A bias, where there is one, is added to the frequency (1,1), from where it
// reaches every pixel unchanged.
func (out *outputTransform) each(bias operand.Op, body func()) {
	loop := out.label("tile")
	out.Label(loop)
	out.MOVQ(out.m, out.column.base)
	for x := range 6 {
		if x == 1 && bias != nil {
			out.transformColumn(x, bias)
		} else {
			out.transformColumn(x, nil)
		}
		if x < 5 {
			out.ADDQ(out.step, out.column.base)
		}
	}
	body()
	out.ADDQ(operand.U8(64), out.m)
	out.next(loop)
}

// transformColumn computes A^T d: d0 + (d1+d2) + (d3+d4), (d1-d2) + 2(d3-d4), (d1+d2) + 4(d3+d4),
// (d1-d2) + 8(d3-d4) + d5.
func (out *outputTransform) transformColumn(x int, bias operand.Op) {
	o := [4]reg.VecPhysical{z[x], z[6+x], z[12+x], z[18+x]}
	sum, difference := z[24], z[25]
	out.VMOVUPS(out.column.at(3), z[26])
	out.VMOVUPS(out.column.at(4), z[27])
	out.VADDPS(z[27], z[26], sum)
	out.VSUBPS(z[27], z[26], difference)
	out.VMOVUPS(out.column.at(1), o[3])
	if bias != nil {
		out.VADDPS(bias, o[3], o[3])
	}
	out.VMOVUPS(out.column.at(2), o[0])
	out.VADDPS(o[0], o[3], o[2])
	out.VSUBPS(o[0], o[3], o[3])
	out.VADDPS(out.column.at(0), o[2], o[0])
	out.VADDPS(sum, o[0], o[0])
	out.VMOVAPS(o[3], o[1])
	out.VFMADD231PS(two, difference, o[1])
	out.VFMADD231PS(four, sum, o[2])
	out.VFMADD231PS(eight, difference, o[3])
	out.VADDPS(out.column.at(5), o[3], o[3])
}

// transformRow does the same to row y in place and returns the registers of its four pixels.
func (out *outputTransform) transformRow(y int) [4]reg.VecPhysical {
	d := z[6*y : 6*y+6]
	sum := z[24]
	out.VADDPS(d[4], d[3], sum)
	out.VSUBPS(d[4], d[3], d[3])
	out.VADDPS(d[2], d[1], d[4])
	out.VSUBPS(d[2], d[1], d[1])
	out.VADDPS(d[4], d[0], d[0])
	out.VADDPS(sum, d[0], d[0])
	out.VMOVAPS(d[1], d[2])
	out.VFMADD231PS(two, d[3], d[2])
	out.VFMADD231PS(four, sum, d[4])
	out.VFMADD231PS(eight, d[3], d[1])
	out.VADDPS(d[5], d[1], d[1])
	return [4]reg.VecPhysical{d[0], d[2], d[4], d[1]}
}

func transformBackwardAVX512(a *assembly) {
	a.kernel("transformBackwardAVX512", "(run *backwardRun)", transformBackwardDoc("transformBackwardAVX512"))
	out := newOutputTransform(a)
	out.each(nil, func() {
		for y := range tileSize {
			o := out.transformRow(y)
			dst := out.field("dst", y, "")
			add, mask, store := out.label("add"), out.label("mask"), out.label("store")
			out.flag("add", add)
			for x := range tileSize {
				out.PREFETCHT0(out.pixel(dst, tileSize+x))
			}
			out.JMP(operand.LabelRef(mask))
			out.Label(add)
			for x, v := range o {
				out.VADDPS(out.pixel(dst, x), v, v)
			}
			out.Label(mask)
			words := out.field("mask", y, store)
			for x, v := range o {
				out.KMOVW(out.word(words, x), reg.K1)
				out.VMOVAPS_Z(v, reg.K1, v)
			}
			out.Label(store)
			for x, v := range o {
				out.VMOVUPS(v, out.pixel(dst, x))
			}
		}
	})
	a.VZEROUPPER()
	a.RET()
}

func transformForwardAVX512(a *assembly) {
	a.kernel("transformForwardAVX512", "(run *forwardRun)", transformForwardDoc("transformForwardAVX512"))
	out := newOutputTransform(a)
	bias := out.pointer(out.run.Field("bias"))
	out.each(at(bias, 0), func() {
		out.forwardRows(0)
		out.forwardRows(2)
	})
	a.VZEROUPPER()
	a.RET()
}

// forwardRows finishes the rows y and y+1.
func (out *outputTransform) forwardRows(y int) {
	v := [2][4]reg.VecPhysical{out.transformRow(y), out.transformRow(y + 1)}
	linear, mask, average, done := out.label("linear"), out.label("mask"), out.label("average"), out.label("done")
	out.flag("linear", linear)
	for i := range 2 {
		for _, r := range v[i] {
			out.VMAXPS(r, none, r) // in this order NaN stays
		}
	}
	out.Label(linear)
	for i := range 2 {
		skip := out.label("unstored")
		dst := out.field("dst", y+i, skip)
		for x, r := range v[i] {
			out.VMOVUPS(r, out.pixel(dst, x))
			out.PREFETCHT0(out.pixel(dst, tileSize+x))
		}
		out.Label(skip)
	}
	pool := out.field("pool", y/2, mask)
	words := [2]reg.GPVirtual{out.field("mask", y, ""), out.field("mask", y+1, "")}
	half := out.GP64()
	out.MOVQ(out.pixels, half)
	out.SHRQ(operand.U8(1), half)
	out.ADDQ(half, pool)
	out.flag("average", average)
	for i := range 2 {
		out.poolMax([4]reg.VecPhysical{v[0][2*i], v[0][2*i+1], v[1][2*i], v[1][2*i+1]}, at(pool, 64*i), words, 2*i)
	}
	out.JMP(operand.LabelRef(done))
	out.Label(average)
	for i := range 2 {
		out.poolAverage(v[0][2*i], v[0][2*i+1], v[1][2*i], v[1][2*i+1], at(pool, 64*i))
	}
	out.Label(mask)
	for i := range 2 {
		words := out.field("mask", y+i, done)
		for x, r := range v[i] {
			out.VCMPPS(less, r, none, reg.K1)
			out.KMOVW(reg.K1, out.word(words, x))
		}
	}
	out.Label(done)
}

// poolMax stores the largest of four pixels and where it came from.
func (out *outputTransform) poolMax(v [4]reg.VecPhysical, dst operand.Mem, words [2]reg.GPVirtual, x int) {
	best := z[24]
	done := out.label("pooled")
	out.VMAXPS(v[0], v[1], best)
	out.VMAXPS(best, v[2], best)
	out.VMAXPS(best, v[3], best)
	out.VMOVUPS(best, dst)
	out.TESTQ(words[0], words[0])
	out.JEQ(operand.LabelRef(done))
	out.VCMPPS(less, best, none, reg.K1)
	for i := range 3 {
		out.VCMPPS(equal, v[i], best, reg.K1, reg.K2)
		out.KMOVW(reg.K2, out.word(words[i/2], x+i%2))
		out.KANDNW(reg.K1, reg.K2, reg.K1)
	}
	out.KMOVW(reg.K1, out.word(words[1], x+1))
	out.Label(done)
}

// poolAverage stores the mean of four pixels.
func (out *outputTransform) poolAverage(v0, v1, v2, v3 reg.VecPhysical, dst operand.Mem) {
	sum, below, quarter := z[24], z[25], z[26]
	out.broadcast(0.25, quarter)
	out.VADDPS(v1, v0, sum)
	out.VADDPS(v3, v2, below)
	out.VADDPS(below, sum, sum)
	out.VMULPS(quarter, sum, sum)
	out.VMOVUPS(sum, dst)
}
