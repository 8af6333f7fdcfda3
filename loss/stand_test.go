package loss_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/cpu"
	"github.com/impasto/impasto/engine/reference"
	"github.com/impasto/impasto/loss"
)

// sample is a layer's features [C,H,W] with the weights of its positions [H,W], nil where all count alike.
type sample struct {
	shape    engine.Shape
	features []float64
	weights  []float64
}

// draw returns features as a ReLU leaves them: channels that depend on each other, many zeros, and means
// that differ.
func draw(rng *rand.Rand, shape engine.Shape) sample {
	positions := shape.Positions()
	s := sample{shape: shape, features: make([]float64, shape.Elements())}
	factors := 1 + shape.Channels/3
	hidden := make([]float64, factors*positions)
	for i := range hidden {
		hidden[i] = rng.NormFloat64()
	}
	for c := range shape.Channels {
		shift := rng.NormFloat64()
		for p := range positions {
			v := shift + 0.1*rng.NormFloat64()
			for k := range 3 {
				v += hidden[(c*7+k*5)%factors*positions+p]
			}
			s.features[c*positions+p] = float64(float32(max(v, 0)))
		}
	}
	return s
}

// weighted returns the sample with weights of 0, 1 and 2.
func (s sample) weighted(rng *rand.Rand) sample {
	s.weights = make([]float64, s.shape.Positions())
	for p := range s.weights {
		s.weights[p] = float64(rng.IntN(3))
	}
	s.weights[0] = 1
	return s
}

// weight returns that of a position.
func (s sample) weight(p int) float64 {
	if s.weights == nil {
		return 1
	}
	return s.weights[p]
}

// stand is an arena with maps of layers, their gradients, weights and results, and behind them what a term or
// a learner takes, to the last byte.
type stand struct {
	t         testing.TB
	dev       engine.Device
	maps      []engine.Map
	gradients []engine.Map
	site      loss.Site
}

func newStand(t testing.TB, dev engine.Device, samples []sample, scalars int, bytes int64) *stand {
	t.Helper()
	s := &stand{t: t, dev: dev}
	var total int64
	for _, l := range samples {
		total += 2*engine.Align(dev.MapBytes(l.shape, l.shape.Height)) + engine.Align(4*int64(l.shape.Positions()))
	}
	results := total
	total += engine.Align(dev.ScalarsBytes(scalars))
	arena, err := dev.NewArena(total + bytes)
	s.must(err)
	t.Cleanup(func() {
		if err := arena.Close(); err != nil {
			t.Error(err)
		}
	})
	s.site = loss.Site{Arena: arena, Offset: total, Results: arena.Scalars(results, scalars), Planes: make([]engine.Plane, len(samples))}
	var offset int64
	for i, l := range samples {
		size := engine.Align(dev.MapBytes(l.shape, l.shape.Height))
		s.maps = append(s.maps, arena.Map(offset, l.shape, l.shape.Height))
		s.gradients = append(s.gradients, arena.Map(offset+size, l.shape, l.shape.Height))
		if l.weights != nil {
			s.site.Planes[i] = arena.Plane(offset+2*size, l.shape.Height, l.shape.Width)
			s.must(dev.WritePlane(s.site.Planes[i], narrow(l.weights)))
		}
		offset += 2*size + engine.Align(4*int64(l.shape.Positions()))
	}
	return s
}

func (s *stand) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// write sets the maps; on the float64 device without rounding.
func (s *stand) write(samples []sample) {
	s.t.Helper()
	for i, l := range samples {
		if s.dev.Name() == "reference64" {
			reference.SetMapFloat64(s.maps[i], engine.All(l.shape), l.features)
		} else {
			s.must(s.dev.WriteMap(s.maps[i], engine.All(l.shape), narrow(l.features)))
		}
	}
}

// reduce shows taps the maps in pieces.
func (s *stand) reduce(tap func(int) loss.Tap) {
	s.t.Helper()
	for i, m := range s.maps {
		shape := m.Shape()
		step := engine.PieceRows(shape.Width)
		for from := 0; from < shape.Height; from += step {
			s.must(tap(i).Reduce(m, engine.Rows{From: from, To: min(from+step, shape.Height)}))
		}
	}
}

// evaluate returns the value of a term and its gradients by the maps of samples.
func (s *stand) evaluate(term loss.Term, samples []sample) (float64, [][]float64, error) {
	s.t.Helper()
	s.write(samples)
	s.must(errors.Join(s.dev.ResetScalars(s.site.Results), term.Reset()))
	s.reduce(term.Tap)
	s.must(term.Solve())
	var all [][]float64
	for i, m := range s.maps {
		shape := m.Shape()
		for from := 0; from < shape.Height; from += engine.TileRows {
			rows := engine.Rows{From: from, To: min(from+engine.TileRows, shape.Height)}
			s.must(term.Tap(i).AddGradient(s.gradients[i], m, rows, false))
		}
		all = append(all, s.read(s.gradients[i]))
	}
	results := make([]float64, s.site.Results.Len())
	s.must(s.dev.ReadScalars(results, s.site.Results))
	value, err := term.Value(results)
	return value, all, err
}

func (s *stand) read(m engine.Map) []float64 {
	s.t.Helper()
	if s.dev.Name() == "reference64" {
		return reference.MapFloat64(m, engine.All(m.Shape()))
	}
	numbers := make([]float32, m.Shape().Elements())
	s.must(s.dev.ReadMap(numbers, m, engine.All(m.Shape())))
	wide := make([]float64, len(numbers))
	for i, v := range numbers {
		wide[i] = float64(v)
	}
	return wide
}

// processor returns the device that people have.
func processor(t testing.TB) engine.Device {
	t.Helper()
	dev, err := cpu.New(cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := dev.Close(); err != nil {
			t.Error(err)
		}
	})
	return dev
}

func shapesOf(samples []sample) []engine.Shape {
	shapes := make([]engine.Shape, len(samples))
	for i, s := range samples {
		shapes[i] = s.shape
	}
	return shapes
}

func narrow(v []float64) []float32 {
	n := make([]float32, len(v))
	for i, x := range v {
		n[i] = float32(x)
	}
	return n
}

// apart is the distance of a and b in the norm of b.
func apart(a, b []float64) float64 {
	var d, n float64
	for i := range a {
		d += (a[i] - b[i]) * (a[i] - b[i])
		n += b[i] * b[i]
	}
	return math.Sqrt(d / n)
}

// near reports whether v is within a tolerance, relative to want.
func near(v, want, tolerance float64) bool { return math.Abs(v-want) <= tolerance*math.Abs(want) }
