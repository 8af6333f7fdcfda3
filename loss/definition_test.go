package loss

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/impasto/impasto/engine"
)

// sample is a feature map [C,N] with weights, in float64.
type sample struct {
	channels, positions int
	f, w                []float64
}

// draw returns features as a ReLU leaves them: channels that depend on each other, many zeros, and means
// that differ.
func draw(rng *rand.Rand, channels, positions int) sample {
	s := sample{channels, positions, make([]float64, channels*positions), make([]float64, positions)}
	factors := 1 + channels/3
	hidden := make([]float64, factors*positions)
	for i := range hidden {
		hidden[i] = rng.NormFloat64()
	}
	for c := range channels {
		shift := rng.NormFloat64()
		for p := range positions {
			v := shift + 0.1*rng.NormFloat64()
			for k := range 3 {
				v += hidden[(c*7+k*5)%factors*positions+p]
			}
			s.f[c*positions+p] = float64(float32(max(v, 0)))
		}
	}
	for p := range s.w {
		s.w[p] = 1
	}
	return s
}

// statistics are the moments, in float64.
func (s sample) statistics() engine.Statistics {
	st := engine.Statistics{Sum: make([]float64, s.channels), Gram: make([]float64, s.channels*s.channels)}
	for p, w := range s.w {
		st.Weight += w
		for c := range s.channels {
			v := w * s.f[c*s.positions+p]
			st.Sum[c] += v
			for d := range s.channels {
				st.Gram[c*s.channels+d] += v * s.f[d*s.positions+p]
			}
		}
	}
	return st
}

// normal is the distribution of the documentation's formula, in float64.
func normal(st engine.Statistics) (mean []float64, covariance *mat.SymDense) {
	c := len(st.Sum)
	mean, covariance = make([]float64, c), mat.NewSymDense(c, nil)
	for i := range c {
		mean[i] = st.Sum[i] / st.Weight
	}
	for i := range c {
		for j := i; j < c; j++ {
			v := st.Gram[i*c+j]/st.Weight - mean[i]*mean[j]
			if i == j {
				v += 1e-4
			}
			covariance.SetSym(i, j, v)
		}
	}
	return mean, covariance
}

// power returns a symmetric matrix to a power.
func power(t testing.TB, m mat.Symmetric, exponent float64) *mat.Dense {
	var e mat.EigenSym
	if !e.Factorize(m, true) {
		t.Fatal("no eigenvalues")
	}
	var v, scaled, result mat.Dense
	e.VectorsTo(&v)
	values := e.Values(nil)
	scaled.Apply(func(_, j int, x float64) float64 { return x * math.Pow(max(values[j], 1e-18), exponent) }, &v)
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

// coupling returns tr (B S B)^1/2 with B = S*^1/2 and T, twice its derivative by S.
type coupling func(t testing.TB, s, target *mat.SymDense) (float64, mat.Matrix)

// exactCoupling has T = B (B S B)^-1/2 B.
func exactCoupling(t testing.TB, s, target *mat.SymDense) (float64, mat.Matrix) {
	b := power(t, target, 0.5)
	var inner, half, transport mat.Dense
	inner.Product(b, s, b)
	root := power(t, symmetric(&inner), 0.5)
	half.Mul(b, power(t, symmetric(&inner), -0.5))
	transport.Mul(&half, b)
	return mat.Trace(root), &transport
}

// truncatedCoupling is crowsonkb's: 12 steps for the roots and 12 for the gradient, as that program has
// them.
func truncatedCoupling(_ testing.TB, s, target *mat.SymDense) (float64, mat.Matrix) {
	n := s.SymmetricDim()
	identity := mat.NewDiagDense(n, nil)
	for i := range n {
		identity.SetDiag(i, 1)
	}
	root := func(m mat.Matrix) *mat.Dense {
		norm := mat.Norm(m, 2)
		var y, z mat.Dense
		y.Scale(1/norm, m)
		z.CloneFrom(identity)
		for range 12 {
			var step mat.Dense
			step.Mul(&z, &y)
			step.Sub(mat.NewDiagDense(n, repeat(3, n)), &step)
			step.Scale(0.5, &step)
			y.Mul(&y, &step)
			z.Mul(&step, &z)
		}
		y.Scale(math.Sqrt(norm), &y)
		return &y
	}
	b := root(target)
	var inner, transport mat.Dense
	inner.Product(b, s, b)
	r := root(&inner)
	norm := mat.Norm(r, 2)
	var a, q mat.Dense
	a.Scale(1/norm, r)
	q.Scale(1/norm, identity)
	for range 12 {
		var e, first, second, third mat.Dense
		e.Mul(&a, &a)
		e.Sub(mat.NewDiagDense(n, repeat(3, n)), &e)
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
	transport.Product(b, &q, b)
	return mat.Trace(r), &transport
}

func repeat(v float64, n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = v
	}
	return all
}

// define computes the loss of weight 1 and its gradient [C,N] by the formula.
func define(t testing.TB, s sample, painting engine.Statistics, by coupling) (float64, []float64) {
	st := s.statistics()
	mean, covariance := normal(st)
	target, targetCovariance := normal(painting)
	trace, transport := by(t, covariance, targetCovariance)
	c := s.channels
	value := mat.Trace(covariance) + mat.Trace(targetCovariance) - 2*trace
	for i, m := range mean {
		value += (m - target[i]) * (m - target[i])
	}
	gradient := make([]float64, len(s.f))
	for p, w := range s.w {
		for i := range c {
			g := s.f[i*s.positions+p] - target[i]
			for j := range c {
				g -= transport.At(i, j) * (s.f[j*s.positions+p] - mean[j])
			}
			gradient[i*s.positions+p] = 2 * w * g / (float64(c) * st.Weight)
		}
	}
	return value / float64(c), gradient
}
