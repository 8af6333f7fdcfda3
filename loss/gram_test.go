package loss_test

import (
	"math/rand/v2"
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
	"github.com/impasto/impasto/loss"
)

// gram returns G/W, [C,C].
func gram(s sample) []float64 {
	c, n := s.shape.Channels, s.shape.Positions()
	g, total := make([]float64, c*c), 0.0
	for p := range n {
		total += s.weight(p)
		for i := range c {
			for j := range c {
				g[i*c+j] += s.weight(p) * s.features[i*n+p] * s.features[j*n+p]
			}
		}
	}
	for i := range g {
		g[i] /= total
	}
	return g
}

// TestGram compares the value with the formula of each normalization.
func TestGram(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	at := draw(rng, engine.Shape{Channels: 5, Height: 9, Width: 30}).weighted(rng)
	painting := draw(rng, engine.Shape{Channels: 5, Height: 7, Width: 20})
	squares := 0.0
	a := gram(painting)
	for i, g := range gram(at) {
		squares += (g - a[i]) * (g - a[i])
	}
	for n, factor := range map[loss.Normalization]float64{
		loss.Textbook: 1. / (4 * 25), loss.Mean: 1. / 25, loss.MeanElement: 1. / (25 * 25), loss.SumElement: 1. / 25,
	} {
		for _, dev := range []engine.Device{reference.New64(), processor(t)} {
			term := loss.NewGram(dev, at.shape, n)
			term.Weigh(3)
			s := newStand(t, dev, []sample{at}, term.Scalars(), term.Bytes())
			s.must(term.Place(s.site))
			c := trial{Distance: loss.Distance{Learner: func(dev engine.Device, shapes []engine.Shape) loss.Learner {
				return loss.NewObserver(dev, shapes...)
			}}}
			s.must(term.Teach([]loss.Lesson{c.lesson(t, dev, []sample{painting})}, []float64{1}))
			got, _, err := s.evaluate(term, []sample{at})
			s.must(err)
			if want := 3 * factor * squares; !near(got, want, 1e-5) {
				t.Errorf("%s, %v: %v, want %v", dev.Name(), n, got, want)
			}
		}
	}
}
