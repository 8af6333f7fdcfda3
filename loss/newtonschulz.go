package loss

import (
	"math"

	"github.com/impasto/impasto/engine"
)

// steps is how often crowsonkb's style-transfer-pytorch iterates, forward and backward.
const steps = 12

// newtonSchulz is [Truncated].
//
// Every matrix that its iterations meet is a polynomial of one symmetric matrix: all are symmetric and
// commute, but for rounding. So most of their products cost half. (Not z y, and the factors keep the order
// of Higham's equation: otherwise rounding grows from step to step, to 1e-2 in the end.) And of the
// iteration for the gradient,
//
//	E = 3I - a a, q = (q E - a (a q - q a)) / 2, a = a E / 2,
//
// the commutator drops out, which saves half of the rest.
type newtonSchulz struct {
	dev            engine.Device
	n              int
	root           []float32 // B = S*^1/2, [C,C]
	s              []float32 // S, [C,C]
	y, z, t, spare []float32 // [C,C] each, which change places
}

func newNewtonSchulz(dev engine.Device, channels int, target []float64) *newtonSchulz {
	matrix := func() []float32 { return make([]float32, channels*channels) }
	r := &newtonSchulz{dev: dev, n: channels, root: matrix(), s: matrix(), y: matrix(), z: matrix(), t: matrix(), spare: matrix()}
	round(r.y, target)
	r.squareRoot()
	copy(r.root, r.y)
	return r
}

// transport returns the trace of R = (B S B)^1/2 and 2 B J B, where J is the gradient of the trace by B S B.
func (r *newtonSchulz) transport(s []float64) (float64, []float32) {
	round(r.s, s)
	r.product(r.spare, r.root, r.s, 1, 0, false)
	r.product(r.y, r.spare, r.root, 1, 0, true)
	r.squareRoot()
	trace := 0.0
	for i := range r.n {
		trace += float64(r.y[i*r.n+i])
	}
	r.gradient()
	r.product(r.spare, r.root, r.z, 2, 0, false)
	r.product(r.s, r.spare, r.root, 1, 0, true)
	return trace, r.s
}

// squareRoot replaces y by its root: the coupled iteration of Newton and Schulz (Higham 2008, equation
// 6.35) on y over its norm.
func (r *newtonSchulz) squareRoot() {
	norm := frobenius(r.y)
	scale(r.y, 1/norm)
	for step := range steps {
		if step == 0 {
			r.complement()
			copy(r.z, r.t)
		} else {
			r.product(r.t, r.z, r.y, -0.5, 1.5, false)
		}
		r.replace(&r.y, r.t)
		if 0 < step && step < steps-1 {
			r.product(r.spare, r.t, r.z, 1, 0, true)
			r.z, r.spare = r.spare, r.z
		}
	}
	scale(r.y, math.Sqrt(norm))
}

// complement sets t to (3I - y)/2.
func (r *newtonSchulz) complement() {
	for i, v := range r.y {
		r.t[i] = -0.5 * v
	}
	for i := range r.n {
		r.t[i*r.n+i] += 1.5
	}
}

// gradient sets z to the gradient of the trace of the root y by its square.
func (r *newtonSchulz) gradient() {
	norm := frobenius(r.y)
	scale(r.y, 1/norm)
	for step := range steps {
		r.product(r.t, r.y, r.y, -0.5, 1.5, true)
		if step == 0 {
			copy(r.z, r.t) // q is I, over the norm, and halved at the end
			scale(r.z, 0.5/norm)
		} else {
			r.replace(&r.z, r.t)
		}
		if step < steps-1 {
			r.replace(&r.y, r.t)
		}
	}
}

// replace sets m to m t.
func (r *newtonSchulz) replace(m *[]float32, t []float32) {
	r.product(r.spare, *m, t, 1, 0, true)
	*m, r.spare = r.spare, *m
}

// product computes dst = scale a b + diagonal I.
func (r *newtonSchulz) product(dst, a, b []float32, scale, diagonal float32, symmetric bool) {
	r.dev.MatMul(engine.MatMul{Dst: dst, A: a, B: b, Rows: r.n, Inner: r.n, Columns: r.n,
		Scale: scale, Diagonal: diagonal, Symmetric: symmetric})
}

func round(dst []float32, src []float64) {
	for i, v := range src {
		dst[i] = float32(v)
	}
}

func scale(m []float32, by float64) {
	for i, v := range m {
		m[i] = v * float32(by)
	}
}

// frobenius returns the square root of the sum of squares.
func frobenius(m []float32) float64 {
	sum := 0.0
	for _, v := range m {
		sum += float64(float64(v) * float64(v))
	}
	return math.Sqrt(sum)
}
