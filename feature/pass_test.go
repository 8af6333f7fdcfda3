package feature_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/loss"
	"github.com/impasto/impasto/weights"
)

// narrow makes a VGG of few channels with random parameters.
func narrow(net feature.Network, channels [5]int, seed uint64) *weights.Model {
	rng := rand.New(rand.NewPCG(seed, 1))
	m := &weights.Model{Name: "narrow", Architecture: weights.Architecture(net.Name)}
	in := 3
	for b, n := range net.Convolutions {
		for i := range n {
			out := channels[b]
			c := weights.Convolution{Name: fmt.Sprintf("conv%d_%d", b+1, i+1), In: in, Out: out,
				Weight: make([]float32, out*in*9), Bias: make([]float32, out)}
			for j := range c.Weight {
				c.Weight[j] = float32(rng.NormFloat64() * math.Sqrt(2/float64(9*in)))
			}
			for j := range c.Bias {
				c.Bias[j] = float32(rng.NormFloat64() * 0.1)
			}
			m.Convolutions = append(m.Convolutions, c)
			in = out
		}
	}
	return m
}

var unitInput = engine.Preprocessing{Matrix: [3][3]float32{{2, 0, 0.5}, {0, 1.5, 0}, {0.25, 0, 1}}, Offset: [3]float32{-0.5, -0.25, -0.75}}

// term is a term under test at a layer.
type term struct {
	layer   string
	content bool
}

// scene is a network with terms on a device, placed in an arena of their own, and the size of an image to
// look at.
type scene struct {
	dev     engine.Device
	x       *feature.Extractor
	layers  []feature.Layer
	terms   []loss.Term
	results engine.Scalars
	height  int
	width   int
}

func newScene(t testing.TB, dev engine.Device, padding engine.Padding, height, width int, terms []term) *scene {
	t.Helper()
	return newSceneOf(t, dev, narrow(feature.VGG16, [5]int{4, 5, 6, 7, 3}, 7), padding, height, width, terms)
}

func newSceneOf(t testing.TB, dev engine.Device, m *weights.Model, padding engine.Padding, height, width int, terms []term) *scene {
	t.Helper()
	x, err := feature.New(dev, m, feature.Options{StemPadding: padding, Input: unitInput})
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{dev: dev, x: x, height: height, width: width}
	net := x.Network()
	var bytes int64
	scalars := 0
	for _, term := range terms {
		l, err := net.Layer(term.layer)
		if err != nil {
			t.Fatal(err)
		}
		made := newTerm(dev, net.Shape(l, height, width), term.content)
		s.layers, s.terms = append(s.layers, l), append(s.terms, made)
		bytes, scalars = bytes+made.Bytes(), scalars+made.Scalars()
	}
	arena, err := dev.NewArena(bytes + engine.Align(dev.ScalarsBytes(scalars)))
	if err != nil {
		t.Fatal(err)
	}
	s.results = arena.Scalars(bytes, scalars)
	site, rng := loss.Site{Arena: arena, Results: s.results}, rand.New(rand.NewPCG(3, 4))
	for _, term := range s.terms {
		if err := term.Place(site); err != nil {
			t.Fatal(err)
		}
		s.teach(t, term, rng)
		site.Offset, site.First = site.Offset+term.Bytes(), site.First+term.Scalars()
	}
	return s
}

// newTerm makes a content loss or a Gram loss with a weight.
func newTerm(dev engine.Device, shape engine.Shape, content bool) loss.Term {
	if content {
		c := loss.NewContent(dev, shape)
		c.Weigh(0.5)
		return c
	}
	g := loss.NewGram(dev, shape, loss.Mean)
	g.Weigh(3)
	return g
}

// teach draws a target.
func (s *scene) teach(t testing.TB, term loss.Term, rng *rand.Rand) {
	t.Helper()
	var err error
	switch term := term.(type) {
	case *loss.Content:
		shape := term.Target().Shape()
		err = s.dev.WriteMap(term.Target(), engine.All(shape), noise(rng, shape.Elements()))
	case *loss.Gram:
		c := term.Channels()
		painting := engine.Statistics{Weight: 2, Sum: make([]float64, c), Gram: make([]float64, c*c)}
		for i := range c {
			painting.Gram[i*c+i] = rng.Float64()
		}
		err = term.Teach([]loss.Lesson{loss.Moments{painting}}, []float64{1})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// job fills in what the scene knows of a job.
func (s *scene) job(job feature.Job) feature.Job {
	job.Height, job.Width, job.Layers = s.height, s.width, s.layers
	return job
}

// place puts a plan into an arena with the scene's taps.
func (s *scene) place(t testing.TB, plan *feature.Plan, arena engine.Arena, offset int64) *feature.Pass {
	t.Helper()
	var taps []feature.Tap
	var solvers []feature.Solver
	for _, term := range s.terms {
		taps, solvers = append(taps, term.Tap(0)), append(solvers, term)
	}
	pass, err := plan.Place(arena, offset, taps, solvers)
	if err != nil {
		t.Fatal(err)
	}
	return pass
}

// values evaluates a pass and returns the value of each term.
func (s *scene) values(t testing.TB, pass *feature.Pass, image, gradient engine.Image) []float64 {
	t.Helper()
	results := make([]float64, s.results.Len())
	if err := errors.Join(s.dev.ResetScalars(s.results), pass.Evaluate(t.Context(), image, gradient), s.dev.ReadScalars(results, s.results)); err != nil {
		t.Fatal(err)
	}
	values := make([]float64, len(s.terms))
	for i, term := range s.terms {
		var err error
		if values[i], err = term.Value(results); err != nil {
			t.Fatal(err)
		}
	}
	return values
}

func noise(rng *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = rng.Float32()
	}
	return v
}

// evaluate runs a plan on the image and returns the values and the gradient.
func (s *scene) evaluate(t *testing.T, job feature.Job, pixels []float64) ([]float64, []float64) {
	t.Helper()
	plan, err := s.x.Plan(s.job(job))
	if err != nil {
		t.Fatal(err)
	}
	n := 3 * s.height * s.width
	size := engine.Align(int64(8 * n))
	arena, err := s.dev.NewArena(2*size + plan.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	defer arena.Close()
	image, gradient := arena.Image(0, s.height, s.width), arena.Image(size, s.height, s.width)
	reference.SetFloat64(image, pixels)
	pass := s.place(t, plan, arena, 2*size)
	var values []float64
	for range 3 { // several times: nothing may be left over from the first
		values = s.values(t, pass, image, gradient)
	}
	if !job.Gradient {
		return values, nil
	}
	return values, reference.Float64(gradient)
}

func sum(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x
	}
	return s
}

var scenes = map[string][]term{
	"textbook":   {{"relu1_1", false}, {"relu2_1", false}, {"relu3_1", false}, {"relu4_1", false}, {"relu4_2", true}, {"relu5_1", false}},
	"linear":     {{"conv2_2", true}, {"conv1_1", false}, {"conv1_2", false}, {"conv2_1", false}, {"conv2_2", false}, {"conv3_1", false}},
	"both sides": {{"conv1_2", false}, {"relu1_2", true}, {"conv2_1", true}, {"relu2_1", false}, {"relu2_1", true}, {"relu2_2", true}},
	"pooled":     {{"pool1", false}, {"pool2", true}, {"relu3_3", false}, {"pool3", true}, {"pool3", false}},
	"stem only":  {{"relu1_1", true}},
	"top linear": {{"conv1_1", true}, {"relu1_1", false}},
	"last":       {{"relu3_3", false}, {"conv4_1", true}},
}

// TestGradient compares every gradient with central differences in float64 through the complete network.
func TestGradient(t *testing.T) {
	for name, terms := range scenes {
		for _, pooling := range []engine.Pooling{engine.MaxPooling, engine.AveragePooling} {
			for padding := engine.PadZero; padding <= engine.PadReflect; padding++ {
				t.Run(fmt.Sprint(name, "/", pooling, "/", padding), func(t *testing.T) {
					t.Parallel()
					s := newScene(t, reference.New64(), padding, 21, 18, terms)
					testGradient(t, s, feature.Job{Pooling: pooling, Gradient: true})
				})
			}
		}
	}
}

func testGradient(t *testing.T, s *scene, job feature.Job) {
	rng := rand.New(rand.NewPCG(5, 6))
	x, direction := make([]float64, 3*s.height*s.width), make([]float64, 3*s.height*s.width)
	for i := range x {
		x[i], direction[i] = rng.Float64(), rng.NormFloat64()
	}
	_, g := s.evaluate(t, job, x)
	slope := 0.0
	for i, d := range direction {
		slope += d * g[i]
	}
	const h = 1e-7 // small: a ReLU or a pooling that switches within h spoils the difference
	at := func(step float64) float64 {
		moved := make([]float64, len(x))
		for i := range x {
			moved[i] = x[i] + step*direction[i]
		}
		v, _ := s.evaluate(t, feature.Job{Pooling: job.Pooling}, moved)
		return sum(v)
	}
	if want := (at(h) - at(-h)) / (2 * h); math.Abs(slope-want) > 1e-5*math.Abs(want) {
		t.Errorf("directional derivative %.10g, finite difference %.10g", slope, want)
	}
}

// TestPlans checks that every memory plan and height of the bands gives the same results. The reference device
// panics where a plan reads a row that is gone or was never there; its sums run over the windows that it
// is given, so that only the fast devices promise the same bits (TestPlanBits).
func TestPlans(t *testing.T) {
	for name, terms := range scenes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, reference.New64(), engine.PadReplicate, 53, 35, terms)
			rng := rand.New(rand.NewPCG(8, 9))
			x := make([]float64, 3*s.height*s.width)
			for i := range x {
				x[i] = rng.Float64()
			}
			wantValues, want := s.evaluate(t, feature.Job{Gradient: true, Keep: feature.KeepAll, BandRows: 1 << 20}, x)
			for _, keep := range []feature.Keep{feature.KeepAll, feature.KeepNone, feature.KeepFitting} {
				for _, band := range []int{4, 8, 12, 0} {
					values, g := s.evaluate(t, feature.Job{Gradient: true, Keep: keep, BandRows: band}, x)
					for i, v := range values {
						if math.Abs(v-wantValues[i]) > 1e-12*math.Abs(wantValues[i]) {
							t.Fatalf("keep %d band %d: value %d is %v, want %v", keep, band, i, v, wantValues[i])
						}
					}
					for i, v := range g {
						if math.Abs(v-want[i]) > 1e-10*(1+math.Abs(want[i])) {
							t.Fatalf("keep %d band %d: gradient[%d] is %v, want %v", keep, band, i, v, want[i])
						}
					}
				}
			}
		})
	}
}

// TestBudget makes the bands lower and gives up maps, shallow ones first, until the plan fits, and refuses
// what cannot.
func TestBudget(t *testing.T) {
	s := newScene(t, reference.New32(), engine.PadZero, 256, 256, scenes["textbook"])
	job := s.job(feature.Job{Gradient: true, Keep: feature.KeepAll})
	all, err := s.x.Plan(job)
	if err != nil {
		t.Fatal(err)
	}
	job.Keep, job.BandRows = feature.KeepNone, engine.TileRows
	least, err := s.x.Plan(job)
	if err != nil {
		t.Fatal(err)
	}
	job.Keep, job.BandRows = feature.KeepFitting, 0
	const steps = 20
	dropped, narrowed := 0, false
	for i := range steps {
		job.Budget = all.Bytes() - (all.Bytes()-least.Bytes())*int64(i)/steps
		plan, err := s.x.Plan(job)
		var tooMuch *feature.BudgetError
		if errors.As(err, &tooMuch) && i > steps/2 && tooMuch.Need > job.Budget {
			continue // bands of one row of tiles are not worth their time
		}
		if err != nil {
			t.Fatal(err)
		}
		recomputed := plan.Recomputed()
		if plan.Bytes() > job.Budget || len(recomputed) < dropped || len(recomputed) > 0 && recomputed[0].String() != "conv1_1" {
			t.Errorf("plan of %d bytes for %d recomputes %v, after %d", plan.Bytes(), job.Budget, recomputed, dropped)
		}
		dropped = len(recomputed)
		narrowed = narrowed || dropped == 0 && plan.Bytes() < all.Bytes()
	}
	if dropped == 0 || !narrowed {
		t.Errorf("the smallest plans recompute %d layers; lower bands alone: %v", dropped, narrowed)
	}
	job.Budget = least.Bytes() / 2
	var tooMuch *feature.BudgetError
	if _, err := s.x.Plan(job); !errors.As(err, &tooMuch) || tooMuch.Need < job.Budget {
		t.Errorf("a budget below the smallest plan gives %v", err)
	}
}

// TestLeast checks that the least budget is one with which a plan succeeds, that no less does, and that a
// refusal names it, at sizes where the smallest plan recomputes all and where it does not.
func TestLeast(t *testing.T) {
	for _, size := range []int{16, 40, 256} {
		s := newScene(t, reference.New32(), engine.PadZero, size, size, scenes["textbook"])
		job := s.job(feature.Job{Gradient: true})
		least, err := s.x.Least(job)
		if err != nil {
			t.Fatal(err)
		}
		job.Budget = least
		if plan, err := s.x.Plan(job); err != nil || plan.Bytes() != least {
			t.Errorf("%d pixels: no plan of %d bytes: %v", size, least, err)
		}
		job.Budget--
		var tooMuch *feature.BudgetError
		if _, err := s.x.Plan(job); !errors.As(err, &tooMuch) || tooMuch.Need != least || tooMuch.Budget != job.Budget {
			t.Errorf("%d pixels: with %d of %d bytes: %v", size, job.Budget, least, err)
		}
	}
}

func TestCancel(t *testing.T) {
	s := newScene(t, reference.New32(), engine.PadZero, 32, 32, scenes["textbook"])
	plan, err := s.x.Plan(s.job(feature.Job{}))
	if err != nil {
		t.Fatal(err)
	}
	arena, err := s.dev.NewArena(plan.Bytes() + 1<<16)
	if err != nil {
		t.Fatal(err)
	}
	image := arena.Image(plan.Bytes(), 32, 32)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	pass := s.place(t, plan, arena, 0)
	if err := pass.Evaluate(ctx, image, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled evaluation returns %v", err)
	}
	if forward, backward, err := pass.Times(); forward != 0 || backward != 0 || err != nil {
		t.Errorf("cancelled evaluation took %v and %v, %v", forward, backward, err)
	}
}

func TestTooSmall(t *testing.T) {
	s := newScene(t, reference.New32(), engine.PadZero, 32, 32, scenes["textbook"])
	job := s.job(feature.Job{})
	job.Height, job.Width = 15, 100
	var tooSmall *feature.SizeError
	if _, err := s.x.Plan(job); !errors.As(err, &tooSmall) || tooSmall.Layer.String() != "relu5_1" ||
		tooSmall.Least != 16 || tooSmall.Height != 15 || tooSmall.Width != 100 {
		t.Fatalf("relu5_1 of a picture 15 pixels high: %v", err)
	}
	if _, err := s.x.Least(job); !errors.As(err, &tooSmall) {
		t.Errorf("relu5_1 of a picture 15 pixels high has a smallest plan: %v", err)
	}
	job.Height = tooSmall.Least
	if _, err := s.x.Plan(job); err != nil {
		t.Errorf("a picture of the least size: %v", err)
	}
}

// TestPlaceBeyondTheArena refuses an arena that ends before the plan does.
func TestPlaceBeyondTheArena(t *testing.T) {
	s := newScene(t, reference.New32(), engine.PadZero, 32, 32, scenes["stem only"])
	plan, err := s.x.Plan(s.job(feature.Job{}))
	if err != nil {
		t.Fatal(err)
	}
	arena, err := s.dev.NewArena(plan.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Place(arena, engine.Alignment, make([]feature.Tap, 1), nil); err == nil {
		t.Error("a plan is placed beyond the end of its arena")
	}
}

// TestWork counts VGG-16 up to relu5_1 of the textbook: 361 kMAC a pixel for VGG-19.
func TestWork(t *testing.T) {
	x, err := feature.New(reference.New32(), narrow(feature.VGG19, [5]int{64, 128, 256, 512, 512}, 1), feature.Options{})
	if err != nil {
		t.Fatal(err)
	}
	net := x.Network()
	deepest, _ := net.Layer("relu5_1")
	plan, err := x.Plan(feature.Job{Height: 64, Width: 64, Layers: []feature.Layer{deepest}})
	if err != nil {
		t.Fatal(err)
	}
	if got := plan.Work() / (64 * 64) / 1000; math.Abs(got-361) > 1 {
		t.Errorf("%.1f kMAC a pixel, want 361", got)
	}
	if more := plan.Cost() - plan.Work(); (more > 0) != (x.Device().Costs().Positions > 0) {
		t.Errorf("cost is %v more than work, with %v positions", more, x.Device().Costs().Positions)
	}
}
