package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// filtersAhead is how many groups of filters ahead of their transformation are fetched: they come from
// memory once, and a group takes some tens of nanoseconds.
const filtersAhead = 8

// filterTransform is the state of transformFilters, which takes two rows of frequencies at a time: row i
// of G g is in v[0:3] or v[3:6].
type filterTransform struct {
	*simd
	g   reg.GPVirtual
	out six // the row of frequencies that is stored next
}

func (f *filterTransform) quarter() reg.VecPhysical      { return f.v[11] }
func (f *filterTransform) twelfth() reg.VecPhysical      { return f.v[12] }
func (f *filterTransform) twentyFourth() reg.VecPhysical { return f.v[13] }
func (f *filterTransform) sixth() reg.VecPhysical        { return f.v[14] }
func (f *filterTransform) minusSixth() reg.VecPhysical   { return f.v[15] }

func (s *simd) transformFilters() {
	s.kernel("transformFilters"+s.suffix, transformFiltersParams, transformFiltersDoc("transformFilters"+s.suffix))
	f := filterTransform{simd: s, out: newSix(s.assembly, s.GP64(), s.bytes(s.Param("stride")))}
	dst, g, n := s.pointer(s.Param("dst")), s.pointer(s.Param("g")), s.value(s.Param("n"))
	s.broadcast(1.0/4, f.quarter())
	s.broadcast(1.0/12, f.twelfth())
	s.broadcast(1.0/24, f.twentyFourth())
	s.broadcast(1.0/6, f.sixth())
	s.broadcast(-1.0/6, f.minusSixth())
	loop := s.label("filters")
	s.Label(loop)
	for tap := range 9 {
		s.PREFETCHT0(at(g, (filtersAhead*9+tap)*64))
	}
	s.halves(func(half reg.GPVirtual) {
		f.g = s.GP64()
		s.MOVQ(g, f.g)
		s.ADDQ(half, f.g)
		s.MOVQ(dst, f.out.base)
		s.ADDQ(half, f.out.base)
		f.outer()
		f.sums()
		f.differences()
		f.last()
	})
	s.ADDQ(operand.U32(9*64), g)
	s.ADDQ(operand.U8(64), dst)
	s.DECQ(n)
	s.JNE(operand.LabelRef(loop))
	s.VZEROUPPER()
	s.RET()
}

// tap addresses row i, column j of the filter.
func (f *filterTransform) tap(i, j int) operand.Mem { return at(f.g, (3*i+j)*64) }

// outer computes the row 0 of G g, g0/4.
func (f *filterTransform) outer() {
	for j := range 3 {
		f.VMULPS(f.tap(0, j), f.quarter(), f.v[j])
	}
	f.row(f.v[0:3])
}

// sums computes the rows 1 and 2, -(g0+g2)/6 -+ g1/6.
func (f *filterTransform) sums() {
	for j := range 3 {
		first, second, odd := f.v[j], f.v[3+j], f.v[6]
		f.VMOVUPS(f.tap(0, j), second)
		f.VADDPS(f.tap(2, j), second, second)
		f.VMULPS(f.minusSixth(), second, second)
		f.VMOVUPS(f.tap(1, j), odd)
		f.VMOVAPS(second, first)
		f.VFNMADD231PS(f.sixth(), odd, first)
		f.VFMADD231PS(f.sixth(), odd, second)
	}
	f.row(f.v[0:3])
	f.row(f.v[3:6])
}

// differences computes the rows 3 and 4, (g0/24 + g2/6) +- g1/12.
func (f *filterTransform) differences() {
	for j := range 3 {
		first, second, odd := f.v[j], f.v[3+j], f.v[6]
		f.VMULPS(f.tap(0, j), f.twentyFourth(), second)
		f.VFMADD231PS(f.tap(2, j), f.sixth(), second)
		f.VMOVUPS(f.tap(1, j), odd)
		f.VMOVAPS(second, first)
		f.VFMADD231PS(f.twelfth(), odd, first)
		f.VFNMADD231PS(f.twelfth(), odd, second)
	}
	f.row(f.v[0:3])
	f.row(f.v[3:6])
}

// last computes the row 5, g2.
func (f *filterTransform) last() {
	for j := range 3 {
		f.VMOVUPS(f.tap(2, j), f.v[j])
	}
	f.row(f.v[0:3])
}

// store writes element x of a row of frequencies, and fetches the line that the next filters will write:
// all frequencies together are larger than the first-level cache.
func (f *filterTransform) store(v reg.VecPhysical, x int) {
	m := f.out.at(x)
	f.VMOVUPS(v, m)
	f.PREFETCHT0(m.Offset(64))
}

// row computes a row of frequencies from a row of G g, stores it and moves on by one.
func (f *filterTransform) row(r []reg.VecPhysical) {
	a, b, c := r[0], r[1], r[2]
	x, even := f.v[7], f.v[8]
	f.VMULPS(f.quarter(), a, x)
	f.store(x, 0)
	f.VADDPS(c, a, even)
	f.VMULPS(f.minusSixth(), even, even)
	f.VMOVAPS(even, x)
	f.VFNMADD231PS(f.sixth(), b, x)
	f.store(x, 1)
	f.VFMADD231PS(f.sixth(), b, even)
	f.store(even, 2)
	f.VMULPS(f.twentyFourth(), a, even)
	f.VFMADD231PS(f.sixth(), c, even)
	f.VMOVAPS(even, x)
	f.VFMADD231PS(f.twelfth(), b, x)
	f.store(x, 3)
	f.VFNMADD231PS(f.twelfth(), b, even)
	f.store(even, 4)
	f.store(c, 5)
	f.LEAQ(operand.Mem{Base: f.out.base, Index: f.out.step3, Scale: 2}, f.out.base)
}
