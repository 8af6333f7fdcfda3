package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transformInputAVX512 goes over the tiles twice: once for the four middle rows of frequencies, which
// come from rows 1 to 4 of the patch and fit the registers, and once for the first and the last row.
// Neighbouring patches share two columns, which stay in registers from tile to tile.
func transformInputAVX512(a *assembly) {
	a.kernel("transformInputAVX512", "(dst []float32, stride int, rows *[patchSize][]float32, tiles int)", `
transformInputAVX512 computes B^T d B of Lavin and Gray 2016 for F(4x4,3x3):

	for t := range tiles {
		for lane := range 16 {
			var d [6][6]float32
			for y := range 6 {
				for x := range 6 {
					d[y][x] = rows[y][(4*t+x)*16+lane]
				}
			}
			for f, v := range transformedPatch(d) {
				dst[f*stride+t*16+lane] = v
			}
		}
	}`)
	dst, stride := a.pointer(a.Param("dst")), a.bytes(a.Param("stride"))
	in := inputTransform{assembly: a, out: newSix(a, a.GP64(), stride), row: a.GP64()}
	a.broadcast(2, z[30])
	a.broadcast(4, z[31])
	a.LEAQ(operand.Mem{Base: dst, Index: in.out.step3, Scale: 2}, in.row)
	in.pass(4, in.middleColumn, func() {
		a.LEAQ(operand.Mem{Base: in.out.base, Index: in.out.step3, Scale: 2}, in.out.base)
	})
	a.broadcast(5, z[28])
	a.MOVQ(dst, in.row)
	in.pass(2, in.outerColumn, func() {
		a.LEAQ(operand.Mem{Base: in.out.base, Index: in.out.step5, Scale: 2}, in.out.base)
		a.LEAQ(operand.Mem{Base: in.out.base, Index: in.out.step5, Scale: 4}, in.out.base)
	})
	a.VZEROUPPER()
	a.RET()
}

// inputTransform is the state of transformInputAVX512. A pass keeps n rows of six columns, row i of
// column x in z[6*i+x], and the constants 2 and 4 in z[30] and z[31].
type inputTransform struct {
	*assembly
	rows [6]reg.GPVirtual // the patch
	row  reg.GPVirtual    // the first row of frequencies of this pass
	out  six              // the row of frequencies that is stored next
}

// pass transforms the columns of every patch into n rows of frequencies, and those; nextRow moves on
// from one to the next.
func (in *inputTransform) pass(n int, column func(x int), nextRow func()) {
	rows, tiles := in.Dereference(in.Param("rows")), in.value(in.Param("tiles"))
	for y := range in.rows {
		in.rows[y] = in.pointer(rows.Index(y))
	}
	column(0)
	column(1)
	loop := in.label("tile")
	in.Label(loop)
	for x := 2; x < 6; x++ {
		column(x)
	}
	in.MOVQ(in.row, in.out.base)
	for i := range n {
		if i > 0 {
			nextRow()
		}
		in.frequencies(i)
	}
	for y := range in.rows {
		in.ADDQ(operand.U32(4*64), in.rows[y])
	}
	in.ADDQ(operand.U8(64), in.row)
	in.DECQ(tiles)
	in.JNE(operand.LabelRef(loop))
}

// pixel addresses the pixel (x, y) of the patch.
func (in *inputTransform) pixel(x, y int) operand.Mem { return at(in.rows[y], x*64) }

// middleColumn computes the elements 1 to 4 of B^T d of column x:
// (d4-4d2) + (d3-4d1), (d4-4d2) - (d3-4d1), (d4-d2) + 2(d3-d1), (d4-d2) - 2(d3-d1).
func (in *inputTransform) middleColumn(x int) {
	d1, d2, d3, d4 := z[24], z[25], z[26], z[27]
	even, odd := z[28], z[29]
	for i, d := range []reg.VecPhysical{d1, d2, d3, d4} {
		in.VMOVUPS(in.pixel(x, i+1), d)
	}
	in.VSUBPS(d2, d4, even)
	in.VSUBPS(d1, d3, odd)
	in.VMOVAPS(even, z[12+x])
	in.VFMADD231PS(z[30], odd, z[12+x])
	in.VFNMADD213PS(even, z[30], odd)
	in.VMOVAPS(odd, z[18+x])
	in.VFNMADD231PS(z[31], d2, d4)
	in.VFNMADD231PS(z[31], d1, d3)
	in.VADDPS(d3, d4, z[x])
	in.VSUBPS(d3, d4, z[6+x])
}

// outerColumn computes the elements 0 and 5 of B^T d of column x: 4d0 + (d4-5d2), 4d1 + (d5-5d3).
func (in *inputTransform) outerColumn(x int) {
	for i := range 2 {
		in.VMOVUPS(in.pixel(x, 4+i), z[6*i+x])
		in.VFNMADD231PS(in.pixel(x, 2+i), z[28], z[6*i+x])
		in.VFMADD231PS(in.pixel(x, i), z[31], z[6*i+x])
	}
}

// frequencies transforms row i and stores it, and moves its last two columns to the first two.
func (in *inputTransform) frequencies(i int) {
	d := z[6*i : 6*i+6]
	even, odd, first, last := z[24], z[25], z[26], z[27]
	in.VSUBPS(d[2], d[0], first)
	in.VSUBPS(d[2], d[4], even)
	in.VSUBPS(d[1], d[3], odd)
	in.VSUBPS(d[3], d[5], last)
	in.VFMADD213PS(even, z[31], first) // 4(d0-d2) + (d4-d2)
	in.VMOVUPS(first, in.out.at(0))
	in.VFNMADD231PS(z[31], odd, last) // (d5-d3) - 4(d3-d1)
	in.VMOVUPS(last, in.out.at(5))
	in.VMOVAPS(even, first)
	in.VFMADD231PS(z[30], odd, first)
	in.VMOVUPS(first, in.out.at(3))
	in.VFNMADD213PS(even, z[30], odd)
	in.VMOVUPS(odd, in.out.at(4))
	in.VFNMADD213PS(d[4], z[31], d[2])
	in.VFNMADD213PS(d[3], z[31], d[1])
	in.VADDPS(d[1], d[2], even)
	in.VMOVUPS(even, in.out.at(1))
	in.VSUBPS(d[1], d[2], last)
	in.VMOVUPS(last, in.out.at(2))
	in.VMOVAPS(d[4], d[0])
	in.VMOVAPS(d[5], d[1])
}
