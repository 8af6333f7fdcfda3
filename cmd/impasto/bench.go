package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"text/tabwriter"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/cpu"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/loss"
	"github.com/impasto/impasto/weights"
)

type benchCommand struct {
	Network    string   `default:"vgg19" enum:"vgg16,vgg19" placeholder:"vgg16|vgg19" help:"Architecture; its weights are generated, since their values do not change the time."`
	Size       int      `default:"512" placeholder:"PIXELS" help:"Height and width of the picture."`
	Iterations int      `default:"7" placeholder:"N" help:"Iterations to time, after one that is not."`
	Memory     byteSize `placeholder:"SIZE" help:"Memory for maps, as 500MiB: what does not fit is computed anew. Default: no limit."`
	Threads    int      `placeholder:"N" help:"Threads that compute. Default: one for each processor."`
	Layers     bool     `help:"Tell of every layer, too, and how fast memory is."`
	JSON       bool     `group:"report" help:"Print one JSON object."`
	Progress   string   `hidden:"" default:"none" enum:"auto,bar,plain,json,none"`
}

// Help is the long help of the command.
func (*benchCommand) Help() string {
	return `One iteration is the textbook loss (content at relu4_2, Gram matrices at relu1_1 to relu5_1) and its gradient by
the image. bench/ in the source has the same work in PyTorch. Nothing is downloaded.`
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
	// Effective counts a multiply-add of direct convolution as two operations, whatever kernel saved some.
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
		return usagef("--size: %d; the network needs 16 pixels or more", b.Size)
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
	defer dev.Close()
	net := feature.VGG19
	if b.Network == "vgg16" {
		net = feature.VGG16
	}
	model := generate(net)
	clock := newLayerClock(dev, convolutionNames(model))
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

// workload is a network, a picture and the taps of the textbook loss.
type workload struct {
	dev             *layerClock
	net             feature.Network
	sockets         []*socket
	plan            *feature.Plan
	pass            *feature.Pass
	side            int
	image, gradient engine.Image
	arena           engine.Arena
}

func (b *benchCommand) measure(ctx context.Context, dev *layerClock, model *weights.Model) (*benchResult, error) {
	w, err := b.build(ctx, dev, model)
	if err != nil {
		return nil, err
	}
	defer w.arena.Close()
	var total, forward, backward, conv []float64
	for i := range b.Iterations + 1 {
		dev.reset()
		if _, err := w.pass.Evaluate(ctx, w.image, w.gradient); err != nil {
			return nil, err
		}
		if i == 0 {
			continue // caches and pages are cold
		}
		f, g := w.pass.Times()
		forward, backward = append(forward, f.Seconds()), append(backward, g.Seconds())
		total, conv = append(total, (f+g).Seconds()), append(conv, dev.convolutions().Seconds())
		dev.take()
	}
	r := &benchResult{
		Network: b.Network, Size: b.Size, ISA: dev.Name(), Threads: dev.Threads(),
		Seconds: median(total), Best: slices.Min(total), Forward: median(forward), Backward: median(backward), Conv: median(conv),
		Recompute: layerNames(w.plan.Recomputed()), Arena: w.arena.Bytes(),
	}
	r.Effective = 2 * w.plan.Work() / r.Seconds / 1e9
	return r, nil
}

// build lays out pictures and network, and learns the targets from two more pictures.
func (b *benchCommand) build(ctx context.Context, dev *layerClock, model *weights.Model) (*workload, error) {
	net, err := feature.NetworkOf(model)
	if err != nil {
		return nil, err
	}
	deepest, err := net.Layer("relu5_1")
	if err != nil {
		return nil, err
	}
	x, err := feature.New(dev, model, feature.Options{Deepest: deepest})
	if err != nil {
		return nil, err
	}
	w := &workload{dev: dev, net: net, side: b.Size}
	job := feature.Job{Height: b.Size, Width: b.Size, Pooling: engine.MaxPooling}
	for _, name := range []string{"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu4_2", "relu5_1"} {
		layer, err := net.Layer(name)
		if err != nil {
			return nil, err
		}
		c := float64(net.Shape(layer, b.Size, b.Size).Channels)
		// Of a Gram matrix only one half is computed.
		s := &socket{layer: layer, meter: &meter{name: "gram " + name}, forward: c * (c + 1), backward: 2 * c * c}
		if len(w.sockets) == contentSocket {
			s.meter.name, s.forward, s.backward = "content "+name, 3*c, 2*c
		}
		dev.layers = append(dev.layers, s.meter)
		w.sockets = append(w.sockets, s)
		job.Taps = append(job.Taps, feature.Placement{Layer: layer, Tap: s})
	}
	learn, err := x.Plan(job)
	if err != nil {
		return nil, err
	}
	job.Gradient, job.Budget = true, int64(b.Memory)
	if w.plan, err = x.Plan(job); err != nil {
		return nil, err
	}
	return w, w.place(ctx, learn)
}

// contentSocket is the index of relu4_2 among the sockets.
const contentSocket = 4

// place takes the memory and learns from a first picture what the losses of a second are held against.
func (w *workload) place(ctx context.Context, learn *feature.Plan) error {
	imageBytes := engine.Align(4 * 3 * int64(w.side) * int64(w.side))
	shape := w.net.Shape(w.sockets[contentSocket].layer, w.side, w.side)
	rest := 2*imageBytes + engine.Align(w.dev.MapBytes(shape, shape.Height))
	arena, err := w.dev.NewArena(rest + max(w.plan.Bytes(), learn.Bytes()))
	if err != nil {
		return err
	}
	w.arena = arena
	w.image, w.gradient = arena.Image(0, w.side, w.side), arena.Image(imageBytes, w.side, w.side)
	target := arena.Map(2*imageBytes, shape, shape.Height)
	observers := make([]*loss.Observer, len(w.sockets))
	for i, s := range w.sockets {
		observers[i] = loss.NewObserver(w.dev, w.net.Shape(s.layer, w.side, w.side).Channels, nil)
		s.Tap = observers[i]
	}
	w.sockets[contentSocket].Tap = loss.NewCapture(w.dev, target)
	w.dev.Write(w.image, noise(1, w.side))
	if _, err := learn.Place(arena, rest).Evaluate(ctx, w.image, nil); err != nil {
		return err
	}
	for i, s := range w.sockets {
		if i == contentSocket {
			s.Tap = loss.NewContent(w.dev, target, nil, 0.5)
		} else {
			s.Tap = loss.NewGram(w.dev, observers[i].Statistics(), nil, loss.Textbook, 0.2)
		}
	}
	w.dev.Write(w.image, noise(2, w.side))
	w.pass = w.plan.Place(arena, rest)
	return nil
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

// generate makes parameters of the size that keeps activations level (He et al. 2015).
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
	fmt.Fprintf(table, "an iteration\t%.4f s (best %.4f): forward %.4f, backward %.4f\n", r.Seconds, r.Best, r.Forward, r.Backward)
	fmt.Fprintf(table, "convolutions\t%.4f s of it\n", r.Conv)
	fmt.Fprintf(table, "speed\t%.0f GFLOP/s, counted as direct convolution: %.2f of the multiply-add peak, %.0f GFLOP/s\n", r.Effective, r.Share, r.FMAPeak)
	fmt.Fprintf(table, "memory\t%s for maps, %s at the peak\n", byteSize(r.Arena), byteSize(r.Peak))
	if err := table.Flush(); err != nil || r.Layers == nil {
		return err
	}
	return r.printLayers(c)
}
