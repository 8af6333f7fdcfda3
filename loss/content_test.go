package loss_test

import (
	"math/rand/v2"
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
	"github.com/impasto/impasto/loss"
)

// TestContent compares value and gradient with the formula, with the target captured from a pass.
func TestContent(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	shape := engine.Shape{Channels: 5, Height: 9, Width: 300}
	photograph := draw(rng, shape)
	for _, at := range []sample{draw(rng, shape), draw(rng, shape).weighted(rng)} {
		for _, dev := range []engine.Device{reference.New64(), processor(t)} {
			term := loss.NewContent(dev, shape)
			s := newStand(t, dev, []sample{at}, term.Scalars(), term.Bytes())
			s.must(term.Place(s.site))
			s.write([]sample{photograph})
			s.reduce(func(int) loss.Tap { return term.Capture() })
			term.Weigh(0.5)
			got, gradients, err := s.evaluate(term, []sample{at})
			s.must(err)
			want, gradient := 0.0, make([]float64, shape.Elements())
			for i, f := range at.features {
				w, d := at.weight(i%shape.Positions()), f-photograph.features[i]
				want += 0.5 * w * d * d
				gradient[i] = w * d
			}
			if !near(got, want, 1e-6) {
				t.Errorf("%s: value %v, want %v", dev.Name(), got, want)
			}
			if d := apart(gradients[0], gradient); !(d < 1e-6) {
				t.Errorf("%s: gradient is off by %v", dev.Name(), d)
			}
			if again, _, err := s.evaluate(term, []sample{at}); err != nil || again != got {
				t.Errorf("%s: value %v, and %v the second time, %v", dev.Name(), got, again, err)
			}
			s.must(term.Close())
		}
	}
}
