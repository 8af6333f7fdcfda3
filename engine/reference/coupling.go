package reference

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/impasto/impasto/engine"
)

// coupling implements engine.Coupling: a painting's distribution.
type coupling struct {
	kind       engine.CouplingKind
	positions  int // of weight 1; 0: unknown
	mean       []float64
	covariance *mat.SymDense
	closed     bool
}

func (c *coupling) Channels() int { return len(c.mean) }

func (c *coupling) Close() error {
	c.closed = true
	return nil
}

func (d *device[T]) CouplingBytes(channels int, kind engine.CouplingKind) int64 {
	return 8 * int64(channels) * int64(channels+1)
}

func (d *device[T]) NewCoupling(painting engine.Moments, kind engine.CouplingKind, positions int) (engine.Coupling, error) {
	must(kind <= engine.TruncatedCoupling, "a coupling of unknown kind %d", kind)
	must(positions >= 0, "a coupling of %d positions", positions)
	d.begin()
	defer d.end()
	s := painting.(*moments).take()
	if !(s.Weight > 0) {
		return nil, errors.New("preparing a transport: the painting's moments have no weight")
	}
	c := &coupling{kind: kind, positions: positions}
	c.mean, c.covariance = distribution(s)
	return c, nil
}

// distribution returns the mean S/W and the covariance G/W - m m^T + Ridge I.
func distribution(s engine.Statistics) (mean []float64, covariance *mat.SymDense) {
	c := len(s.Sum)
	mean, covariance = make([]float64, c), mat.NewSymDense(c, nil)
	for i := range c {
		mean[i] = s.Sum[i] / s.Weight
	}
	for i := range c {
		for j := i; j < c; j++ {
			v := s.Gram[i*c+j]/s.Weight - mean[i]*mean[j]
			if i == j {
				v += engine.Ridge
			}
			covariance.SetSym(i, j, v)
		}
	}
	return mean, covariance
}

// Transport computes the distance, and sets the affine map to its gradient.
func (d *device[T]) Transport(op engine.Transport) error {
	op.Check()
	d.begin()
	defer d.end()
	c := op.Coupling.(*coupling)
	must(!c.closed, "a coupling used after it was closed")
	s := op.Moments.(*moments).take()
	set(op.Weight, s.Weight)
	set(op.Distance, 0)
	if !(s.Weight > 0) {
		return nil
	}
	must(c.positions == 0 || s.Weight == float64(c.positions), "a coupling for %d positions used with a weight of %v", c.positions, s.Weight)
	mean, covariance := distribution(s)
	trace, transport := c.couple(covariance)
	distance := mat.Trace(covariance) + mat.Trace(c.covariance) - 2*trace
	for i, v := range mean {
		distance += (v - c.mean[i]) * (v - c.mean[i])
	}
	set(op.Distance, distance)
	setTransport(op.Affine.(*affine[T]), op.Scale/s.Weight, transport, mean, c.mean)
	return nil
}

// setTransport sets an affine map to by times F -> (I - T) F + T m - m*.
func setTransport[T number](dst *affine[T], by float64, transport mat.Matrix, mean, target []float64) {
	dst.set()
	n := len(mean)
	for i := range n {
		b := -target[i]
		for j := range n {
			t, one := transport.At(i, j), 0.0
			if i == j {
				one = 1
			}
			dst.a[i*n+j] = T(by * (one - t))
			b += t * mean[j]
		}
		dst.b[i] = T(by * b)
	}
}

// couple returns tr (B S B)^1/2 with B = S*^1/2, and T, twice its derivative with respect to S.
func (c *coupling) couple(s *mat.SymDense) (trace float64, transport mat.Matrix) {
	if c.kind == engine.TruncatedCoupling {
		return truncated(s, c.covariance)
	}
	return exact(s, c.covariance)
}

// exact computes T = B (B S B)^-1/2 B.
func exact(s, target *mat.SymDense) (trace float64, transport mat.Matrix) {
	b := power(target, 0.5)
	var inner, half, t mat.Dense
	inner.Product(b, s, b)
	root := power(symmetric(&inner), 0.5)
	half.Mul(b, power(symmetric(&inner), -0.5))
	t.Mul(&half, b)
	return mat.Trace(root), &t
}

// power returns a power of a symmetric matrix, from its eigenvalues. Eigenvalues that rounding has made smaller than
// two ridges allow are raised to that bound.
func power(m mat.Symmetric, exponent float64) *mat.Dense {
	const least = 1e-18
	var e mat.EigenSym
	if !e.Factorize(m, true) {
		n := m.SymmetricDim() // numbers that are not finite have no root
		return mat.NewDense(n, n, slices.Repeat([]float64{math.NaN()}, n*n))
	}
	var v, scaled, result mat.Dense
	e.VectorsTo(&v)
	values := e.Values(nil)
	scaled.Apply(func(_, j int, x float64) float64 { return x * math.Pow(max(values[j], least), exponent) }, &v)
	result.Mul(&scaled, v.T())
	return &result
}

func symmetric(m mat.Matrix) *mat.SymDense {
	n, _ := m.Dims()
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			s.SetSym(i, j, (m.At(i, j)+m.At(j, i))/2)
		}
	}
	return s
}

// truncatedSteps is the number of iterations in crowsonkb's style-transfer-pytorch, forward and backward.
const truncatedSteps = 12

// truncated computes what that program does: the steps for the roots, and as many for the gradient.
func truncated(s, target *mat.SymDense) (trace float64, transport mat.Matrix) {
	b := truncatedRoot(target)
	var inner, t mat.Dense
	inner.Product(b, s, b)
	root := truncatedRoot(&inner)
	t.Product(b, truncatedGradient(root), b)
	return mat.Trace(root), &t
}

// truncatedRoot is the iteration of Newton and Schulz: y = y t, z = t z with t = (3I - z y) / 2, from m over its norm
// and from I.
func truncatedRoot(m mat.Matrix) *mat.Dense {
	n, _ := m.Dims()
	norm := mat.Norm(m, 2)
	var y, z mat.Dense
	y.Scale(1/norm, m)
	z.CloneFrom(identity(n, 1))
	for range truncatedSteps {
		var step mat.Dense
		step.Mul(&z, &y)
		step.Sub(identity(n, 3), &step)
		step.Scale(0.5, &step)
		y.Mul(&y, &step)
		z.Mul(&step, &z)
	}
	y.Scale(math.Sqrt(norm), &y)
	return &y
}

// truncatedGradient returns twice the gradient of the trace of a root by its square: from a, the root over its norm,
// and q = I over that norm, E = 3I - a a, q = (q E - a^T (a^T q - q a)) / 2, a = a E / 2.
func truncatedGradient(root *mat.Dense) *mat.Dense {
	n, _ := root.Dims()
	norm := mat.Norm(root, 2)
	var a, q mat.Dense
	a.Scale(1/norm, root)
	q.Scale(1/norm, identity(n, 1))
	for range truncatedSteps {
		var e, first, second, third mat.Dense
		e.Mul(&a, &a)
		e.Sub(identity(n, 3), &e)
		first.Mul(&q, &e)
		second.Mul(a.T(), &q)
		third.Mul(&q, &a)
		second.Sub(&second, &third)
		third.Mul(a.T(), &second)
		q.Sub(&first, &third)
		q.Scale(0.5, &q)
		a.Mul(&a, &e)
		a.Scale(0.5, &a)
	}
	return &q
}

// identity returns v times the identity.
func identity(n int, v float64) *mat.DiagDense {
	m := mat.NewDiagDense(n, nil)
	for i := range n {
		m.SetDiag(i, v)
	}
	return m
}
