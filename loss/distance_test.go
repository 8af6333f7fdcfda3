package loss_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
	"github.com/impasto/impasto/loss"
)

func TestDistances(t *testing.T) {
	var names []string
	for _, d := range loss.Distances() {
		names = append(names, d.Name)
		if found, err := loss.FindDistance(d.Name); err != nil || found.Name != d.Name {
			t.Errorf("%s is found as %q, %v", d.Name, found.Name, err)
		}
	}
	if !slices.IsSorted(names) || !slices.Contains(names, "gram") {
		t.Errorf("the distances are %v", names)
	}
	var unknown *loss.UnknownDistanceError
	if _, err := loss.FindDistance("grm"); !errors.As(err, &unknown) || unknown.Name != "grm" || !strings.Contains(err.Error(), names[0]) {
		t.Errorf("an unknown distance: %v", err)
	}
}

// inexact names the distances that are not quite 0 at the painting itself and whose gradient is not quite
// that of the value, and why.
var inexact = map[string]string{"wasserstein-truncated": "an iteration that has not converged, as in the program that it follows"}

// trial is a distance with features to compare: of a picture, weighted, and of paintings.
type trial struct {
	loss.Distance
	at        []sample
	paintings [][]sample
}

// trials returns one for each distance.
func trials() []trial {
	var all []trial
	for i, d := range loss.Distances() {
		rng := rand.New(rand.NewPCG(uint64(i), 1))
		sizes := []engine.Shape{{Channels: 6, Height: 9, Width: 300}, {Channels: 8, Height: 4, Width: 150}}
		if !d.Joint {
			sizes = sizes[:1]
		}
		c := trial{Distance: d, paintings: make([][]sample, 2)}
		for _, shape := range sizes {
			c.at = append(c.at, draw(rng, shape).weighted(rng))
			for i := range c.paintings {
				painting := draw(rng, engine.Shape{Channels: shape.Channels, Height: shape.Height + 1, Width: shape.Width - 9})
				if i == 1 {
					painting = painting.weighted(rng)
				}
				c.paintings[i] = append(c.paintings[i], painting)
			}
		}
		all = append(all, c)
	}
	return all
}

// lesson learns a painting.
func (c *trial) lesson(t testing.TB, dev engine.Device, painting []sample) loss.Lesson {
	t.Helper()
	learner := c.Learner(dev, shapesOf(painting))
	s := newStand(t, dev, painting, 1, learner.Bytes())
	s.must(learner.Place(s.site))
	var lesson loss.Lesson
	for range 2 { // nothing may be left over from the first
		s.write(painting)
		s.must(learner.Reset())
		s.reduce(learner.Tap)
		var err error
		lesson, err = learner.Lesson()
		s.must(err)
	}
	if lesson.Bytes() <= 0 {
		t.Errorf("%s: a lesson of %d bytes", c.Name, lesson.Bytes())
	}
	return lesson
}

// placed returns a term that has learned the paintings with shares, and its stand.
func (c *trial) placed(t testing.TB, dev engine.Device, paintings [][]sample, shares ...float64) (loss.StyleTerm, *stand) {
	t.Helper()
	term := c.New(dev, shapesOf(c.at), loss.Options{})
	s := newStand(t, dev, c.at, term.Scalars(), term.Bytes())
	s.must(term.Place(s.site))
	var lessons []loss.Lesson
	for _, p := range paintings {
		lessons = append(lessons, c.lesson(t, dev, p))
	}
	s.must(term.Teach(lessons, shares))
	t.Cleanup(func() {
		if err := term.Close(); err != nil {
			t.Error(err)
		}
	})
	if term.Layers() != len(c.at) {
		t.Errorf("%s taps %d layers, want %d", c.Name, term.Layers(), len(c.at))
	}
	return term, s
}

// TestGradients compares the gradient of every distance with central differences of its value, in float64.
func TestGradients(t *testing.T) {
	for _, c := range trials() {
		if inexact[c.Name] != "" {
			continue
		}
		term, s := c.placed(t, reference.New64(), c.paintings, 1, 3)
		term.Weigh(7)
		_, gradients, err := s.evaluate(term, c.at)
		s.must(err)
		rng := rand.New(rand.NewPCG(1, 2))
		slope, moved := 0.0, [2][]sample{}
		const h = 1e-6
		for l, at := range c.at {
			up, down := at, at
			up.features, down.features = slices.Clone(at.features), slices.Clone(at.features)
			for i := range at.features {
				d := rng.NormFloat64()
				slope += d * gradients[l][i]
				up.features[i] += h * d
				down.features[i] -= h * d
			}
			moved[0], moved[1] = append(moved[0], up), append(moved[1], down)
		}
		above, _, err := s.evaluate(term, moved[0])
		s.must(err)
		below, _, err := s.evaluate(term, moved[1])
		s.must(err)
		if want := (above - below) / (2 * h); !near(slope, want, 1e-5) {
			t.Errorf("%s: directional derivative %.10g, finite difference %.10g", c.Name, slope, want)
		}
	}
}

// TestDevices compares every distance on the processor with the reference.
func TestDevices(t *testing.T) {
	dev := processor(t)
	for _, c := range trials() {
		reference, r := c.placed(t, reference.New64(), c.paintings, 1, 3)
		want, wantGradients, err := r.evaluate(reference, c.at)
		r.must(err)
		term, s := c.placed(t, dev, c.paintings, 1, 3)
		got, gradients, err := s.evaluate(term, c.at)
		s.must(err)
		if !near(got, want, 1e-5) {
			t.Errorf("%s is %v, want %v", c.Name, got, want)
		}
		for l := range gradients {
			if d := apart(gradients[l], wantGradients[l]); !(d < 1e-4) {
				t.Errorf("%s: gradient %d is off by %v", c.Name, l, d)
			}
		}
		again, _, err := s.evaluate(term, c.at)
		s.must(err)
		if again != got {
			t.Errorf("%s is %v, and %v the second time", c.Name, got, again)
		}
	}
}

// TestBlend teaches several paintings: what has no share does not count, and shares count by their ratios.
func TestBlend(t *testing.T) {
	for _, c := range trials() {
		value := func(paintings [][]sample, shares ...float64) float64 {
			term, s := c.placed(t, reference.New64(), paintings, shares...)
			v, _, err := s.evaluate(term, c.at)
			s.must(err)
			return v
		}
		first, second := value(c.paintings[:1], 2), value(c.paintings[1:], 1)
		if got := value(c.paintings, 5, 0); !near(got, first, 1e-9) {
			t.Errorf("%s of the first painting is %v, and %v beside one without a share", c.Name, first, got)
		}
		mixed, same := value(c.paintings, 1, 3), value(c.paintings, 2, 6)
		if !near(mixed, same, 1e-9) || near(mixed, first, 1e-3) || near(mixed, second, 1e-3) {
			t.Errorf("%s of shares 1:3 is %v, of 2:6 %v, of each painting %v and %v", c.Name, mixed, same, first, second)
		}
	}
}

// TestTeachAgain gives a term another target, as a run does whose paintings' shares change.
func TestTeachAgain(t *testing.T) {
	for _, c := range trials() {
		dev := reference.New64()
		fresh, s := c.placed(t, dev, c.paintings[1:], 1)
		want, _, err := s.evaluate(fresh, c.at)
		s.must(err)
		term, s := c.placed(t, dev, c.paintings[:1], 1)
		first, _, err := s.evaluate(term, c.at)
		s.must(err)
		s.must(term.Teach([]loss.Lesson{c.lesson(t, dev, c.paintings[1])}, []float64{1}))
		got, _, err := s.evaluate(term, c.at)
		s.must(err)
		if got != want || got == first {
			t.Errorf("%s of a second painting is %v, want %v; of the first it was %v", c.Name, got, want, first)
		}
	}
}

// TestThePaintingItself checks that value and gradient vanish if picture and painting are the same.
func TestThePaintingItself(t *testing.T) {
	for _, c := range trials() {
		if inexact[c.Name] != "" {
			continue
		}
		term, s := c.placed(t, reference.New64(), [][]sample{c.at}, 1)
		value, gradients, err := s.evaluate(term, c.at)
		s.must(err)
		for l := range gradients {
			most := max(slices.Max(gradients[l]), -slices.Min(gradients[l]))
			if math.Abs(value) > 1e-7 || most > 1e-7 {
				t.Errorf("%s of the painting itself is %v, with a gradient of up to %v", c.Name, value, most)
			}
		}
	}
}

// TestWeigh checks that value and gradient are proportional to the coefficient, initially 1.
func TestWeigh(t *testing.T) {
	for _, c := range trials() {
		term, s := c.placed(t, reference.New64(), c.paintings, 1, 1)
		one, gradient, err := s.evaluate(term, c.at)
		s.must(err)
		term.Weigh(-2.5)
		other, weighed, err := s.evaluate(term, c.at)
		s.must(err)
		if !near(other, -2.5*one, 1e-12) {
			t.Errorf("%s is %v, and %v with a coefficient of -2.5", c.Name, one, other)
		}
		for l := range gradient {
			for i, g := range gradient[l] {
				if !near(weighed[l][i], -2.5*g, 1e-9) {
					t.Fatalf("%s: gradient %d,%d is %v, and %v with a coefficient of -2.5", c.Name, l, i, g, weighed[l][i])
				}
			}
		}
	}
}

// TestNoPosition gives every position the weight 0.
func TestNoPosition(t *testing.T) {
	for _, c := range trials() {
		for l := range c.at {
			clear(c.at[l].weights)
		}
		term, s := c.placed(t, reference.New32(), c.paintings, 1, 1)
		if _, _, err := s.evaluate(term, c.at); !errors.Is(err, loss.ErrNoPosition) {
			t.Errorf("%s without a position: %v", c.Name, err)
		}
	}
}

// shelf is a device that counts what it holds outside arenas.
type shelf struct {
	engine.Device
	open int
}

type held struct {
	engine.Coupling
	on *shelf
}

func (h held) Close() error {
	h.on.open--
	return h.Coupling.Close()
}

func (s *shelf) NewCoupling(painting engine.Moments, kind engine.CouplingKind, positions int) (engine.Coupling, error) {
	c, err := s.Device.NewCoupling(painting, kind, positions)
	s.open++
	return held{c, s}, err
}

func (s *shelf) Transport(op engine.Transport) error {
	op.Coupling = op.Coupling.(held).Coupling
	return s.Device.Transport(op)
}

// TestClose checks that a term that is taught several times holds what it holds once, that a closed one holds
// nothing, and that it states what it holds.
func TestClose(t *testing.T) {
	for _, c := range trials() {
		dev := &shelf{Device: reference.New32()}
		term, s := c.placed(t, dev, c.paintings, 1, 1)
		once := dev.open
		s.must(term.Teach([]loss.Lesson{c.lesson(t, dev, c.paintings[0])}, []float64{1}))
		if dev.open != once {
			t.Errorf("%s holds %d things beside the arena, and %d when it is taught again", c.Name, once, dev.open)
		}
		if (once > 0) != (term.HostBytes() > 0) {
			t.Errorf("%s holds %d things beside the arena and states %d bytes", c.Name, once, term.HostBytes())
		}
		for range 2 {
			s.must(term.Close())
		}
		if dev.open != 0 {
			t.Errorf("%s holds %d things after it was closed", c.Name, dev.open)
		}
	}
}

// TestLearnSharesLessons checks that distances that learn the same kind of lesson can share one.
func TestLearnSharesLessons(t *testing.T) {
	dev := reference.New64()
	for _, c := range trials() {
		for _, other := range loss.Distances() {
			if other.Learns != c.Learns || other.Joint != c.Joint {
				continue
			}
			term, s := c.placed(t, dev, c.paintings[:1], 1)
			want, _, err := s.evaluate(term, c.at)
			s.must(err)
			from := c
			from.Distance = other
			s.must(term.Teach([]loss.Lesson{from.lesson(t, dev, c.paintings[0])}, []float64{1}))
			if got, _, err := s.evaluate(term, c.at); err != nil || got != want {
				t.Errorf("%s is %v with a lesson of %s, want %v (%v)", c.Name, got, other.Name, want, err)
			}
		}
	}
}
