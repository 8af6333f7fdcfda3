package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"text/tabwriter"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/cpu"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/loss"
	"github.com/impasto/impasto/weights"
)

type benchCommand struct {
	Network    string   `default:"vgg19" enum:"vgg16,vgg19" placeholder:"vgg16|vgg19" help:"Architecture. The weights are random, since their values do not affect the time."`
	Size       int      `default:"512" placeholder:"PIXELS" help:"Height and width of the picture."`
	Iterations int      `default:"7" placeholder:"N" help:"Iterations to time, after one that is not timed."`
	Memory     byteSize `placeholder:"SIZE" help:"Memory for feature maps, such as 500MiB; maps that do not fit are recomputed. Default: no limit."`
	Threads    int      `placeholder:"N" help:"Threads to compute with. Default: one for each processor."`
	Layers     bool     `help:"Also report every layer, and the bandwidth of memory."`
	JSON       bool     `group:"report" help:"Print one JSON object."`
	Progress   string   `hidden:"" default:"none" enum:"auto,bar,plain,json,none"`
}

// Help is the long help of the command.
func (*benchCommand) Help() string {
	return `One iteration evaluates the textbook loss (content at relu4_2, Gram matrices at relu1_1 to relu5_1) and its
gradient with respect to the image. The directory bench in the source does the same work in PyTorch. Nothing is
downloaded.`
}

// benchResult is what --json prints. Seconds are medians.
type benchResult struct {
	Network  string  `json:"network"`
	Size     int     `json:"size"`
	ISA      string  `json:"isa"`
	Threads  int     `json:"threads"`
	Seconds  float64 `json:"seconds_per_iteration"`
	Best     float64 `json:"best_seconds"`
	Forward  float64 `json:"forward_seconds"`
	Backward float64 `json:"backward_seconds"`
	Conv     float64 `json:"conv_seconds"` // conv1_2 to conv5_1, forward and backward
	// Effective counts the multiply-adds of direct convolution as two operations each, even if a kernel needs fewer.
	Effective float64  `json:"effective_gflops"`
	FMAPeak   float64  `json:"fma_peak_gflops"`
	Share     float64  `json:"share_of_peak"` // effective / peak; a fast algorithm can exceed 1
	Recompute []string `json:"recomputed,omitempty"`
	Arena     int64    `json:"arena_bytes"`
	Peak      int64    `json:"peak_bytes"`
	// With --layers:
	Bandwidth float64       `json:"memory_gbs,omitempty"` // GB/s, read and written
	Layers    []layerResult `json:"layers,omitempty"`
}

// Validate is called by kong.
func (b *benchCommand) Validate() error {
	switch {
	case b.Size < 16:
		return usagef("--size: %d; it must be 16 or more", b.Size)
	case b.Iterations < 1:
		return usagef("--iterations: %d; it must be 1 or more", b.Iterations)
	case b.Threads < 0:
		return usagef("--threads: %d; it must be 1 or more", b.Threads)
	}
	return nil
}

// Run measures.
func (b *benchCommand) Run(ctx context.Context, c console) error {
	options := cpu.Options{Threads: b.Threads, ISA: instructionSet()}
	dev, err := cpu.New(options)
	if err != nil {
		return err
	}
	net := feature.VGG19
	if b.Network == "vgg16" {
		net = feature.VGG16
	}
	network := generate(net)
	clock := newLayerClock(dev, convolutionNames(network))
	model, err := impasto.Open(ctx, network, impasto.Settings{Device: clock})
	if err != nil {
		return errors.Join(err, dev.Close())
	}
	defer model.Close()
	r, err := b.measure(ctx, clock, model)
	if err != nil {
		return err
	}
	peak, err := cpu.Peak(options)
	if err != nil {
		return err
	}
	r.FMAPeak = peak / 1e9
	r.Share = r.Effective / r.FMAPeak
	r.Peak = peakBytes()
	if b.Layers {
		r.Layers = clock.results(r.FMAPeak)
		bandwidth, err := measureBandwidth(dev)
		if err != nil {
			return err
		}
		r.Bandwidth = bandwidth / 1e9
	}
	if b.JSON {
		return printJSON(c, r)
	}
	return r.print(c)
}

func convolutionNames(m *weights.Model) []string {
	names := make([]string, len(m.Convolutions))
	for i, c := range m.Convolutions {
		names[i] = c.Name
	}
	return names
}

// workload consists of a network, a picture and the terms of the textbook loss.
type workload struct {
	dev             *layerClock
	side            int
	terms           []*metered
	learner         *loss.Observer // of the layers of all terms
	learn, plan     *feature.Plan
	pass            *feature.Pass
	image, gradient engine.Image
	results         engine.Scalars
	arena           engine.Arena
}

// measure times the workload on the model's network.
func (b *benchCommand) measure(ctx context.Context, dev *layerClock, model *impasto.Model) (r *benchResult, err error) {
	var w *workload
	err = model.Lend(ctx, func(l *impasto.Loan) (bytes int64, err error) {
		if w, err = b.build(dev, l); err != nil {
			return 0, err
		}
		return w.bytes(), nil
	}, func(*impasto.Loan) error {
		err := w.place(ctx)
		if err == nil {
			r, err = b.time(ctx, w)
		}
		return errors.Join(err, w.close())
	})
	return r, err
}

// time evaluates the loss and its gradient repeatedly.
func (b *benchCommand) time(ctx context.Context, w *workload) (*benchResult, error) {
	var total, forward, backward, conv []float64
	for i := range b.Iterations + 1 {
		w.dev.reset()
		if err := w.dev.ResetScalars(w.results); err != nil {
			return nil, err
		}
		if err := w.pass.Evaluate(ctx, w.image, w.gradient); err != nil {
			return nil, err
		}
		if i == 0 {
			continue // caches and pages are cold
		}
		f, g, err := w.pass.Times()
		if err != nil {
			return nil, err
		}
		if err := w.dev.take(); err != nil {
			return nil, err
		}
		forward, backward = append(forward, f.Seconds()), append(backward, g.Seconds())
		total, conv = append(total, (f+g).Seconds()), append(conv, w.dev.convolutions().Seconds())
	}
	r := &benchResult{
		Network: b.Network, Size: b.Size, ISA: w.dev.Name(), Threads: w.dev.Threads(),
		Seconds: median(total), Best: slices.Min(total), Forward: median(forward), Backward: median(backward), Conv: median(conv),
		Recompute: layerNames(w.plan.Recomputed()), Arena: w.arena.Bytes(),
	}
	r.Effective = 2 * w.plan.Work() / r.Seconds / 1e9
	return r, nil
}

// build plans the workload.
func (b *benchCommand) build(dev *layerClock, l *impasto.Loan) (*workload, error) {
	net, err := feature.NetworkOf(l.Model())
	if err != nil {
		return nil, err
	}
	deepest, err := net.Layer("relu5_1")
	if err != nil {
		return nil, err
	}
	x, err := l.Prepare(feature.Options{Deepest: deepest})
	if err != nil {
		return nil, err
	}
	w := &workload{dev: dev, side: b.Size}
	job := feature.Job{Height: b.Size, Width: b.Size, Pooling: engine.MaxPooling}
	var shapes []engine.Shape
	for _, name := range []string{"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu4_2", "relu5_1"} {
		layer, err := net.Layer(name)
		if err != nil {
			return nil, err
		}
		shape := net.Shape(layer, b.Size, b.Size)
		c := float64(shape.Channels)
		// Only half of a Gram matrix is computed.
		t := &metered{dev: dev, layer: layer, forward: c * (c + 1), backward: 2 * c * c}
		if name == "relu4_2" {
			t.Term, t.meter, t.forward, t.backward = loss.NewContent(dev, shape), dev.meter("content "+name), 3*c, 2*c
			t.Weigh(0.5)
		} else {
			t.Term, t.meter = loss.NewGram(dev, shape, loss.Textbook), dev.meter("gram "+name)
			t.Weigh(0.2)
		}
		w.terms, shapes, job.Layers = append(w.terms, t), append(shapes, shape), append(job.Layers, layer)
	}
	w.learner = loss.NewObserver(dev, shapes...)
	if w.learn, err = x.Plan(job); err != nil {
		return nil, err
	}
	job.Gradient, job.Budget = true, int64(b.Memory)
	w.plan, err = x.Plan(job)
	return w, err
}

// imageBytes returns the size of a picture.
func (w *workload) imageBytes() int64 { return engine.Align(4 * 3 * int64(w.side) * int64(w.side)) }

// scalars returns the number of results of the terms.
func (w *workload) scalars() int {
	n := 0
	for _, t := range w.terms {
		n += t.Scalars()
	}
	return n
}

// kept returns the size of the picture, its gradient, the results and the terms.
func (w *workload) kept() int64 {
	bytes := 2*w.imageBytes() + engine.Align(w.dev.ScalarsBytes(w.scalars()))
	for _, t := range w.terms {
		bytes += engine.Align(t.Bytes())
	}
	return bytes
}

// bytes returns the size of the whole workload.
func (w *workload) bytes() int64 {
	return w.kept() + max(w.plan.Bytes(), engine.Align(w.learner.Bytes())+w.learn.Bytes())
}

// place allocates the memory and sets the targets of the losses from a first picture.
func (w *workload) place(ctx context.Context) (err error) {
	if w.arena, err = w.dev.NewArena(w.bytes()); err != nil {
		return err
	}
	w.image, w.gradient = w.arena.Image(0, w.side, w.side), w.arena.Image(w.imageBytes(), w.side, w.side)
	w.results = w.arena.Scalars(2*w.imageBytes(), w.scalars())
	offset, first := 2*w.imageBytes()+engine.Align(w.dev.ScalarsBytes(w.scalars())), 0
	var taps []feature.Tap
	var solvers []feature.Solver
	for _, t := range w.terms {
		if err := t.Place(loss.Site{Arena: w.arena, Offset: offset, Results: w.results, First: first}); err != nil {
			return err
		}
		offset, first = offset+engine.Align(t.Bytes()), first+t.Scalars()
		taps, solvers = append(taps, t), append(solvers, t)
	}
	if err := w.teach(ctx); err != nil {
		return err
	}
	if err := w.dev.Write(w.image, noise(2, w.side)); err != nil {
		return err
	}
	w.pass, err = w.plan.Place(w.arena, w.kept(), taps, solvers)
	return err
}

// teach sets the targets of the terms from a picture.
func (w *workload) teach(ctx context.Context) error {
	if err := cmp.Or(w.learner.Place(loss.Site{Arena: w.arena, Offset: w.kept()}), w.learner.Reset(), w.dev.Write(w.image, noise(1, w.side))); err != nil {
		return err
	}
	var taps []feature.Tap
	for i, t := range w.terms {
		taps = append(taps, w.learner.Tap(i))
		if content, ok := t.Term.(*loss.Content); ok {
			taps[i] = content.Capture()
		}
	}
	pass, err := w.learn.Place(w.arena, w.kept()+engine.Align(w.learner.Bytes()), taps, nil)
	if err != nil {
		return err
	}
	if err := pass.Evaluate(ctx, w.image, nil); err != nil {
		return err
	}
	seen, err := w.learner.Statistics()
	if err != nil {
		return err
	}
	for i, t := range w.terms {
		if style, ok := t.Term.(loss.StyleTerm); ok {
			if err := style.Teach([]loss.Lesson{loss.Moments(seen[i : i+1])}, []float64{1}); err != nil {
				return err
			}
		}
	}
	return nil
}

// close releases the memory.
func (w *workload) close() error {
	var err error
	for _, t := range w.terms {
		err = errors.Join(err, t.Close())
	}
	if w.arena != nil {
		err = errors.Join(err, w.arena.Close())
	}
	return err
}

// noise returns a picture [3,side,side] of uniform noise.
func noise(seed uint64, side int) []float32 {
	rng := rand.New(rand.NewPCG(seed, 0))
	pix := make([]float32, 3*side*side)
	for i := range pix {
		pix[i] = rng.Float32()
	}
	return pix
}

// generate returns random parameters whose scale preserves the variance of activations (He et al. 2015).
func generate(net feature.Network) *weights.Model {
	rng := rand.New(rand.NewPCG(19, 0))
	m := &weights.Model{Name: net.Name, Architecture: weights.Architecture(net.Name), Input: weights.ImageNet()}
	in := 3
	for block, n := range net.Convolutions {
		for i := range n {
			out := net.Channels[block]
			c := weights.Convolution{Name: fmt.Sprintf("conv%d_%d", block+1, i+1), In: in, Out: out,
				Weight: make([]float32, 9*in*out), Bias: make([]float32, out)}
			bound := float32(math.Sqrt(6 / float64(9*in)))
			for j := range c.Weight {
				c.Weight[j] = bound * (2*rng.Float32() - 1)
			}
			m.Convolutions = append(m.Convolutions, c)
			in = out
		}
	}
	return m
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

func (r *benchResult) print(c console) error {
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "work\t%s to relu5_1 at %dx%d, textbook loss and its gradient\n", r.Network, r.Size, r.Size)
	fmt.Fprintf(table, "on\t%s, %s\n", r.ISA, count(r.Threads, "thread"))
	fmt.Fprintf(table, "iteration\t%.4f s (best %.4f): forward %.4f, backward %.4f\n", r.Seconds, r.Best, r.Forward, r.Backward)
	fmt.Fprintf(table, "convolutions\t%.4f s of these\n", r.Conv)
	fmt.Fprintf(table, "speed\t%.0f GFLOP/s, counted as direct convolution: %.2f of the multiply-add peak, %.0f GFLOP/s\n", r.Effective, r.Share, r.FMAPeak)
	fmt.Fprintf(table, "memory\t%s for feature maps, %s at peak\n", byteSize(r.Arena), byteSize(r.Peak))
	if err := table.Flush(); err != nil || r.Layers == nil {
		return err
	}
	return r.printLayers(c)
}
