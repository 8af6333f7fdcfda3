package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// inputTransform512 finishes one tile before the next, two rows of frequencies at a time, while its pixels are in
// the first-level cache. Neighbouring patches share two columns: what has been computed of them stays
// in registers, column x of row i in z[2*i+x].
type inputTransform512 struct {
	*assembly
	rows [6]reg.GPVirtual // the patch
	dst  reg.GPVirtual
	out  six // the row of frequencies that is stored next
}

// The other registers: eight of columns at hand, and a few more.
var (
	fresh     = z[12:20]
	even, odd = z[20], z[21]
	five      = z[22]
)

func transformInputAVX512(a *assembly) {
	a.kernel("transformInputAVX512", transformInputParams, transformInputDoc("transformInputAVX512"))
	in := inputTransform512{assembly: a, dst: a.pointer(a.Param("dst"))}
	in.out = newSix(a, a.GP64(), a.bytes(a.Param("stride")))
	rows, tiles := a.Dereference(a.Param("rows")), a.value(a.Param("tiles"))
	for y := range in.rows {
		in.rows[y] = a.pointer(rows.Index(y))
	}
	a.broadcast(2, two)
	a.broadcast(4, four)
	a.broadcast(5, five)
	for x := range 2 {
		in.outer(x, z[x], z[10+x])
		in.middleSums(x, z[2+x], z[4+x])
		in.middleDifferences(x, z[6+x], z[8+x])
	}
	loop := a.label("tile")
	a.Label(loop)
	a.MOVQ(in.dst, in.out.base)
	in.pair(0, 30, in.outer)
	a.LEAQ(operand.Mem{Base: in.dst, Index: in.out.step3, Scale: 2}, in.out.base)
	in.pair(1, 6, in.middleSums)
	a.LEAQ(operand.Mem{Base: in.out.base, Index: in.out.step3, Scale: 2}, in.out.base)
	in.pair(3, 6, in.middleDifferences)
	a.ADDQ(operand.U8(64), in.dst)
	for y := range in.rows {
		a.ADDQ(operand.U32(4*64), in.rows[y])
	}
	a.DECQ(tiles)
	a.JNE(operand.LabelRef(loop))
	a.VZEROUPPER()
	a.RET()
}

// pair computes the row i of frequencies and another, which is stored further frequencies on.
func (in *inputTransform512) pair(i, further int, column func(x int, first, second reg.VecPhysical)) {
	other := i + 1
	if further > 6 {
		other = 5
	}
	for x := range 4 {
		column(2+x, fresh[x], fresh[4+x])
	}
	in.frequencies(i, fresh[:4])
	in.LEAQ(operand.Mem{Base: in.out.base, Index: in.out.step3, Scale: 2}, in.out.base)
	if further > 6 {
		in.LEAQ(operand.Mem{Base: in.out.base, Index: in.out.step3, Scale: 8}, in.out.base)
	}
	in.frequencies(other, fresh[4:])
}

// pixel addresses the pixel (x, y) of the patch.
func (in *inputTransform512) pixel(x, y int) operand.Mem { return at(in.rows[y], x*64) }

// middleSums computes the elements 1 and 2 of B^T d of column x: (d4-4d2) + (d3-4d1), (d4-4d2) - (d3-4d1).
func (in *inputTransform512) middleSums(x int, first, second reg.VecPhysical) {
	in.VMOVUPS(in.pixel(x, 4), even)
	in.VFNMADD231PS(in.pixel(x, 2), four, even)
	in.VMOVUPS(in.pixel(x, 3), odd)
	in.VFNMADD231PS(in.pixel(x, 1), four, odd)
	in.VADDPS(odd, even, first)
	in.VSUBPS(odd, even, second)
}

// middleDifferences computes the elements 3 and 4: (d4-d2) + 2(d3-d1), (d4-d2) - 2(d3-d1).
func (in *inputTransform512) middleDifferences(x int, first, second reg.VecPhysical) {
	in.VMOVUPS(in.pixel(x, 4), second)
	in.VSUBPS(in.pixel(x, 2), second, second)
	in.VMOVUPS(in.pixel(x, 3), odd)
	in.VSUBPS(in.pixel(x, 1), odd, odd)
	in.VMOVAPS(second, first)
	in.VFMADD231PS(two, odd, first)
	in.VFNMADD231PS(two, odd, second)
}

// outer computes the elements 0 and 5: 4d0 + (d4-5d2), 4d1 + (d5-5d3).
func (in *inputTransform512) outer(x int, first, second reg.VecPhysical) {
	for y, v := range []reg.VecPhysical{first, second} {
		in.VMOVUPS(in.pixel(x, 4+y), v)
		in.VFNMADD231PS(in.pixel(x, 2+y), five, v)
		in.VFMADD231PS(in.pixel(x, y), four, v)
	}
}

// store writes element x of a row of frequencies, and fetches the line that the next tile will write:
// the matrices are larger than the first-level cache.
func (in *inputTransform512) store(v reg.VecPhysical, x int) {
	m := in.out.at(x)
	in.VMOVUPS(v, m)
	in.PREFETCHT0(m.Offset(64))
}

// frequencies transforms row i, whose columns 2 to 5 are given, stores it and keeps its last two columns.
func (in *inputTransform512) frequencies(i int, last []reg.VecPhysical) {
	d := []reg.VecPhysical{z[2*i], z[2*i+1], last[0], last[1], last[2], last[3]}
	in.VSUBPS(d[2], d[4], even)
	in.VSUBPS(d[2], d[0], d[0])
	in.VSUBPS(d[1], d[3], odd)
	in.VFMADD213PS(even, four, d[0])
	in.store(d[0], 0) // 4(d0-d2) + (d4-d2)
	in.VFNMADD213PS(d[4], four, d[2])
	in.VFNMADD213PS(d[3], four, d[1])
	in.VSUBPS(d[3], d[5], d[3])
	in.VADDPS(d[1], d[2], d[0])
	in.store(d[0], 1) // (d4-4d2) + (d3-4d1)
	in.VSUBPS(d[1], d[2], d[2])
	in.store(d[2], 2)
	in.VFNMADD231PS(four, odd, d[3])
	in.VMOVAPS(even, d[1])
	in.VFMADD231PS(two, odd, d[1])
	in.store(d[1], 3) // (d4-d2) + 2(d3-d1)
	in.VFNMADD231PS(two, odd, even)
	in.store(even, 4)
	in.store(d[3], 5) // (d5-d3) - 4(d3-d1)
	in.VMOVAPS(d[4], d[0])
	in.VMOVAPS(d[5], d[1])
}
