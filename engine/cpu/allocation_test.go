package cpu

import (
	"testing"

	"github.com/impasto/impasto/engine"
)

// TestOperationsAllocateNothing: a loop runs some sixty operations at every step, on maps of any size.
func TestOperationsAllocateNothing(t *testing.T) {
	const size = 64
	opened, err := New(Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	d := opened.(*device)
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	a := benchArena(t, d, size)
	works := append(styleWorks(t, d, a, size), smallWorks(t, d)...)
	for _, l := range []vggLayer{vgg19[0], vgg19[3], vgg19[11]} {
		works = append(works, vggWorks(t, d, a, l, size)...)
	}
	for _, w := range works {
		if got := testing.AllocsPerRun(10, w.run); got > 0 {
			t.Errorf("%s allocates %.0f times", w.name, got)
		}
	}
}

// smallWorks are the operations on vectors, results, points and images.
func smallWorks(t *testing.T, d *device) []*vggBench {
	const n = 3 * 64 * 64
	a := benchArena(t, d, 8)
	next := int64(0)
	take := func(bytes int64) int64 {
		next += engine.Align(bytes)
		return next - engine.Align(bytes)
	}
	vector := func() engine.Vector { return a.Vector(take(4*n), n) }
	x, y, image, gradient := vector(), vector(), a.Image(take(4*n), 64, 64), a.Image(take(4*n), 64, 64)
	row, points := a.Scalars(take(d.ScalarsBytes(3)), 3), a.Points(take(d.PointsBytes(100)), 100)
	shape := engine.Shape{Channels: 40, Height: 9, Width: 11}
	m := a.Map(take(d.MapBytes(shape, 9)), shape, 9)
	picked := a.Vector(take(4*100*50), 100*50)
	result, values := engine.Scalar{Of: row, At: 1}, make([]float64, 3)
	direction := engine.Direction{D: image, G: x, S: []engine.Vector{y, gradient}, Y: []engine.Vector{gradient, y}, Rho: []float64{1, 2}, Gamma: 1, Slope: result}
	product := engine.MatMul{Dst: a.Vector(take(4*900), 900), A: a.Vector(take(4*900), 900), B: a.Vector(take(4*900), 900), Rows: 30, Inner: 30, Columns: 30}
	return []*vggBench{
		{name: "dot", run: func() { d.Dot(result, x, y) }},
		{name: "norms", run: func() { d.Norm1(result, x); d.NormInf(result, image) }},
		{name: "reading results", run: func() { d.ReadScalars(values, row); d.ResetScalars(row) }},
		{name: "steps", run: func() { d.Axpy(x, 2, y); d.Lerp(x, image, 0.5); d.Clamp(image, 0, 1) }},
		{name: "adam", run: func() { d.Adam(engine.AdamStep{X: image, G: gradient, M: x, V: y, Correction1: 1, Correction2: 1}) }},
		{name: "momentum", run: func() { d.Momentum(engine.MomentumStep{X: image, G: gradient, V: x}) }},
		{name: "direction", run: func() { d.Direction(direction) }},
		{name: "product", run: func() { d.MatMul(product) }},
		{name: "total variation", run: func() {
			d.AddTotalVariation(engine.AddTotalVariation{Kind: engine.NinePointVariation, Image: image, Scale: 1, Sum: result, Gradient: gradient})
		}},
		{name: "gather", run: func() {
			d.Gather(engine.Gather{Src: m, Rows: engine.All(shape), Points: points, Dst: picked, Stride: 50, Offset: 3})
		}},
		{name: "scatter", run: func() {
			d.Scatter(engine.Scatter{Src: picked, Stride: 50, Offset: 3, Points: points, Rows: engine.All(shape), Dst: m})
		}},
	}
}
