package reference

import (
	"testing"

	"github.com/impasto/impasto/engine"
)

func TestGatherAndScatter(t *testing.T) {
	d := newTable(t)
	shape := engine.Shape{Channels: 2, Height: 3, Width: 2}
	f := d.newMap(shape)
	d.set(f, []float64{1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6})
	points := d.newPoints(5, 1, 1, 2)
	matrix := d.newVector(make([]float64, 12))
	d.Gather(engine.Gather{Src: f, Rows: engine.All(shape), Points: points, Dst: matrix, Stride: 3, Offset: 1})
	near(t, "matrix", Float64(matrix), []float64{0, 6, -6, 0, 2, -2, 0, 2, -2, 0, 3, -3})
	d.Scatter(engine.Scatter{Src: matrix, Stride: 3, Offset: 1, Points: points, Rows: engine.Rows{From: 0, To: 2}, Dst: f, Add: true})
	near(t, "map", d.get(f), []float64{1, 6, 6, 4, 5, 6, -1, -6, -6, -4, -5, -6})
	d.Scatter(engine.Scatter{Src: matrix, Stride: 3, Offset: 0, Points: points, Rows: engine.All(shape), Dst: f})
	near(t, "map", d.get(f), []float64{0, 0, 0, 0, 0, 0, 0, 4, 3, 0, 0, 6})
	mustPanic(t, "point 1 is at 6 of a map 2x3x2", func() {
		d.Gather(engine.Gather{Src: f, Rows: engine.All(shape), Points: d.newPoints(0, 6), Dst: d.newVector(make([]float64, 4)), Stride: 2})
	})
}
