package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// simd is an instruction set, for the kernels that differ only in the width of registers and in how
// the last few numbers are read and written.
type simd struct {
	*assembly
	suffix string
	v      []reg.VecPhysical
	lanes  int
	load   func(m operand.Mem, r reg.VecPhysical, tail bool)
	store  func(r reg.VecPhysical, m operand.Mem, tail bool)
	mask   func(n reg.GPVirtual)               // prepares the tail of n numbers
	widen  func(i int, r, dst reg.VecPhysical) // half i of r to float64; the second may overwrite r
}

// z and y name the registers by number.
var (
	z = []reg.VecPhysical{
		reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7,
		reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
		reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23,
		reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
	}
	y = []reg.VecPhysical{
		reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
		reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
	}
)

// newAVX512 masks the tail by K1.
func newAVX512(a *assembly) *simd {
	return &simd{
		assembly: a, suffix: "AVX512", v: z, lanes: 16,
		load: func(m operand.Mem, r reg.VecPhysical, tail bool) {
			if tail {
				a.VMOVUPS_Z(m, reg.K1, r)
			} else {
				a.VMOVUPS(m, r)
			}
		},
		store: func(r reg.VecPhysical, m operand.Mem, tail bool) {
			if tail {
				a.VMOVUPS(r, reg.K1, m)
			} else {
				a.VMOVUPS(r, m)
			}
		},
		mask: func(n reg.GPVirtual) { a.tailMask(n, reg.K1) },
		widen: func(i int, r, dst reg.VecPhysical) {
			if i == 1 {
				a.VEXTRACTF64X4(operand.U8(1), r, r.AsY())
			}
			a.VCVTPS2PD(r.AsY(), dst)
		},
	}
}

// newAVX2 masks the tail by Y15.
func newAVX2(a *assembly) *simd {
	var table operand.Mem
	return &simd{
		assembly: a, suffix: "AVX2", v: y, lanes: 8,
		load: func(m operand.Mem, r reg.VecPhysical, tail bool) {
			if tail {
				a.VMASKMOVPS(m, reg.Y15, r)
			} else {
				a.VMOVUPS(m, r)
			}
		},
		store: func(r reg.VecPhysical, m operand.Mem, tail bool) {
			if tail {
				a.VMASKMOVPS(r, reg.Y15, m)
			} else {
				a.VMOVUPS(r, m)
			}
		},
		mask: func(n reg.GPVirtual) {
			if table.Symbol.Name == "" {
				table = a.tailTable()
			}
			from, start := a.GP64(), a.GP64()
			a.LEAQ(table.Offset(32), start)
			a.MOVQ(n, from)
			a.NEGQ(from)
			a.VMOVUPS(operand.Mem{Base: start, Index: from, Scale: 4}, reg.Y15)
		},
		widen: func(i int, r, dst reg.VecPhysical) {
			if i == 1 {
				a.VEXTRACTF128(operand.U8(1), r, r.AsX())
			}
			a.VCVTPS2PD(r.AsX(), dst)
		},
	}
}

// tailTable is eight words of ones and eight of zeros: n words before the middle the mask of n lanes starts.
func (a *assembly) tailTable() operand.Mem {
	table := a.StaticGlobal("tail")
	a.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 16 {
		word := operand.U32(0)
		if i < 8 {
			word = 0xffffffff
		}
		a.AppendDatum(word)
	}
	return table
}

// tailMask sets the lowest n <= 16 bits of k.
func (a *assembly) tailMask(n reg.GPVirtual, k reg.OpmaskPhysical) {
	bits := a.GP64()
	a.MOVQ(operand.I32(-1), bits)
	a.BZHIQ(n, bits, bits)
	a.KMOVW(bits.As32(), k)
}

// halves runs body on the lanes at offset half: once, or twice where a register holds eight.
func (s *simd) halves(body func(half reg.GPVirtual)) {
	half := s.GP64()
	s.XORQ(half, half)
	again := s.label("half")
	s.Label(again)
	body(half)
	if s.lanes < 16 {
		s.ADDQ(operand.U8(32), half)
		s.CMPQ(half, operand.U8(64))
		s.JLT(operand.LabelRef(again))
	}
}
