package reference

import (
	"math"

	"github.com/impasto/impasto/engine"
)

// update sets every dst to f(dst, x) in float64.
func (d *device[T]) update(what string, dst, x engine.Vector, f func(dst, x float64) float64) {
	engine.CheckVectors(what, dst, x)
	d.begin()
	defer d.end()
	from, old := vectorOf[T](x).take(), vectorOf[T](dst).take()
	for i, to := 0, vectorOf[T](dst).all(); i < len(to); i++ {
		to[i] = T(f(float64(old[i]), float64(from[i])))
	}
}

// reduce adds f(x, y) over all numbers in float64.
func (d *device[T]) reduce(what string, x, y engine.Vector, f func(x, y float64) float64) (sum float64) {
	engine.CheckVectors(what, x, y)
	d.begin()
	defer d.end()
	a, b := vectorOf[T](x).take(), vectorOf[T](y).take()
	for i := range a {
		sum += f(float64(a[i]), float64(b[i]))
	}
	return sum
}

func (d *device[T]) Copy(dst, src engine.Vector) {
	engine.CheckVectors("copy", dst, src)
	d.begin()
	defer d.end()
	from := vectorOf[T](src).take()
	copy(vectorOf[T](dst).all(), from)
}

func (d *device[T]) Fill(dst engine.Vector, value float32) {
	d.begin()
	defer d.end()
	numbers := vectorOf[T](dst).all()
	for i := range numbers {
		numbers[i] = T(value)
	}
}

func (d *device[T]) Axpy(dst engine.Vector, a float32, x engine.Vector) {
	d.update("axpy", dst, x, func(y, x float64) float64 { return y + float64(a)*x })
}

func (d *device[T]) Scale(dst engine.Vector, a float32) {
	d.update("scale", dst, dst, func(y, _ float64) float64 { return y * float64(a) })
}

func (d *device[T]) Lerp(dst, x engine.Vector, t float32) {
	d.update("lerp", dst, x, func(y, x float64) float64 { return y + float64(t)*(x-y) })
}

func (d *device[T]) Clamp(dst engine.Vector, low, high float32) {
	d.update("clamp", dst, dst, func(y, _ float64) float64 { return min(max(y, float64(low)), float64(high)) })
}

func (d *device[T]) Dot(x, y engine.Vector) float64 {
	return d.reduce("dot", x, y, func(x, y float64) float64 { return x * y })
}

func (d *device[T]) Norm1(x engine.Vector) float64 {
	return d.reduce("norm", x, x, func(x, _ float64) float64 { return math.Abs(x) })
}

func (d *device[T]) NormInf(x engine.Vector) float64 {
	d.begin()
	defer d.end()
	var largest float64
	for _, v := range vectorOf[T](x).take() {
		largest = max(largest, math.Abs(float64(v))) // NaN where either is
	}
	return largest
}

func (d *device[T]) Adam(op engine.AdamStep) {
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
}

func (d *device[T]) Momentum(op engine.MomentumStep) {
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
}
