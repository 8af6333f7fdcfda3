package loss_test

import (
	"errors"
	"math"
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
	"github.com/impasto/impasto/loss"
)

// TestTotalVariation compares the value of a step edge with the formula, and checks that the gradient is
// added to what is there.
func TestTotalVariation(t *testing.T) {
	const height, width = 4, 6
	pixels := make([]float64, 3*height*width)
	for i := range pixels {
		if i%width >= 2 {
			pixels[i] = 0.5 // one edge of 0.5 in each row of each channel
		}
	}
	for kind, want := range map[engine.TotalVariation]float64{engine.AbsoluteVariation: 3 * height * 0.5, engine.SquaredVariation: 3 * height * 0.25} {
		dev := reference.New64()
		size := engine.Align(4 * 3 * height * width)
		term := loss.NewTotalVariation(dev, kind)
		arena, err := dev.NewArena(2*size + engine.Align(dev.ScalarsBytes(term.Scalars())) + term.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		image, gradient, results := arena.Image(0, height, width), arena.Image(size, height, width), arena.Scalars(2*size, term.Scalars())
		term.Weigh(3)
		reference.SetFloat64(image, pixels)
		read := make([]float64, results.Len())
		evaluate := func(into engine.Image) float64 {
			if err := errors.Join(dev.ResetScalars(results), term.Prepare(t.Context(), image), term.Add(image, into), dev.ReadScalars(read, results)); err != nil {
				t.Fatal(err)
			}
			value, err := term.Value(read)
			if err != nil {
				t.Fatal(err)
			}
			return value
		}
		if err := term.Place(loss.Site{Arena: arena, Offset: 2*size + engine.Align(dev.ScalarsBytes(1)), Results: results}); err != nil {
			t.Fatal(err)
		}
		if got := evaluate(nil); !near(got, 3*want, 1e-12) {
			t.Errorf("kind %d: %v, want %v", kind, got, 3*want)
		}
		evaluate(gradient)
		once := reference.Float64(gradient)
		evaluate(gradient)
		for i, g := range reference.Float64(gradient) {
			if math.Abs(g-2*once[i]) > 1e-12 || (i%width == 2) != (g > 0) {
				t.Fatalf("kind %d: gradient %d is %v once and %v twice", kind, i, once[i], g)
			}
		}
		if err := term.Close(); err != nil {
			t.Error(err)
		}
	}
}
