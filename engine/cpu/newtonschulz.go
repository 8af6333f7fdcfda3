package cpu

import (
	"math"

	"github.com/impasto/impasto/engine"
)

// steps is the number of iterations in crowsonkb's style-transfer-pytorch, forward and backward.
const steps = 12

// newtonSchulz is the coupler of engine.TruncatedCoupling: R = (B S B)^1/2 with B = S*^1/2, roots by the coupled
// Newton-Schulz iteration (Higham 2008, equation 6.35) on y = B S B over its norm,
//
//	t = (3I - z y) / 2, y = y t, z = t z, from z = I.
//
// In float32 that loses the small eigenvalues of y, and with them 1e-5 of the loss. With S = A A^T, and
// A^T B = M over the root of the norm, y is M^T x and z y is x^T x throughout, where x starts from M and
//
//	x = x (3I - x^T x) / 2.
//
// This gives the same numbers with the rounding of singular values instead of that of their squares.
// Similarly, in the iteration for the gradient, on a = R over its norm and from q = I over that norm,
//
//	E = 3I - a a, q = (q E - a (a q - q a)) / 2, a = a E / 2,
//
// the commutator vanishes, since all are polynomials of R. They are symmetric, so their products cost half.
type newtonSchulz struct {
	*products
	n              int
	root           []float32                       // B, [C,C]
	m              []float32                       // M, [C,C]
	more           float64                         // dimensions in which S and S* are the ridge
	beyond         struct{ root, m, x, q float64 } // the matrices there
	x, q, t, spare []float32                       // [C,C] each, which are swapped
}

func newNewtonSchulz(from *room, by *products, n, more int) *newtonSchulz {
	matrix := func() []float32 { return part[float32](from, n*n) }
	return &newtonSchulz{products: by, n: n, more: float64(more), root: matrix(), m: matrix(), x: matrix(), q: matrix(), t: matrix(), spare: matrix()}
}

func (r *newtonSchulz) learn(target []float64) {
	cholesky(target, r.n)
	clear(r.m)
	for i := range r.n { // the root of A A^T, from M = A^T
		for j := range i + 1 {
			r.m[j*r.n+i] = float32(target[i*r.n+j])
		}
	}
	r.beyond.m = math.Sqrt(engine.Ridge)
	r.squareRoot()
	copy(r.root, r.x)
	r.beyond.root = r.beyond.x
}

// transport returns the trace of R and 2 B J B, where J is the gradient of the trace with respect to B S B. It overwrites s.
func (r *newtonSchulz) transport(s []float64) (float64, []float32, float64) {
	cholesky(s, r.n)
	round(r.spare, s)
	r.product(sliceMatMul{Dst: r.m, A: r.spare, B: r.root, TransposeA: true, Scale: 1})
	b := &r.beyond
	b.m = math.Sqrt(engine.Ridge) * b.root
	trace := r.squareRoot()
	r.gradient()
	r.product(sliceMatMul{Dst: r.spare, A: r.root, B: r.q, Scale: 2})
	r.product(sliceMatMul{Dst: r.m, A: r.spare, B: r.root, Scale: 1, Symmetric: true})
	return trace, r.m, 2 * b.root * b.q * b.root
}

// squareRoot sets x to the root of m^T m and returns its trace.
func (r *newtonSchulz) squareRoot() (trace float64) {
	r.product(sliceMatMul{Dst: r.t, A: r.m, B: r.m, TransposeA: true, Scale: 1, Symmetric: true})
	b := &r.beyond
	norm := r.norm(r.t, b.m*b.m)
	scale(r.t, float32(-0.5/norm))
	for i := range r.n {
		r.t[i*r.n+i] += 1.5
	}
	copy(r.x, r.m)
	scale(r.x, float32(1/math.Sqrt(norm)))
	b.x = b.m / math.Sqrt(norm)
	for step := range steps {
		if step > 0 {
			r.product(sliceMatMul{Dst: r.t, A: r.x, B: r.x, TransposeA: true, Scale: -0.5, Diagonal: 1.5, Symmetric: true})
		}
		r.product(sliceMatMul{Dst: r.spare, A: r.x, B: r.t, Scale: 1})
		r.x, r.spare = r.spare, r.x
		b.x *= (3 - float64(b.x*b.x)) / 2
	}
	b.x *= b.m
	trace = r.more * b.x
	for i, v := range r.m {
		trace += float64(float64(v) * float64(r.x[i]))
	}
	r.product(sliceMatMul{Dst: r.spare, A: r.m, B: r.x, TransposeA: true, Scale: 1, Symmetric: true})
	r.x, r.spare = r.spare, r.x
	return trace
}

// gradient sets q to the gradient of the trace of the root x with respect to its square. It overwrites x.
func (r *newtonSchulz) gradient() {
	b := &r.beyond
	norm := r.norm(r.x, b.x)
	scale(r.x, float32(1/norm))
	b.x, b.q = b.x/norm, 0.5/norm
	for step := range steps {
		r.product(sliceMatMul{Dst: r.t, A: r.x, B: r.x, Scale: -0.5, Diagonal: 1.5, Symmetric: true})
		if step == 0 {
			copy(r.q, r.t)
			scale(r.q, float32(0.5/norm)) // halved like the result
		} else {
			r.replace(&r.q)
		}
		if step < steps-1 {
			r.replace(&r.x)
		}
		e := (3 - float64(b.x*b.x)) / 2
		b.q, b.x = b.q*e, b.x*e
	}
}

// norm is the Frobenius norm of a matrix, including the additional dimensions.
func (r *newtonSchulz) norm(m []float32, beyond float64) float64 {
	return math.Sqrt(math.Pow(frobenius(m), 2) + float64(r.more*beyond*beyond))
}

// replace sets m to m t, which commute.
func (r *newtonSchulz) replace(m *[]float32) {
	r.product(sliceMatMul{Dst: r.spare, A: *m, B: r.t, Scale: 1, Symmetric: true})
	*m, r.spare = r.spare, *m
}

func (r *newtonSchulz) product(op sliceMatMul) {
	op.Rows, op.Inner, op.Columns = r.n, r.n, r.n
	r.multiply(op)
}

func round(dst []float32, src []float64) {
	for i, v := range src {
		dst[i] = float32(v)
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
