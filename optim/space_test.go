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

// picture is a vector in the form of an image.
type picture struct{ vector }

func (p picture) Size() (height, width int) { return 1, len(p.vector) / 3 }

func numbers(v engine.Vector) vector {
	if p, ok := v.(picture); ok {
		return p.vector
	}
	return v.(vector)
}

type scalars []float64

func (s scalars) Len() int { return len(s) }

func set(dst engine.Scalar, value float64) error {
	dst.Of.(scalars)[dst.At] = value
	return nil
}

func (host) ReadScalars(dst []float64, src engine.Scalars) error {
	copy(dst, src.(scalars))
	return nil
}

func (host) Copy(dst, src engine.Vector) error {
	copy(numbers(dst), numbers(src))
	return nil
}

func (host) Fill(dst engine.Vector, value float32) error {
	d := numbers(dst)
	for i := range d {
		d[i] = float64(value)
	}
	return nil
}

func (host) Axpy(dst engine.Vector, a float32, x engine.Vector) error {
	d, v := numbers(dst), numbers(x)
	for i := range d {
		d[i] += float64(a) * v[i]
	}
	return nil
}

func (host) Scale(dst engine.Vector, a float32) error {
	d := numbers(dst)
	for i := range d {
		d[i] *= float64(a)
	}
	return nil
}

func (host) Clamp(dst engine.Vector, low, high float32) error {
	d := numbers(dst)
	for i := range d {
		d[i] = min(max(d[i], float64(low)), float64(high))
	}
	return nil
}

func dot(x, y engine.Vector) (sum float64) {
	a, b := numbers(x), numbers(y)
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func norm1(x engine.Vector) (sum float64) {
	for _, v := range numbers(x) {
		sum += math.Abs(v)
	}
	return sum
}

func (host) Dot(dst engine.Scalar, x, y engine.Vector) error { return set(dst, dot(x, y)) }

func (host) Norm1(dst engine.Scalar, x engine.Vector) error { return set(dst, norm1(x)) }

func (host) NormInf(dst engine.Scalar, x engine.Vector) error {
	largest := 0.0
	for _, v := range numbers(x) {
		largest = max(largest, math.Abs(v))
	}
	return set(dst, largest)
}

func (host) Adam(op engine.AdamStep) error {
	x, g, m, v := numbers(op.X), numbers(op.G), numbers(op.M), numbers(op.V)
	for i := range x {
		m[i] += (1 - op.Beta1) * (g[i] - m[i])
		v[i] += (1 - op.Beta2) * (g[i]*g[i] - v[i])
		x[i] -= op.Rate / op.Correction1 * m[i] / (math.Sqrt(v[i])/math.Sqrt(op.Correction2) + op.Epsilon)
	}
	return nil
}

func (host) Momentum(op engine.MomentumStep) error {
	x, g, v := numbers(op.X), numbers(op.G), numbers(op.V)
	for i := range x {
		v[i] = op.Decay*v[i] + g[i]
		x[i] -= op.Rate * v[i]
	}
	return nil
}

func (host) Direction(op engine.Direction) error { return direct(op, nil) }

// direct is the two-loop recursion with a guess of the inverse Hessian.
func direct(op engine.Direction, guess func(vector)) error {
	var alpha [16]float64
	d := numbers(op.D)
	copy(d, numbers(op.G))
	host{}.Scale(op.D, -1)
	for i := len(op.S) - 1; i >= 0; i-- {
		alpha[i] = op.Rho[i] * dot(op.S[i], op.D)
		host{}.Axpy(op.D, float32(-alpha[i]), op.Y[i])
	}
	host{}.Scale(op.D, float32(op.Gamma))
	if guess != nil {
		guess(d)
	}
	for i := range op.S {
		beta := op.Rho[i] * dot(op.Y[i], op.D)
		host{}.Axpy(op.D, float32(alpha[i]-beta), op.S[i])
	}
	return set(op.Slope, dot(op.G, op.D))
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
	return Space{
		Device: host{}, X: append(vector(nil), start...), G: make(vector, len(start)),
		Scalars: make(scalars, 1+Results),
	}
}

func vectors(count, n int) []engine.Vector {
	all := make([]engine.Vector, count)
	for i := range all {
		all[i] = make(vector, n)
	}
	return all
}

// function is an Objective that computes on the host. Its value passes through the first scalar; those of the
// rule are lost to every evaluation.
type function struct {
	scalars scalars
	call    func(context.Context) (float64, error)
}

func (f function) Evaluate(ctx context.Context) error {
	value, err := f.call(ctx)
	for i := range f.scalars {
		f.scalars[i] = math.NaN()
	}
	f.scalars[0] = value
	return err
}

func (f function) Value(scalars []float64) (float64, error) { return scalars[0], nil }

// calling makes an objective of a function.
func (s Space) calling(f func(context.Context) (float64, error)) Objective {
	return function{s.Scalars.(scalars), f}
}

// objective evaluates p and appends each value to trace, if there is one.
func (p problem) objective(s Space, trace *[]float64) Objective {
	return s.calling(func(context.Context) (float64, error) {
		f := p.value(numbers(s.X), numbers(s.G))
		if trace != nil {
			*trace = append(*trace, f)
		}
		return f, nil
	})
}

// rules makes every rule in a space.
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
