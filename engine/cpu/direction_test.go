package cpu

import (
	"math"
	"slices"
	"testing"

	"github.com/impasto/impasto/engine"
)

// TestDirectionIsItsParts compares the bits with those of the operations of which the two-loop recursion consists, one by one
// with their results read in between.
func TestDirectionIsItsParts(t *testing.T) {
	for _, isa := range ISAs() {
		w := newTwin(t, isa, 2, 4)
		d := w.devices[0]
		const n, pairs = 70_001, 5
		row := w.arenas[0].Scalars(w.take(func(d engine.Device) int64 { return d.ScalarsBytes(2) }), 2)
		dot := func(x, y engine.Vector) float64 {
			var results [2]float64
			d.Dot(engine.Scalar{Of: row}, x, y)
			d.ReadScalars(results[:], row)
			return results[0]
		}
		vector := func() engine.Vector { return w.vectors(w.floats(n))[0] }
		op := engine.Direction{D: vector(), G: vector(), Gamma: 0.3, Slope: engine.Scalar{Of: row, At: 1}}
		for range pairs {
			op.S, op.Y = append(op.S, vector()), append(op.Y, vector())
			op.Rho = append(op.Rho, w.rng.NormFloat64()/n)
		}
		want, alpha := vector(), make([]float64, pairs)
		d.Copy(want, op.G)
		d.Scale(want, -1)
		for i := pairs - 1; i >= 0; i-- {
			alpha[i] = float64(op.Rho[i] * dot(op.S[i], want))
			d.Axpy(want, float32(-alpha[i]), op.Y[i])
		}
		d.Scale(want, float32(op.Gamma))
		for i := range pairs {
			d.Axpy(want, float32(alpha[i]-float64(op.Rho[i]*dot(op.Y[i], want))), op.S[i])
		}
		slope := dot(op.G, want)
		if err := d.Direction(op); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(w.numbers(0, op.D), w.numbers(0, want)) {
			t.Errorf("%s: the direction has other bits than its parts", isa)
		}
		var results [2]float64
		d.ReadScalars(results[:], row)
		if math.Float64bits(results[1]) != math.Float64bits(slope) {
			t.Errorf("%s: the slope is %v, want %v", isa, results[1], slope)
		}
	}
}
