package reference

import (
	"math"

	"github.com/impasto/impasto/engine"
)

// update sets every dst to f(dst, x) in float64.
func (d *device[T]) update(what string, dst, x engine.Vector, f func(dst, x float64) float64) error {
	engine.CheckVectors(what, dst, x)
	d.begin()
	defer d.end()
	from, old := vectorOf[T](x).take(), vectorOf[T](dst).take()
	for i, to := 0, vectorOf[T](dst).all(); i < len(to); i++ {
		to[i] = T(f(float64(old[i]), float64(from[i])))
	}
	return nil
}

// reduce sets dst to the result of f, called with the numbers of x and y.
func (d *device[T]) reduce(what string, dst engine.Scalar, x, y engine.Vector, f func(x, y []T) float64) error {
	engine.CheckVectors(what, x, y)
	engine.CheckScalar(what, dst)
	d.begin()
	defer d.end()
	set(dst, f(vectorOf[T](x).take(), vectorOf[T](y).take()))
	return nil
}

// dot sums products in float64.
func dot[T number](x, y []T) (sum float64) {
	for i := range x {
		sum += float64(x[i]) * float64(y[i])
	}
	return sum
}

func (d *device[T]) Copy(dst, src engine.Vector) error {
	engine.CheckVectors("copy", dst, src)
	d.begin()
	defer d.end()
	from := vectorOf[T](src).take()
	copy(vectorOf[T](dst).all(), from)
	return nil
}

func (d *device[T]) Fill(dst engine.Vector, value float32) error {
	d.begin()
	defer d.end()
	numbers := vectorOf[T](dst).all()
	for i := range numbers {
		numbers[i] = T(value)
	}
	return nil
}

func (d *device[T]) Axpy(dst engine.Vector, a float32, x engine.Vector) error {
	return d.update("axpy", dst, x, func(y, x float64) float64 { return y + float64(a)*x })
}

func (d *device[T]) Scale(dst engine.Vector, a float32) error {
	return d.update("scale", dst, dst, func(y, _ float64) float64 { return y * float64(a) })
}

func (d *device[T]) Lerp(dst, x engine.Vector, t float32) error {
	return d.update("lerp", dst, x, func(y, x float64) float64 { return y + float64(t)*(x-y) })
}

func (d *device[T]) Clamp(dst engine.Vector, low, high float32) error {
	return d.update("clamp", dst, dst, func(y, _ float64) float64 { return min(max(y, float64(low)), float64(high)) })
}

func (d *device[T]) Dot(dst engine.Scalar, x, y engine.Vector) error {
	return d.reduce("dot", dst, x, y, dot[T])
}

func (d *device[T]) Norm1(dst engine.Scalar, x engine.Vector) error {
	return d.reduce("norm", dst, x, x, func(x, _ []T) (sum float64) {
		for _, v := range x {
			sum += math.Abs(float64(v))
		}
		return sum
	})
}

func (d *device[T]) NormInf(dst engine.Scalar, x engine.Vector) error {
	return d.reduce("norm", dst, x, x, func(x, _ []T) (largest float64) {
		for _, v := range x {
			largest = max(largest, math.Abs(float64(v))) // NaN if either is
		}
		return largest
	})
}

func (d *device[T]) Adam(op engine.AdamStep) error {
	engine.CheckVectors("adam", op.X, op.G, op.M, op.V)
	d.begin()
	defer d.end()
	g := vectorOf[T](op.G).take()
	for _, v := range []engine.Vector{op.X, op.M, op.V} {
		vectorOf[T](v).take()
	}
	x, m, v := vectorOf[T](op.X).all(), vectorOf[T](op.M).all(), vectorOf[T](op.V).all()
	for i := range x {
		gi, mi, vi := float64(g[i]), float64(m[i]), float64(v[i])
		mi += (1 - op.Beta1) * (gi - mi)
		vi += (1 - op.Beta2) * (gi*gi - vi)
		step := op.Rate / op.Correction1 * mi / (math.Sqrt(vi)/math.Sqrt(op.Correction2) + op.Epsilon)
		x[i], m[i], v[i] = T(float64(x[i])-step), T(mi), T(vi)
	}
	return nil
}

func (d *device[T]) Momentum(op engine.MomentumStep) error {
	engine.CheckVectors("momentum", op.X, op.G, op.V)
	d.begin()
	defer d.end()
	g := vectorOf[T](op.G).take()
	for _, v := range []engine.Vector{op.X, op.V} {
		vectorOf[T](v).take()
	}
	x, v := vectorOf[T](op.X).all(), vectorOf[T](op.V).all()
	for i := range x {
		vi := op.Decay*float64(v[i]) + float64(g[i])
		x[i], v[i] = T(float64(x[i])-op.Rate*vi), T(vi)
	}
	return nil
}
