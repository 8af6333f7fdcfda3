package cpu

import (
	"testing"

	"github.com/impasto/impasto/engine"
)

// TestAffineOfAnyMatrix tries matrices that are not symmetric: rows must not be taken for columns.
func TestAffineOfAnyMatrix(t *testing.T) {
	for _, isa := range ISAs() {
		w := newTwin(t, isa, 2, 9)
		shape := engine.Shape{Channels: 37, Height: 3, Width: 17}
		src, dst := w.maps(shape), w.maps(shape)
		a, b := make([]float64, 37*37), make([]float64, 37)
		for i := range a {
			a[i] = w.rng.Float64()
		}
		for i, d := range w.devices {
			f := w.arenas[i].Affine(twinBytes/2, 37)
			d.WriteAffine(f, a, b)
			d.AddAffine(engine.AddAffine{Affine: f, Src: src[i], Rows: engine.All(shape), Dst: dst[i]})
		}
		w.compare(isa, dst, 1e-5)
	}
}
