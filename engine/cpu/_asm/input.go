package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fewTiles are transformed at a time: their pixels and frequencies, some 20 KiB, stay in the first-level
// cache for all six passes.
const fewTiles = 4

// inputTransform is the state of transformInput. It goes over a few tiles three times, each time for two
// rows of frequencies, which take 12 registers. Neighbouring patches share two columns, which stay in
// registers from tile to tile.
type inputTransform struct {
	*simd
	rows [6]reg.GPVirtual // the patch
	row  reg.GPVirtual    // the first of the two rows of frequencies
	out  six              // the row of frequencies that is stored next
	half reg.GPVirtual    // bytes to the lanes at hand
	done reg.GPVirtual    // bytes of the tiles done
}

func (s *simd) transformInput() {
	s.kernel("transformInput"+s.suffix, transformInputParams, transformInputDoc("transformInput"+s.suffix))
	stride := s.bytes(s.Param("stride"))
	in := inputTransform{simd: s, out: newSix(s.assembly, s.GP64(), stride), row: s.GP64()}
	in.done = s.GP64()
	s.XORQ(in.done, in.done)
	few := s.label("few")
	s.Label(few)
	s.halves(func(half reg.GPVirtual) {
		in.half = half
		in.pass(6, 6, in.middleSums)
		in.pass(18, 6, in.middleDifferences)
		in.pass(0, 30, in.outer)
	})
	s.ADDQ(operand.U32(64*fewTiles), in.done)
	tiles := s.value(s.Param("tiles"))
	s.SHLQ(operand.U8(6), tiles)
	s.CMPQ(in.done, tiles)
	s.JLT(operand.LabelRef(few))
	s.VZEROUPPER()
	s.RET()
}

// The registers beside those of the two rows of six columns.
func (in *inputTransform) even() reg.VecPhysical { return in.v[12] }
func (in *inputTransform) odd() reg.VecPhysical  { return in.v[13] }
func (in *inputTransform) two() reg.VecPhysical  { return in.v[14] }
func (in *inputTransform) four() reg.VecPhysical { return in.v[15] }

// pass transforms the columns of every patch into two rows of frequencies, and those. They start
// first and then further frequencies on. Row i of column x is in v[6*i+x].
func (in *inputTransform) pass(first, further int, column func(x int)) {
	in.broadcast(2, in.two())
	in.broadcast(4, in.four())
	rows := in.Dereference(in.Param("rows"))
	place := in.GP64()
	in.LEAQ(operand.Mem{Base: in.half, Index: in.done, Scale: 4}, place)
	for y := range in.rows {
		in.rows[y] = in.pointer(rows.Index(y))
		in.ADDQ(place, in.rows[y])
	}
	in.Load(in.Param("dst").Base(), in.row)
	in.ADDQ(in.half, in.row)
	in.ADDQ(in.done, in.row)
	tiles, most := in.value(in.Param("tiles")), in.GP64()
	in.MOVQ(in.done, most)
	in.SHRQ(operand.U8(6), most)
	in.SUBQ(most, tiles)
	in.MOVQ(operand.U32(fewTiles), most)
	in.CMPQ(tiles, most)
	in.CMOVQGT(most, tiles)
	in.advance(in.row, first)
	column(0)
	column(1)
	loop := in.label("tile")
	in.Label(loop)
	for x := 2; x < 6; x++ {
		column(x)
	}
	in.MOVQ(in.row, in.out.base)
	in.frequencies(0)
	in.advance(in.out.base, further)
	in.frequencies(1)
	for y := range in.rows {
		in.ADDQ(operand.U32(4*64), in.rows[y])
	}
	in.ADDQ(operand.U8(64), in.row)
	in.DECQ(tiles)
	in.JNE(operand.LabelRef(loop))
}

// advance adds frequencies strides, a multiple of six, to an address.
func (in *inputTransform) advance(p reg.GPVirtual, frequencies int) {
	if frequencies == 30 {
		in.LEAQ(operand.Mem{Base: p, Index: in.out.step3, Scale: 8}, p)
		frequencies -= 24
	}
	for ; frequencies > 0; frequencies -= 6 {
		in.LEAQ(operand.Mem{Base: p, Index: in.out.step3, Scale: 2}, p)
	}
}

// pixel addresses the pixel (x, y) of the patch.
func (in *inputTransform) pixel(x, y int) operand.Mem { return at(in.rows[y], x*64) }

// middleSums computes the elements 1 and 2 of B^T d of column x: (d4-4d2) + (d3-4d1), (d4-4d2) - (d3-4d1).
func (in *inputTransform) middleSums(x int) {
	even, odd := in.even(), in.odd()
	in.VMOVUPS(in.pixel(x, 4), even)
	in.VFNMADD231PS(in.pixel(x, 2), in.four(), even)
	in.VMOVUPS(in.pixel(x, 3), odd)
	in.VFNMADD231PS(in.pixel(x, 1), in.four(), odd)
	in.VADDPS(odd, even, in.v[x])
	in.VSUBPS(odd, even, in.v[6+x])
}

// middleDifferences computes the elements 3 and 4: (d4-d2) + 2(d3-d1), (d4-d2) - 2(d3-d1).
func (in *inputTransform) middleDifferences(x int) {
	odd := in.odd()
	in.VMOVUPS(in.pixel(x, 4), in.v[6+x])
	in.VSUBPS(in.pixel(x, 2), in.v[6+x], in.v[6+x])
	in.VMOVUPS(in.pixel(x, 3), odd)
	in.VSUBPS(in.pixel(x, 1), odd, odd)
	in.VMOVAPS(in.v[6+x], in.v[x])
	in.VFMADD231PS(in.two(), odd, in.v[x])
	in.VFNMADD231PS(in.two(), odd, in.v[6+x])
}

// outer computes the elements 0 and 5: 4(d0-d2) + (d4-d2), (d5-d3) - 4(d3-d1).
func (in *inputTransform) outer(x int) {
	even, odd := in.even(), in.odd()
	in.VMOVUPS(in.pixel(x, 0), even)
	in.VMOVUPS(in.pixel(x, 2), odd)
	in.VMOVUPS(in.pixel(x, 4), in.v[x])
	in.VSUBPS(odd, even, even)
	in.VSUBPS(odd, in.v[x], in.v[x])
	in.VFMADD231PS(in.four(), even, in.v[x])
	in.VMOVUPS(in.pixel(x, 3), odd)
	in.VMOVUPS(in.pixel(x, 5), in.v[6+x])
	in.VSUBPS(odd, in.v[6+x], in.v[6+x])
	in.VSUBPS(in.pixel(x, 1), odd, odd)
	in.VFNMADD231PS(in.four(), odd, in.v[6+x])
}

// frequencies transforms row i, stores it and moves its last two columns to the first two.
func (in *inputTransform) frequencies(i int) {
	d := in.v[6*i : 6*i+6]
	even, odd := in.even(), in.odd()
	in.VSUBPS(d[2], d[4], even)
	in.VSUBPS(d[2], d[0], d[0])
	in.VSUBPS(d[1], d[3], odd)
	in.VFMADD213PS(even, in.four(), d[0])
	in.VMOVUPS(d[0], in.out.at(0)) // 4(d0-d2) + (d4-d2)
	in.VSUBPS(d[3], d[5], d[0])
	in.VFNMADD231PS(in.four(), odd, d[0])
	in.VMOVUPS(d[0], in.out.at(5)) // (d5-d3) - 4(d3-d1)
	in.VMOVAPS(even, d[0])
	in.VFMADD231PS(in.two(), odd, d[0])
	in.VMOVUPS(d[0], in.out.at(3))
	in.VFNMADD231PS(in.two(), odd, even)
	in.VMOVUPS(even, in.out.at(4))
	in.VFNMADD213PS(d[4], in.four(), d[2])
	in.VFNMADD213PS(d[3], in.four(), d[1])
	in.VADDPS(d[1], d[2], even)
	in.VMOVUPS(even, in.out.at(1))
	in.VSUBPS(d[1], d[2], d[2])
	in.VMOVUPS(d[2], in.out.at(2))
	in.VMOVAPS(d[4], d[0])
	in.VMOVAPS(d[5], d[1])
}
