package reference

import (
	"math/rand/v2"
	"testing"

	"github.com/impasto/impasto/engine"
)

// TestTransportGradient compares the gradient with differences of the distance, for fewer positions than channels
// and for more.
func TestTransportGradient(t *testing.T) {
	for _, positions := range []int{4, 30} {
		r := rand.New(rand.NewPCG(5, 1))
		d := newTable(t)
		shape := engine.Shape{Channels: 6, Height: 1, Width: positions}
		painted := engine.Shape{Channels: 6, Height: 1, Width: 20}
		src, dst, painting := d.newMap(shape), d.newMap(shape), d.newMap(painted)
		weights := normal32(r, positions)
		for i := range weights {
			weights[i] = float32(i % 3)
		}
		weight := d.newPlane(weights, 1, positions)
		own, theirs := d.arena.Moments(d.take(d.MomentsBytes(6)), 6), d.arena.Moments(d.take(d.MomentsBytes(6)), 6)
		affine, row := d.arena.Affine(d.take(d.AffineBytes(6)), 6), d.arena.Scalars(d.take(d.ScalarsBytes(2)), 2)
		d.set(painting, normal(r, painted.Elements()))
		d.AddMoments(engine.AddMoments{Moments: theirs, Src: painting, Rows: engine.All(painted)})
		coupling, err := d.NewCoupling(theirs, engine.ExactCoupling, 0)
		if err != nil {
			t.Fatal(err)
		}
		value := func(x []float64) float64 {
			d.set(src, x)
			d.ResetMoments(own)
			d.AddMoments(engine.AddMoments{Moments: own, Src: src, Weight: weight, Rows: engine.All(shape)})
			d.Transport(engine.Transport{Moments: own, Coupling: coupling, Affine: affine, Scale: 2,
				Distance: engine.Scalar{Of: row}, Weight: engine.Scalar{Of: row, At: 1}})
			var results [2]float64
			d.ReadScalars(results[:], row)
			return results[0]
		}
		at := normal(r, shape.Elements())
		value(at)
		d.AddAffine(engine.AddAffine{Affine: affine, Src: src, Weight: weight, Rows: engine.All(shape), Dst: dst})
		checkGradient(t, r, at, value, d.get(dst))
	}
}

func TestCouplingWithoutPainting(t *testing.T) {
	d := newTable(t)
	if _, err := d.NewCoupling(d.arena.Moments(0, 3), engine.ExactCoupling, 0); err == nil {
		t.Error("no error where the painting's moments have no weight")
	}
}
