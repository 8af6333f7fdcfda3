package loss_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/loss"
	"github.com/impasto/impasto/weights"
)

// cosine is a small loss over several layers: the mean, over points, of the cosine distance between the
// hypercolumns of a picture and of a photograph. Its arithmetic is the host's.
type cosine struct {
	*loss.Hypercolumns
	dev         engine.Device
	layers      int
	points      int
	target      []float64
	value       float64
	coefficient float64
}

func newCosine(dev engine.Device, shapes []engine.Shape, points int) *cosine {
	return &cosine{Hypercolumns: loss.NewHypercolumns(dev, shapes, points), dev: dev, layers: len(shapes), points: points, coefficient: 1}
}

func (c *cosine) Layers() int                      { return c.layers }
func (c *cosine) HostBytes() int64                 { return 8 * int64(len(c.target)) }
func (c *cosine) Work() float64                    { return 0 }
func (c *cosine) Scalars() int                     { return 0 }
func (c *cosine) Reset() error                     { return nil }
func (c *cosine) Weigh(coefficient float64)        { c.coefficient = coefficient }
func (c *cosine) Value([]float64) (float64, error) { return c.coefficient * c.value, nil }
func (c *cosine) Close() error                     { return nil }

func (c *cosine) Place(s loss.Site) error {
	c.Hypercolumns.Place(s.Arena, s.Offset)
	return nil
}

// learn takes the features of the last pass as the target.
func (c *cosine) learn() (err error) {
	c.target, err = c.read()
	return err
}

func (c *cosine) read() ([]float64, error) {
	if c.dev.Name() == "reference64" {
		return reference.Float64(c.Features()), nil
	}
	numbers := make([]float32, c.Features().Len())
	err := c.dev.Read(numbers, c.Features())
	wide := make([]float64, len(numbers))
	for i, v := range numbers {
		wide[i] = float64(v)
	}
	return wide, err
}

func (c *cosine) Solve() error {
	features, err := c.read()
	if err != nil || c.target == nil {
		return err
	}
	gradient := make([]float64, len(features))
	c.value = 0
	for k := range c.points {
		x, y, g := features[k*c.Width():][:c.Width()], c.target[k*c.Width():][:c.Width()], gradient[k*c.Width():]
		xx, yy, xy := dot(x, x), dot(y, y), dot(x, y)
		similarity := xy / math.Sqrt(xx*yy)
		c.value += (1 - similarity) / float64(c.points)
		for i := range x {
			g[i] = c.coefficient * (x[i]*similarity/xx - y[i]/math.Sqrt(xx*yy)) / float64(c.points)
		}
	}
	if c.dev.Name() == "reference64" {
		reference.SetFloat64(c.Gradient(), gradient)
		return nil
	}
	return c.dev.Write(c.Gradient(), narrow(gradient))
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// gallery is a picture in front of a narrow VGG with the cosine term, in one arena of exactly what image,
// gradient, term and plan state.
type gallery struct {
	t      testing.TB
	dev    engine.Device
	x      *feature.Extractor
	layers []feature.Layer
	shapes []engine.Shape
}

const (
	galleryHeight, galleryWidth = 53, 35
	galleryPoints               = 256
)

func newGallery(t testing.TB, dev engine.Device, layers ...string) *gallery {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, 1))
	m := &weights.Model{Name: "narrow", Architecture: "vgg16"}
	in := 3
	for block, n := range feature.VGG16.Convolutions[:3] {
		for i := range n {
			out := 4 + block
			c := weights.Convolution{Name: fmt.Sprintf("conv%d_%d", block+1, i+1), In: in, Out: out, Weight: make([]float32, out*in*9), Bias: make([]float32, out)}
			for j := range c.Weight {
				c.Weight[j] = float32(rng.NormFloat64() * math.Sqrt(2/float64(9*in)))
			}
			for j := range c.Bias {
				c.Bias[j] = float32(0.2 + 0.1*rng.NormFloat64()) // few hypercolumns of zeros, which have no cosine
			}
			m.Convolutions = append(m.Convolutions, c)
			in = out
		}
	}
	x, err := feature.New(dev, m, feature.Options{StemPadding: engine.PadReplicate,
		Input: engine.Preprocessing{Matrix: [3][3]float32{{2, 0, 0}, {0, 2, 0}, {0, 0, 2}}, Offset: [3]float32{-1, -1, -1}}})
	if err != nil {
		t.Fatal(err)
	}
	g := &gallery{t: t, dev: dev, x: x}
	net := x.Network()
	for _, name := range layers {
		l, err := net.Layer(name)
		if err != nil {
			t.Fatal(err)
		}
		g.layers, g.shapes = append(g.layers, l), append(g.shapes, net.Shape(l, galleryHeight, galleryWidth))
	}
	return g
}

// hung is the gallery's term and pass in an arena.
type hung struct {
	*gallery
	term            *cosine
	pass            *feature.Pass
	image, gradient engine.Image
}

// hang places everything, the plan a number of bytes into the term.
func (g *gallery) hang(job feature.Job, into int64) *hung {
	g.t.Helper()
	job.Height, job.Width, job.Layers, job.Gradient = galleryHeight, galleryWidth, g.layers, true
	plan, err := g.x.Plan(job)
	g.must(err)
	h := &hung{gallery: g, term: newCosine(g.dev, g.shapes, galleryPoints)}
	size := engine.Align(4 * 3 * galleryHeight * galleryWidth)
	arena, err := g.dev.NewArena(2*size + h.term.Bytes() + plan.Bytes() - into)
	g.must(err)
	g.t.Cleanup(func() {
		if err := arena.Close(); err != nil {
			g.t.Error(err)
		}
	})
	h.image, h.gradient = arena.Image(0, galleryHeight, galleryWidth), arena.Image(size, galleryHeight, galleryWidth)
	g.must(h.term.Place(loss.Site{Arena: arena, Offset: 2 * size}))
	taps := make([]feature.Tap, h.term.Layers())
	for i := range taps {
		taps[i] = h.term.Tap(i)
	}
	h.pass, err = plan.Place(arena, 2*size+h.term.Bytes()-into, taps, []feature.Solver{h.term})
	g.must(err)
	rng := rand.New(rand.NewPCG(3, 3))
	positions := make([]int32, galleryPoints)
	finest := g.shapes[h.term.Finest()]
	for k := range positions {
		positions[k] = int32(rng.IntN(finest.Positions()))
	}
	positions[0], positions[1] = int32(finest.Positions()-1), int32(finest.Positions()-1) // the last one, twice
	g.must(h.term.Choose(positions))
	return h
}

func (g *gallery) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

func (h *hung) write(pixels []float64) {
	h.t.Helper()
	if h.dev.Name() == "reference64" {
		reference.SetFloat64(h.image, pixels)
		return
	}
	h.must(h.dev.Write(h.image, narrow(pixels)))
}

// evaluate learns the photograph and returns the value and the gradient at a picture.
func (h *hung) evaluate(photograph, at []float64) (float64, []float64) {
	h.t.Helper()
	h.write(photograph)
	h.must(h.pass.Evaluate(h.t.Context(), h.image, h.gradient))
	h.must(h.term.learn())
	h.write(at)
	h.must(h.pass.Evaluate(h.t.Context(), h.image, h.gradient))
	value, err := h.term.Value(nil)
	h.must(err)
	if h.dev.Name() == "reference64" {
		return value, reference.Float64(h.gradient)
	}
	numbers := make([]float32, h.gradient.Len())
	h.must(h.dev.Read(numbers, h.gradient))
	wide := make([]float64, len(numbers))
	for i, v := range numbers {
		wide[i] = float64(v)
	}
	return value, wide
}

func pictures() (photograph, at []float64) {
	rng := rand.New(rand.NewPCG(5, 5))
	photograph, at = make([]float64, 3*galleryHeight*galleryWidth), make([]float64, 3*galleryHeight*galleryWidth)
	for i := range at {
		photograph[i], at[i] = rng.Float64(), rng.Float64()
	}
	return photograph, at
}

// galleryLayers are places before and behind a ReLU and behind a pooling, the finest not the first.
var galleryLayers = [][]string{{"relu1_1", "relu2_1", "relu3_1"}, {"pool1", "conv1_2", "relu3_3"}, {"relu2_2", "pool2", "conv3_1"}}

// TestHypercolumnsGradient compares the gradient of the cosine distance at 256 points of three layers with
// central differences through the complete network, in float64, for complete maps and for bands. The reference's
// arena panics where term and plan overlap.
func TestHypercolumnsGradient(t *testing.T) {
	photograph, at := pictures()
	for _, layers := range galleryLayers {
		for _, job := range []feature.Job{{Keep: feature.KeepAll, BandRows: 1 << 20}, {Keep: feature.KeepNone, BandRows: 8}, {Keep: feature.KeepAll, BandRows: 4}} {
			t.Run(fmt.Sprint(layers, job.Keep, job.BandRows), func(t *testing.T) {
				t.Parallel()
				h := newGallery(t, reference.New64(), layers...).hang(job, 0)
				value, gradient := h.evaluate(photograph, at)
				if !(value > 0.01 && value < 1) {
					t.Errorf("value %v", value)
				}
				rng := rand.New(rand.NewPCG(9, 9))
				const step = 1e-7 // small: a ReLU or a pooling that switches within it spoils the difference
				slope, up, down := 0.0, slices.Clone(at), slices.Clone(at)
				for i, g := range gradient {
					d := rng.NormFloat64()
					slope += d * g
					up[i] += step * d
					down[i] -= step * d
				}
				above, _ := h.evaluate(photograph, up)
				below, _ := h.evaluate(photograph, down)
				if want := (above - below) / (2 * step); !near(slope, want, 1e-5) {
					t.Errorf("directional derivative %.10g, finite difference %.10g", slope, want)
				}
			})
		}
	}
}

// TestHypercolumnsOnTheProcessor compares with the reference, and the bits of all plans.
func TestHypercolumnsOnTheProcessor(t *testing.T) {
	photograph, at := pictures()
	dev := processor(t)
	for _, layers := range galleryLayers {
		want, wantGradient := newGallery(t, reference.New64(), layers...).hang(feature.Job{}, 0).evaluate(photograph, at)
		var first float64
		for i, job := range []feature.Job{{}, {Keep: feature.KeepNone, BandRows: 8}} {
			got, gradient := newGallery(t, dev, layers...).hang(job, 0).evaluate(photograph, at)
			if !near(got, want, 1e-5) {
				t.Errorf("%v: value %v, want %v", layers, got, want)
			}
			if d := apart(gradient, wantGradient); !(d < 1e-3) { // a ReLU may fall the other way
				t.Errorf("%v: gradient is off by %v", layers, d)
			}
			if i == 0 {
				first = got
			} else if got != first {
				t.Errorf("%v: value %v of one plan, %v of another", layers, first, got)
			}
		}
	}
}

// TestHypercolumnsOverlap places the plan a page into the term: the reference device says so. It shows that
// TestHypercolumnsGradient would fail where the memory plan forgot a term.
func TestHypercolumnsOverlap(t *testing.T) {
	defer func() {
		if r := fmt.Sprint(recover()); !strings.Contains(r, "another buffer has taken its place") {
			t.Errorf("a plan that overlaps a term ends with %s", r)
		}
	}()
	photograph, at := pictures()
	h := newGallery(t, reference.New64(), galleryLayers[0]...).hang(feature.Job{}, engine.Alignment)
	h.evaluate(photograph, at)
}

// TestHypercolumnsMatrix compares the matrix with maps that are read whole: which layer, which position.
func TestHypercolumnsMatrix(t *testing.T) {
	dev := reference.New32()
	shapes := []engine.Shape{{Channels: 2, Height: 3, Width: 2}, {Channels: 3, Height: 13, Width: 11}, {Channels: 1, Height: 6, Width: 5}}
	var samples []sample
	for i, s := range shapes {
		samples = append(samples, draw(rand.New(rand.NewPCG(uint64(i), 4)), s))
	}
	points := []int32{0, 12*11 + 10, 12 * 11, 10, 5*11 + 7, 5*11 + 7}
	h := loss.NewHypercolumns(dev, shapes, len(points))
	s := newStand(t, dev, samples, 1, h.Bytes())
	h.Place(s.site.Arena, s.site.Offset)
	if h.Finest() != 1 || h.Width() != 6 {
		t.Fatalf("the finest layer is %d, want 1; %d channels, want 6", h.Finest(), h.Width())
	}
	s.must(h.Choose(points))
	s.write(samples)
	s.reduce(h.Tap)
	got := make([]float32, h.Features().Len())
	s.must(dev.Read(got, h.Features()))
	// positions by hand: (0,0) (12,10) (12,0) (0,10) (5,7) (5,7), and halved once and twice
	at := [][]int{{0, 2*2 + 1, 2 * 2, 1, 1*2 + 1, 1*2 + 1}, {0, 142, 132, 10, 62, 62}, {0, 5*5 + 4, 5 * 5, 4, 2*5 + 3, 2*5 + 3}}
	for k := range points {
		column := 0
		for l, s := range samples {
			for c := range s.shape.Channels {
				if want := float32(s.features[c*s.shape.Positions()+at[l][k]]); got[k*h.Width()+column] != want {
					t.Errorf("point %d, layer %d, channel %d is %v, want %v", k, l, c, got[k*h.Width()+column], want)
				}
				column++
			}
		}
	}
	// Back: each point adds its row where it was read, and a point that is there twice adds twice.
	ones := make([]float32, len(got))
	for i := range ones {
		ones[i] = 1
	}
	s.must(dev.Write(h.Gradient(), ones))
	for l, m := range s.maps {
		rows := engine.All(m.Shape())
		s.must(errors.Join(h.Tap(l).AddGradient(s.gradients[l], m, rows, false), h.Tap(l).AddGradient(s.gradients[l], m, rows, true)))
		total := 0.0
		for _, v := range s.read(s.gradients[l]) {
			total += v
		}
		if want := float64(2 * len(points) * m.Shape().Channels); total != want {
			t.Errorf("layer %d: gradients add up to %v, want %v", l, total, want)
		}
	}
}
