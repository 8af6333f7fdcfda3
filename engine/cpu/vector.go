package cpu

import (
	"math"

	"github.com/impasto/impasto/engine"
)

// elementwise is an operation on vectors in progress. They are divided into pieces of fixed length, so that
// sums do not depend on the number of threads.
type elementwise struct {
	do         func(*device, []float32, int, int) // of dst[from:to] and the piece
	dst, x     []float32
	g, m, v    []float32
	a, b       float32
	adam       adamParameters
	reductions []float64
}

// pieceLength is the number of values of a vector per job: a megabyte for four vectors.
const pieceLength = 1 << 16

func (d *device) runElements(e elementwise) {
	d.elements = e
	d.crew.run(&d.jobs.elements, (len(e.dst)+pieceLength-1)/pieceLength)
	d.elements = elementwise{}
}

func (d *device) elementsPiece(_, index int) {
	e := &d.elements
	from := index * pieceLength
	to := min(from+pieceLength, len(e.dst))
	e.do(d, e.dst[from:to], from, index)
}

// reduce runs f on every piece and returns the results in order. The device must be locked.
func (d *device) reduce(x, y []float32, f func(*device, []float32, int, int)) []float64 {
	sums := d.sums((len(x) + pieceLength - 1) / pieceLength)
	d.runElements(elementwise{do: f, dst: x, x: y, reductions: sums})
	return sums
}

// dot returns sum x y. The device must be locked.
func (d *device) dot(x, y []float32) float64 {
	return total(d.reduce(x, y, func(d *device, x []float32, from, index int) {
		d.elements.reductions[index] = d.kernels.dot(x, d.elements.x[from:][:len(x)])
	}))
}

func total(sums []float64) (s float64) {
	for _, v := range sums {
		s += v
	}
	return s
}

// Dot sets a result to sum x y.
func (d *device) Dot(dst engine.Scalar, x, y engine.Vector) error {
	engine.CheckVectors("dot", x, y)
	engine.CheckScalar("dot", dst)
	d.mu.Lock()
	defer d.mu.Unlock()
	*scalarOf(dst) = d.dot(numbersOf(x), numbersOf(y))
	return nil
}

// Norm1 sets a result to sum |x|.
func (d *device) Norm1(dst engine.Scalar, x engine.Vector) error {
	engine.CheckScalar("norm", dst)
	d.mu.Lock()
	defer d.mu.Unlock()
	*scalarOf(dst) = total(d.reduce(numbersOf(x), nil, func(d *device, x []float32, _, index int) {
		s := 0.0
		for _, v := range x {
			s += math.Abs(float64(v))
		}
		d.elements.reductions[index] = s
	}))
	return nil
}

// NormInf sets a result to max |x|.
func (d *device) NormInf(dst engine.Scalar, x engine.Vector) error {
	engine.CheckScalar("norm", dst)
	d.mu.Lock()
	defer d.mu.Unlock()
	s := 0.0
	for _, v := range d.reduce(numbersOf(x), nil, func(d *device, x []float32, _, index int) {
		s := 0.0
		for _, v := range x {
			s = max(s, math.Abs(float64(v))) // NaN if either is
		}
		d.elements.reductions[index] = s
	}) {
		s = max(s, v)
	}
	*scalarOf(dst) = s
	return nil
}

func (d *device) update(what string, dst, x engine.Vector, e elementwise) error {
	engine.CheckVectors(what, dst, x)
	e.dst, e.x = numbersOf(dst), numbersOf(x)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.runElements(e)
	return nil
}

// The functions below are pieces of operations, which Direction uses too.

func copyPiece(d *device, dst []float32, from, _ int) { copy(dst, d.elements.x[from:]) }

func axpyPiece(d *device, dst []float32, from, _ int) {
	d.kernels.axpy(dst, d.elements.a, d.elements.x[from:][:len(dst)])
}

func scalePiece(d *device, dst []float32, _, _ int) { d.kernels.scale(dst, d.elements.a) }

// Copy copies src to dst.
func (d *device) Copy(dst, src engine.Vector) error {
	return d.update("copy", dst, src, elementwise{do: copyPiece})
}

// Fill sets every number of dst.
func (d *device) Fill(dst engine.Vector, value float32) error {
	return d.update("fill", dst, dst, elementwise{a: value, do: func(d *device, dst []float32, _, _ int) {
		a := d.elements.a
		for i := range dst {
			dst[i] = a
		}
	}})
}

// Axpy adds a x to dst.
func (d *device) Axpy(dst engine.Vector, a float32, x engine.Vector) error {
	return d.update("axpy", dst, x, elementwise{do: axpyPiece, a: a})
}

// Scale multiplies dst by a.
func (d *device) Scale(dst engine.Vector, a float32) error {
	return d.update("scale", dst, dst, elementwise{do: scalePiece, a: a})
}

// Lerp moves dst towards x by the share t.
func (d *device) Lerp(dst, x engine.Vector, t float32) error {
	return d.update("lerp", dst, x, elementwise{a: t, do: func(d *device, dst []float32, from, _ int) {
		d.kernels.lerp(dst, d.elements.x[from:][:len(dst)], d.elements.a)
	}})
}

// Clamp clamps dst to [low, high].
func (d *device) Clamp(dst engine.Vector, low, high float32) error {
	return d.update("clamp", dst, dst, elementwise{a: low, b: high, do: func(d *device, dst []float32, _, _ int) {
		low, high := d.elements.a, d.elements.b
		for i, v := range dst {
			if v < low {
				dst[i] = low
			} else if v > high {
				dst[i] = high
			}
		}
	}})
}

// Adam makes one step.
func (d *device) Adam(op engine.AdamStep) error {
	engine.CheckVectors("adam", op.X, op.G, op.M, op.V)
	return d.update("adam", op.X, op.X, elementwise{
		g: numbersOf(op.G), m: numbersOf(op.M), v: numbersOf(op.V),
		adam: adamParameters{
			beta1: float32(1 - op.Beta1), beta2: float32(1 - op.Beta2),
			rate: float32(op.Rate / op.Correction1), root: float32(1 / math.Sqrt(op.Correction2)), epsilon: float32(op.Epsilon),
		},
		do: func(d *device, x []float32, from, _ int) {
			e := &d.elements
			to := from + len(x)
			d.kernels.adam(x, e.g[from:to], e.m[from:to], e.v[from:to], &e.adam)
		},
	})
}

// Momentum makes one step.
func (d *device) Momentum(op engine.MomentumStep) error {
	engine.CheckVectors("momentum", op.X, op.G, op.V)
	return d.update("momentum", op.X, op.X, elementwise{
		g: numbersOf(op.G), v: numbersOf(op.V), a: float32(op.Decay), b: float32(op.Rate),
		do: func(d *device, x []float32, from, _ int) {
			e := &d.elements
			v, g := e.v[from:][:len(x)], e.g[from:][:len(x)]
			d.kernels.scale(v, e.a)
			d.kernels.axpy(v, 1, g)
			d.kernels.axpy(x, -e.b, v)
		},
	})
}
