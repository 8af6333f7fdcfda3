package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func (s *simd) vectors() {
	s.axpy()
	s.scale()
	s.lerp()
	s.difference()
	s.adam()
	s.dot()
	s.squaredDistance()
}

// cursor is where a loop over slices is.
type cursor struct{ offset reg.GPVirtual }

// at addresses the numbers at hand in the slice at base.
func (c cursor) at(base reg.GPVirtual) operand.Mem {
	return operand.Mem{Base: base, Index: c.offset, Scale: 1}
}

// each runs body for every register of the n numbers of the named slice, and once more, with tail set,
// for the rest.
func (s *simd) each(slice string, body func(c cursor, tail bool)) {
	n, c := s.value(s.Param(slice).Len()), cursor{s.GP64()}
	loop, rest, done := s.label("loop"), s.label("rest"), s.label("done")
	s.XORQ(c.offset, c.offset)
	s.SUBQ(operand.U8(s.lanes), n)
	s.JLT(operand.LabelRef(rest))
	s.Label(loop)
	body(c, false)
	s.ADDQ(operand.U8(4*s.lanes), c.offset)
	s.SUBQ(operand.U8(s.lanes), n)
	s.JGE(operand.LabelRef(loop))
	s.Label(rest)
	s.ADDQ(operand.U8(s.lanes), n)
	s.JEQ(operand.LabelRef(done))
	s.mask(n)
	body(c, true)
	s.Label(done)
}

func (s *simd) axpy() {
	s.kernel("axpy"+s.suffix, "(dst []float32, a float32, x []float32)", `
axpy`+s.suffix+` computes

	for i := range dst {
		dst[i] += a * x[i]
	}`)
	dst, x := s.pointer(s.Param("dst")), s.pointer(s.Param("x"))
	a, sum, v := s.v[0], s.v[1], s.v[2]
	s.broadcastParam("a", a)
	s.each("dst", func(c cursor, tail bool) {
		s.load(c.at(dst), sum, tail)
		s.load(c.at(x), v, tail)
		s.VFMADD231PS(v, a, sum)
		s.store(sum, c.at(dst), tail)
	})
	s.VZEROUPPER()
	s.RET()
}

func (s *simd) scale() {
	s.kernel("scale"+s.suffix, "(dst []float32, a float32)", `
scale`+s.suffix+` computes

	for i := range dst {
		dst[i] *= a
	}`)
	dst := s.pointer(s.Param("dst"))
	a, v := s.v[0], s.v[1]
	s.broadcastParam("a", a)
	s.each("dst", func(c cursor, tail bool) {
		s.load(c.at(dst), v, tail)
		s.VMULPS(a, v, v)
		s.store(v, c.at(dst), tail)
	})
	s.VZEROUPPER()
	s.RET()
}

func (s *simd) lerp() {
	s.kernel("lerp"+s.suffix, "(dst, x []float32, t float32)", `
lerp`+s.suffix+` computes

	for i := range dst {
		dst[i] += t * (x[i] - dst[i])
	}`)
	dst, x := s.pointer(s.Param("dst")), s.pointer(s.Param("x"))
	t, from, to := s.v[0], s.v[1], s.v[2]
	s.broadcastParam("t", t)
	s.each("dst", func(c cursor, tail bool) {
		s.load(c.at(dst), from, tail)
		s.load(c.at(x), to, tail)
		s.VSUBPS(from, to, to)
		s.VFMADD231PS(to, t, from)
		s.store(from, c.at(dst), tail)
	})
	s.VZEROUPPER()
	s.RET()
}

func (s *simd) difference() {
	s.kernel("difference"+s.suffix, "(dst, x, y []float32, scale float32, add bool)", `
difference`+s.suffix+` computes

	for i := range dst {
		if add {
			dst[i] += scale * (x[i] - y[i])
		} else {
			dst[i] = scale * (x[i] - y[i])
		}
	}`)
	dst, x, y := s.pointer(s.Param("dst")), s.pointer(s.Param("x")), s.pointer(s.Param("y"))
	scale, v, w := s.v[0], s.v[1], s.v[2]
	s.broadcastParam("scale", scale)
	add, done := s.label("add"), s.label("different")
	flag := s.value(s.Param("add"))
	s.TESTQ(flag, flag)
	s.JNE(operand.LabelRef(add))
	s.each("dst", func(c cursor, tail bool) {
		s.load(c.at(x), v, tail)
		s.load(c.at(y), w, tail)
		s.VSUBPS(w, v, v)
		s.VMULPS(scale, v, v)
		s.store(v, c.at(dst), tail)
	})
	s.JMP(operand.LabelRef(done))
	s.Label(add)
	s.each("dst", func(c cursor, tail bool) {
		s.load(c.at(x), v, tail)
		s.load(c.at(y), w, tail)
		s.VSUBPS(w, v, v)
		s.load(c.at(dst), w, tail)
		s.VFMADD231PS(scale, v, w)
		s.store(w, c.at(dst), tail)
	})
	s.Label(done)
	s.VZEROUPPER()
	s.RET()
}

func (s *simd) adam() {
	s.kernel("adam"+s.suffix, "(x, g, m, v []float32, p *adamParameters)", `
adam`+s.suffix+` computes

	for i := range x {
		m[i] += p.beta1 * (g[i] - m[i])
		v[i] += p.beta2 * (g[i]*g[i] - v[i])
		x[i] -= p.rate * m[i] / (sqrt(v[i])*p.root + p.epsilon)
	}`)
	x, g := s.pointer(s.Param("x")), s.pointer(s.Param("g"))
	m, v := s.pointer(s.Param("m")), s.pointer(s.Param("v"))
	parameters := s.Dereference(s.Param("p"))
	numbers := s.v[:5]
	for i, name := range []string{"beta1", "beta2", "rate", "root", "epsilon"} {
		b, err := parameters.Field(name).Resolve()
		if err != nil {
			panic(err)
		}
		s.VBROADCASTSS(b.Addr, numbers[i])
	}
	beta1, beta2, rate, root, epsilon := numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
	gi, mi, vi, d, e := s.v[5], s.v[6], s.v[7], s.v[8], s.v[9]
	s.each("x", func(c cursor, tail bool) {
		s.load(c.at(g), gi, tail)
		s.load(c.at(m), mi, tail)
		s.load(c.at(v), vi, tail)
		s.VSUBPS(mi, gi, d)
		s.VFMADD231PS(beta1, d, mi)
		s.store(mi, c.at(m), tail)
		s.VFMSUB213PS(vi, gi, gi)
		s.VFMADD231PS(beta2, gi, vi)
		s.store(vi, c.at(v), tail)
		s.VSQRTPS(vi, d)
		s.VFMADD213PS(epsilon, root, d)
		s.VMULPS(rate, mi, e)
		s.VDIVPS(d, e, e)
		s.load(c.at(x), d, tail)
		s.VSUBPS(e, d, d)
		s.store(d, c.at(x), tail)
	})
	s.VZEROUPPER()
	s.RET()
}

func (s *simd) dot() {
	s.kernel("dot"+s.suffix, "(x, y []float32) float64", `
dot`+s.suffix+` computes, in another order,

	for i := range x {
		sum += float64(x[i]) * float64(y[i])
	}
	return sum`)
	x, y := s.pointer(s.Param("x")), s.pointer(s.Param("y"))
	s.sum("x", func(c cursor, tail bool) {
		v, w, wide, wide2 := s.v[4], s.v[5], s.v[6], s.v[7]
		s.load(c.at(x), v, tail)
		s.load(c.at(y), w, tail)
		for i := range 2 {
			s.widen(i, v, wide)
			s.widen(i, w, wide2)
			s.VFMADD231PD(wide, wide2, s.v[i])
		}
	})
}

func (s *simd) squaredDistance() {
	s.kernel("squaredDistance"+s.suffix, "(x, y []float32) float64", `
squaredDistance`+s.suffix+` computes, in another order,

	for i := range x {
		d := float64(x[i] - y[i])
		sum += d * d
	}
	return sum`)
	x, y := s.pointer(s.Param("x")), s.pointer(s.Param("y"))
	s.sum("x", func(c cursor, tail bool) {
		v, w, wide := s.v[4], s.v[5], s.v[6]
		s.load(c.at(x), v, tail)
		s.load(c.at(y), w, tail)
		s.VSUBPS(w, v, v)
		for i := range 2 {
			s.widen(i, v, wide)
			s.VFMADD231PD(wide, wide, s.v[i])
		}
	})
}

// sum returns what body adds to the float64 lanes of v[0] and v[1].
func (s *simd) sum(slice string, body func(c cursor, tail bool)) {
	zero(s.assembly, s.v[0])
	zero(s.assembly, s.v[1])
	s.each(slice, body)
	s.VADDPD(s.v[1], s.v[0], s.v[0])
	if s.lanes == 16 {
		s.VEXTRACTF64X4(operand.U8(1), reg.Z0, reg.Y1)
		s.VADDPD(reg.Y1, reg.Y0, reg.Y0)
	}
	s.VEXTRACTF128(operand.U8(1), reg.Y0, reg.X1)
	s.VADDPD(reg.X1, reg.X0, reg.X0)
	s.VUNPCKHPD(reg.X0, reg.X0, reg.X1)
	s.VADDSD(reg.X1, reg.X0, reg.X0)
	s.Store(reg.X0, s.ReturnIndex(0))
	s.VZEROUPPER()
	s.RET()
}
