package canvas

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestResizer holds that it gives the bits of Resize, and that its derivative is that of finite differences
// along a random direction.
func TestResizer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 40)
		p := New(side.Draw(t, "width"), side.Draw(t, "height"))
		w, h := side.Draw(t, "w"), side.Draw(t, "h")
		f := Filter(rapid.IntRange(0, len(kernels)-1).Draw(t, "filter"))
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for i := range p.Pix {
			p.Pix[i] = 0.4 + 0.2*rng.Float32() // so that nothing overshoots to the limits
		}
		r := NewResizer(p.Width, p.Height, w, h, f)
		small, gradient := make([]float32, 3*w*h), make([]float32, 3*w*h)
		r.Resize(small, p.Pix)
		if w != p.Width || h != p.Height {
			if want := Resize(p, w, h, f).Pix; !slices.Equal(small, want) {
				t.Fatalf("%dx%d to %dx%d by %v: not what Resize gives", p.Width, p.Height, w, h, f)
			}
		}
		for i := range gradient {
			gradient[i] = rng.Float32() - 0.5
		}
		slope := slices.Clone(p.Pix)
		r.Backward(slope, small, gradient)

		direction := make([]float64, len(p.Pix))
		predicted := 0.0
		for i := range direction {
			direction[i] = rng.Float64() - 0.5
			predicted += direction[i] * float64(slope[i])
		}
		const step = 2e-3
		value := func(length float64) float64 {
			q := slices.Clone(p.Pix)
			for i := range q {
				q[i] += float32(length * direction[i])
			}
			r.Resize(small, q)
			sum := 0.0
			for i, v := range small {
				sum += float64(v) * float64(gradient[i])
			}
			return sum
		}
		measured := (value(step) - value(-step)) / (2 * step)
		size := 0.0
		for i, d := range direction {
			size += math.Abs(d * float64(slope[i]))
		}
		if math.Abs(measured-predicted) > 0.02*size+2e-3 {
			t.Errorf("%dx%d to %dx%d by %v: the derivative is %v by differences and %v", p.Width, p.Height, w, h, f, measured, predicted)
		}
	})
}

// TestResizerAtTheLimits holds that numbers outside [0, 1] pull nothing.
func TestResizerAtTheLimits(t *testing.T) {
	p := []float32{-0.5, 0.25, 0.5, 1.5}
	r := NewResizer(4, 1, 2, 1, Bilinear)
	small := make([]float32, 2)
	r.Resize(small, p)
	r.Backward(p, small, []float32{1, 1})
	if p[0] != 0 || p[3] != 0 || !(p[1] > 0) || !(p[2] > 0) {
		t.Errorf("the derivative at -0.5, 0.25, 0.5, 1.5 is %v", p)
	}
}
