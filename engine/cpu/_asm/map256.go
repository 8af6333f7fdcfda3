package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// momentsAVX2 takes the 16 rows of sums in three passes of 6, 5 and 5, the most that 12 registers hold.
func momentsAVX2(a *assembly) {
	a.kernel("momentsAVX2", momentsParams, momentsDoc("momentsAVX2"))
	sum, done := a.value(a.Param("sum")), a.label("done")
	first := 0
	for _, rows := range []int{6, 5, 5} {
		x, y0, n := a.pointer(a.Param("a")), a.pointer(a.Param("b")), a.value(a.Param("n"))
		for i := range 2 * rows {
			zero(a, y[i])
		}
		a.TESTQ(n, n)
		a.JEQ(operand.LabelRef(done))
		loop := a.label("position")
		a.Label(loop)
		a.VMOVUPS(at(y0, 0), y[12])
		a.VMOVUPS(at(y0, 32), y[13])
		for i := range rows {
			v := y[14+i%2]
			a.VBROADCASTSS(at(x, (first+i)*4), v)
			a.VFMADD231PS(y[12], v, y[2*i])
			a.VFMADD231PS(y[13], v, y[2*i+1])
		}
		a.ADDQ(operand.U8(64), x)
		a.ADDQ(operand.U8(64), y0)
		a.DECQ(n)
		a.JNE(operand.LabelRef(loop))
		for i := range 2 * rows {
			a.VADDPS(at(sum, first*64+i*32), y[i], y[i])
			a.VMOVUPS(y[i], at(sum, first*64+i*32))
		}
		first += rows
	}
	a.Label(done)
	a.VZEROUPPER()
	a.RET()
}

func unpoolAVX2(a *assembly) {
	a.kernel("unpoolAVX2", unpoolParams, unpoolDoc("unpoolAVX2"))
	dst, src, mask, n := a.pointer(a.Param("dst")), a.pointer(a.Param("src")), a.pointer(a.Param("mask")), a.value(a.Param("n"))
	scale := y[0]
	a.broadcastParam("scale", scale)
	pair, last, done := a.label("pair"), a.label("last"), a.label("done")
	pixel := func(i int) {
		for half := range 2 {
			a.VMOVAPS(y[1+half], y[3+half])
			a.pass(at(mask, 2*i+half), y[3+half], y[5+half])
			a.VMOVUPS(y[3+half], at(dst, 64*i+32*half))
		}
	}
	source := func() {
		for half := range 2 {
			a.VMULPS(at(src, 32*half), scale, y[1+half])
		}
	}
	a.Label(pair)
	a.SUBQ(operand.U8(2), n)
	a.JLT(operand.LabelRef(last))
	source()
	pixel(0)
	pixel(1)
	a.ADDQ(operand.U8(64), src)
	a.ADDQ(operand.U8(4), mask)
	a.ADDQ(operand.U32(2*64), dst)
	a.JMP(operand.LabelRef(pair))
	a.Label(last)
	a.ADDQ(operand.U8(2), n)
	a.JEQ(operand.LabelRef(done))
	source()
	pixel(0)
	a.Label(done)
	a.VZEROUPPER()
	a.RET()
}

// stemForward256 is the state of stemForwardAVX2.
type stemForward256 struct {
	*assembly
	dst, mask                    reg.GPVirtual // of the block of channels at hand
	rows, weight, bias, n        reg.GPVirtual
	offset, row, pixels, weights reg.GPVirtual // bytes of input done, and where the sum is
}

// stemForwardAVX2 computes 16 channels at a time: first one block of channels of all pixels, then the other.
func stemForwardAVX2(a *assembly) {
	a.kernel("stemForwardAVX2", stemForwardParams, stemForwardDoc("stemForwardAVX2"))
	s := stemForward256{assembly: a, dst: a.pointer(a.Param("dst")), mask: a.pointer(a.Param("mask"))}
	s.rows, s.weight, s.bias = a.value(a.Param("rows")), a.pointer(a.Param("weight")), a.pointer(a.Param("bias"))
	s.n, s.offset, s.row, s.pixels, s.weights = a.GP64(), a.GP64(), a.GP64(), a.GP64(), a.GP64()
	second := a.GP64()
	a.XORQ(second, second)
	a.Label("block")
	a.Load(a.Param("n"), s.n)
	a.XORQ(s.offset, s.offset)
	for i, g := range []int{6, 4, 2, 1} {
		group, next := fmt.Sprintf("group%d", g), fmt.Sprintf("fewer%d", i)
		a.Label(group)
		a.CMPQ(s.n, operand.U8(g))
		a.JLT(operand.LabelRef(next))
		s.group(g)
		a.SUBQ(operand.U8(g), s.n)
		a.JMP(operand.LabelRef(group))
		a.Label(next)
	}
	a.XORQ(operand.U8(1), second)
	a.JEQ(operand.LabelRef("done"))
	a.Load(a.Param("dst").Base(), s.dst)
	stride := a.bytes(a.Param("dstStride"))
	a.ADDQ(stride, s.dst)
	a.ADDQ(operand.U8(64), s.weight)
	a.ADDQ(operand.U8(64), s.bias)
	a.Load(a.Param("mask").Base(), s.mask)
	a.TESTQ(s.mask, s.mask)
	a.JEQ(operand.LabelRef("block"))
	words := a.value(a.Param("maskStride"))
	a.LEAQ(operand.Mem{Base: s.mask, Index: words, Scale: 2}, s.mask)
	a.JMP(operand.LabelRef("block"))
	a.Label("done")
	a.VZEROUPPER()
	a.RET()
}

// group computes g pixels of 16 channels.
func (s *stemForward256) group(g int) {
	for i := range 2 * g {
		s.VMOVUPS(at(s.bias, i%2*32), y[i])
	}
	s.XORQ(s.row, s.row)
	s.MOVQ(s.weight, s.weights)
	taps := s.label("taps")
	s.Label(taps)
	s.MOVQ(operand.Mem{Base: s.rows, Index: s.row, Scale: 8}, s.pixels)
	s.ADDQ(s.offset, s.pixels)
	for dx := range 3 {
		s.VMOVUPS(at(s.weights, dx*128), y[12])
		s.VMOVUPS(at(s.weights, dx*128+32), y[13])
		for x := range g {
			v := y[14+x%2]
			s.VBROADCASTSS(at(s.pixels, (x+dx)*4), v)
			s.VFMADD231PS(y[12], v, y[2*x])
			s.VFMADD231PS(y[13], v, y[2*x+1])
		}
	}
	s.ADDQ(operand.U32(3*128), s.weights)
	s.ADDQ(operand.U8(3), s.row) // a slice is three words
	s.CMPQ(s.row, operand.U8(27))
	s.JLT(operand.LabelRef(taps))
	s.finish(g)
	s.ADDQ(operand.U8(4*g), s.offset)
	s.ADDQ(operand.U32(64*g), s.dst)
}

// finish rectifies and stores g pixels.
func (s *stemForward256) finish(g int) {
	store := s.label("store")
	rectify := s.value(s.Param("rectify"))
	s.TESTQ(rectify, rectify)
	s.JEQ(operand.LabelRef(store))
	none := y[15]
	zero(s.assembly, none)
	for i := range 2 * g {
		s.VMAXPS(y[i], none, y[i])
	}
	s.TESTQ(s.mask, s.mask)
	s.JEQ(operand.LabelRef(store))
	for i := range 2 * g {
		s.VCMPPS(less, y[i], none, y[14])
		s.bitsOf(y[14], at(s.mask, i))
	}
	s.ADDQ(operand.U8(2*g), s.mask)
	s.Label(store)
	for i := range 2 * g {
		s.VMOVUPS(y[i], at(s.dst, i*32))
	}
}

// stemBackwardAVX2 sums four pixels at a time lane by lane, so that a weight is loaded once for four,
// and then adds up their lanes together.
func stemBackwardAVX2(a *assembly) {
	a.kernel("stemBackwardAVX2", stemBackwardParams, stemBackwardDoc("stemBackwardAVX2"))
	from, to := a.Dereference(a.Param("rows")), a.Dereference(a.Param("dst"))
	var rows, dst [3]reg.GPVirtual
	for i := range 3 {
		rows[i], dst[i] = a.pointer(from.Index(i)), a.pointer(to.Index(i))
	}
	weight, n := a.pointer(a.Param("weight")), a.value(a.Param("n"))
	for _, g := range []int{4, 1} {
		group, next := fmt.Sprintf("group%d", g), fmt.Sprintf("fewer%d", g)
		a.Label(group)
		a.CMPQ(n, operand.U8(g))
		a.JLT(operand.LabelRef(next))
		a.stemGradient(g, rows, weight)
		for c := range 3 {
			a.addLanes(g, y[4*c:4*c+4], dst[c])
			a.ADDQ(operand.U8(4*g), dst[c])
			a.ADDQ(operand.U32(64*g), rows[c])
		}
		a.SUBQ(operand.U8(g), n)
		a.JMP(operand.LabelRef(group))
		a.Label(next)
	}
	a.VZEROUPPER()
	a.RET()
}

// stemGradient sums pixel x of input channel c into the lanes of y[4c+x], for x < g.
func (a *assembly) stemGradient(g int, rows [3]reg.GPVirtual, weight reg.GPVirtual) {
	for i := range 12 {
		zero(a, y[i])
	}
	for tap := range 9 {
		for half := range 2 {
			for c := range 3 {
				a.VMOVUPS(at(weight, (9*c+tap)*64+half*32), y[12+c])
			}
			for x := range g {
				a.VMOVUPS(at(rows[tap/3], (x+tap%3)*64+half*32), y[15])
				for c := range 3 {
					a.VFMADD231PS(y[12+c], y[15], y[4*c+x])
				}
			}
		}
	}
}

// addLanes adds the eight lanes of each of the first g of four registers to g numbers at dst.
func (a *assembly) addLanes(g int, v []reg.VecPhysical, dst reg.GPVirtual) {
	a.VHADDPS(v[1], v[0], v[0])
	a.VHADDPS(v[3], v[2], v[2])
	a.VHADDPS(v[2], v[0], v[0])
	a.VEXTRACTF128(operand.U8(1), v[0], v[1].AsX())
	a.VADDPS(v[1].AsX(), v[0].AsX(), v[0].AsX())
	if g == 1 {
		a.VADDSS(at(dst, 0), v[0].AsX(), v[0].AsX())
		a.VMOVSS(v[0].AsX(), at(dst, 0))
		return
	}
	a.VADDPS(at(dst, 0), v[0].AsX(), v[0].AsX())
	a.VMOVUPS(v[0].AsX(), at(dst, 0))
}
