package optim

import (
	"context"
	"math"

	"github.com/impasto/impasto/engine"
)

// host is a device that knows vectors only, in float64. It allocates nothing, which the tests measure.
type host struct{ engine.Device }

type vector []float64

func (v vector) Len() int { return len(v) }

func (host) Copy(dst, src engine.Vector) { copy(dst.(vector), src.(vector)) }

func (host) Fill(dst engine.Vector, value float32) {
	d := dst.(vector)
	for i := range d {
		d[i] = float64(value)
	}
}

func (host) Axpy(dst engine.Vector, a float32, x engine.Vector) {
	d, v := dst.(vector), x.(vector)
	for i := range d {
		d[i] += float64(a) * v[i]
	}
}

func (host) Scale(dst engine.Vector, a float32) {
	d := dst.(vector)
	for i := range d {
		d[i] *= float64(a)
	}
}

func (host) Clamp(dst engine.Vector, low, high float32) {
	d := dst.(vector)
	for i := range d {
		d[i] = min(max(d[i], float64(low)), float64(high))
	}
}

func (host) Dot(x, y engine.Vector) (sum float64) {
	a, b := x.(vector), y.(vector)
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func (host) Norm1(x engine.Vector) (sum float64) {
	for _, v := range x.(vector) {
		sum += math.Abs(v)
	}
	return sum
}

func (host) NormInf(x engine.Vector) (largest float64) {
	for _, v := range x.(vector) {
		largest = max(largest, math.Abs(v))
	}
	return largest
}

func (host) Adam(op engine.AdamStep) {
	x, g, m, v := op.X.(vector), op.G.(vector), op.M.(vector), op.V.(vector)
	for i := range x {
		m[i] += (1 - op.Beta1) * (g[i] - m[i])
		v[i] += (1 - op.Beta2) * (g[i]*g[i] - v[i])
		x[i] -= op.Rate / op.Correction1 * m[i] / (math.Sqrt(v[i])/math.Sqrt(op.Correction2) + op.Epsilon)
	}
}

func (host) Momentum(op engine.MomentumStep) {
	x, g, v := op.X.(vector), op.G.(vector), op.V.(vector)
	for i := range x {
		v[i] = op.Decay*v[i] + g[i]
		x[i] -= op.Rate * v[i]
	}
}

// problem is a function with its gradient.
type problem struct {
	name  string
	value func(x, g vector) float64
}

var problems = []problem{{"rosenbrock", rosenbrock}, {"quadratic", quadratic}, {"quartic", quartic}}

func rosenbrock(x, g vector) (f float64) {
	clear(g)
	for i := range x[1:] {
		a, b := x[i+1]-x[i]*x[i], 1-x[i]
		f += 100*a*a + b*b
		g[i] += -400*a*x[i] - 2*b
		g[i+1] += 200 * a
	}
	return f
}

// quadratic has eigenvalues from 1 to 1e4.
func quadratic(x, g vector) (f float64) {
	n := float64(len(x))
	for i := range x {
		k := float64(i)
		curvature, d := math.Pow(10, 4*k/(n-1)), x[i]-k/n
		f += 0.5 * curvature * d * d
		g[i] = curvature * d
	}
	return f
}

func quartic(x, g vector) (f float64) {
	for i := range x {
		k, d := float64(i+1), x[i]-1
		f += d*d*d*d + k*d*d
		g[i] = 4*d*d*d + 2*k*d
	}
	return f
}

func newSpace(start []float64) Space {
	return Space{Device: host{}, X: append(vector(nil), start...), G: make(vector, len(start))}
}

func vectors(count, n int) []engine.Vector {
	all := make([]engine.Vector, count)
	for i := range all {
		all[i] = make(vector, n)
	}
	return all
}

// objective evaluates p and appends each value to trace, if there is one.
func (p problem) objective(s Space, trace *[]float64) Objective {
	return func(context.Context) (float64, error) {
		f := p.value(s.X.(vector), s.G.(vector))
		if trace != nil {
			*trace = append(*trace, f)
		}
		return f, nil
	}
}

// rules makes every rule anew in a space.
func rules(s Space) map[string]Rule {
	n := s.X.Len()
	wolfe := LBFGSOptions{History: 8, Rate: 1}
	fixed := LBFGSOptions{History: 8, Rate: 1, Search: Fixed}
	adam := AdamOptions{Rate: 0.02, Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-8}
	descent := DescentOptions{Rate: 1e-4, Momentum: 0.9}
	return map[string]Rule{
		"wolfe":   NewLBFGS(s, wolfe, vectors(wolfe.Vectors(), n)),
		"fixed":   NewLBFGS(s, fixed, vectors(fixed.Vectors(), n)),
		"adam":    NewAdam(s, adam, vectors(adam.Vectors(), n)),
		"descent": NewDescent(s, descent, vectors(descent.Vectors(), n)),
	}
}
