package critic

import (
	"context"
	"errors"
	"fmt"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/loss"
)

// pass is one evaluation of a picture, with what watches it and where that lies in an arena: the image first, then its
// gradient if one is wanted, then what watches, then what terms find out, then the network's buffers.
type pass struct {
	dev     engine.Device
	x       *feature.Extractor
	net     *feature.Network
	picture *canvas.Picture
	job     feature.Job
	bytes   int64 // before the network's

	watched  []watched
	captures []*loss.Capture
	observed []*loss.Observer
	terms    []loss.Term
	scalars  int
}

// watched is what watches one layer: place puts it where it lies, and returns its tap.
type watched struct {
	offset int64
	place  func(loss.Site) (feature.Tap, error)
}

// seen is what a pass brought.
type seen struct {
	maps       [][]float32 // of captured layers, each [C,H,W], on the host
	statistics []engine.Statistics
	values     []float64 // of terms
	gradient   []float32 // [3,H,W]
}

// newPass makes a pass that shows a picture through a lens.
func (s *search) newPass(l lens, p *canvas.Picture, gradient bool) (*pass, error) {
	x, pooling, err := s.extractor(l)
	if err != nil {
		return nil, err
	}
	image := engine.Align(4 * int64(len(p.Pix)))
	if gradient {
		image *= 2
	}
	return &pass{dev: s.dev, x: x, net: &s.net, picture: s.inputs[l.input].Apply(p), bytes: image,
		job: feature.Job{Height: p.Height, Width: p.Width, Pooling: pooling, Gradient: gradient}}, nil
}

// read shows a picture through a lens: it brings the maps of some layers, and the statistics of others.
func (s *search) read(ctx context.Context, l lens, picture *canvas.Picture, mapped, counted []feature.Layer) (*seen, error) {
	if len(mapped)+len(counted) == 0 {
		return &seen{}, nil // a loss of one kind reads one of the two pictures
	}
	p, err := s.newPass(l, picture, false)
	if err != nil {
		return nil, err
	}
	p.capture(mapped...)
	p.observe(counted...)
	return p.run(ctx)
}

func (p *pass) shape(l feature.Layer) engine.Shape {
	return p.net.Shape(l, p.picture.Height, p.picture.Width)
}

// watch reserves bytes for what watches a layer.
func (p *pass) watch(l feature.Layer, bytes int64, place func(loss.Site) (feature.Tap, error)) {
	p.job.Layers = append(p.job.Layers, l)
	p.watched = append(p.watched, watched{p.bytes, place})
	p.bytes += engine.Align(bytes)
}

// capture keeps the maps of layers.
func (p *pass) capture(layers ...feature.Layer) {
	for _, l := range layers {
		c := loss.NewCapture(p.dev, p.shape(l))
		p.captures = append(p.captures, c)
		p.watch(l, c.Bytes(), func(site loss.Site) (feature.Tap, error) {
			c.Place(site.Arena, site.Offset)
			return c, nil
		})
	}
}

// observe takes the statistics of layers.
func (p *pass) observe(layers ...feature.Layer) {
	for _, l := range layers {
		o := loss.NewObserver(p.dev, p.shape(l))
		p.observed = append(p.observed, o)
		p.watch(l, o.Bytes(), func(site loss.Site) (feature.Tap, error) {
			if err := o.Place(site); err != nil {
				return nil, err
			}
			return o.Tap(0), o.Reset()
		})
	}
}

// add evaluates a term of a layer. Teach is called when the term has its place; may be nil.
func (p *pass) add(l feature.Layer, t loss.Term, teach func() error) {
	first := p.scalars
	p.scalars += t.Scalars()
	p.terms = append(p.terms, t)
	p.watch(l, t.Bytes(), func(site loss.Site) (feature.Tap, error) {
		site.First = first
		if err := t.Place(site); err != nil {
			return nil, err
		}
		return t.Tap(0), teach()
	})
}

// network returns where the network's buffers begin.
func (p *pass) network() int64 { return p.bytes + engine.Align(p.dev.ScalarsBytes(max(1, p.scalars))) }

// plan lays out the network.
func (p *pass) plan() (*feature.Plan, error) {
	plan, err := p.x.Plan(p.job)
	if err != nil {
		return nil, fmt.Errorf("a picture of %dx%d: %w", p.picture.Width, p.picture.Height, err)
	}
	return plan, nil
}

// allBytes is what the pass takes, on the device and on the host.
func (p *pass) allBytes() (int64, error) {
	plan, err := p.plan()
	if err != nil {
		return 0, err
	}
	bytes := p.network() + plan.Bytes()
	for _, t := range p.terms {
		bytes += t.HostBytes()
	}
	for _, c := range p.captures {
		bytes += c.Bytes()
	}
	for _, o := range p.observed {
		bytes += 2 * o.Bytes()
	}
	return bytes, nil
}

// run evaluates the pass.
func (p *pass) run(ctx context.Context) (out *seen, err error) {
	plan, err := p.plan()
	if err != nil {
		return nil, err
	}
	results, network := p.bytes, p.network()
	arena, err := p.dev.NewArena(network + plan.Bytes())
	if err != nil {
		return nil, fmt.Errorf("take %d MiB of memory: %w", (network+plan.Bytes())>>20, err)
	}
	defer func() { err = errors.Join(err, p.close(), arena.Close()) }()
	site := loss.Site{Arena: arena, Results: arena.Scalars(results, max(1, p.scalars))}
	taps, err := p.place(site)
	if err != nil {
		return nil, err
	}
	var solvers []feature.Solver
	for _, t := range p.terms {
		solvers = append(solvers, t)
	}
	placed, err := plan.Place(arena, network, taps, solvers)
	if err != nil {
		return nil, err
	}
	h, w := p.picture.Height, p.picture.Width
	shown, slope := arena.Image(0, h, w), engine.Image(nil)
	if p.job.Gradient {
		slope = arena.Image(engine.Align(4*int64(len(p.picture.Pix))), h, w)
	}
	if err := p.dev.Write(shown, p.picture.Pix); err != nil {
		return nil, err
	}
	if err := placed.Evaluate(ctx, shown, slope); err != nil {
		return nil, err
	}
	return p.read(site.Results, slope)
}

// place puts everything into the arena, and returns the taps.
func (p *pass) place(site loss.Site) ([]feature.Tap, error) {
	if err := p.dev.ResetScalars(site.Results); err != nil {
		return nil, err
	}
	var taps []feature.Tap
	for _, w := range p.watched {
		site.Offset = w.offset
		tap, err := w.place(site)
		if err != nil {
			return nil, err
		}
		taps = append(taps, tap)
	}
	return taps, nil
}

// read brings what was seen to the host.
func (p *pass) read(results engine.Scalars, slope engine.Image) (*seen, error) {
	out := &seen{}
	for _, c := range p.captures {
		shape := c.Map().Shape()
		data := make([]float32, shape.Elements())
		if err := p.dev.ReadMap(data, c.Map(), engine.All(shape)); err != nil {
			return nil, err
		}
		out.maps = append(out.maps, data)
	}
	for _, o := range p.observed {
		statistics, err := o.Statistics()
		if err != nil {
			return nil, err
		}
		out.statistics = append(out.statistics, statistics...)
	}
	if slope != nil {
		out.gradient = make([]float32, len(p.picture.Pix))
		if err := p.dev.Read(out.gradient, slope); err != nil {
			return nil, err
		}
	}
	if len(p.terms) == 0 {
		return out, nil
	}
	numbers := make([]float64, p.scalars)
	if err := p.dev.ReadScalars(numbers, results); err != nil {
		return nil, err
	}
	for _, t := range p.terms {
		v, err := t.Value(numbers)
		if err != nil {
			return nil, err
		}
		out.values = append(out.values, v)
	}
	return out, nil
}

// close gives back what terms hold beside the arena.
func (p *pass) close() error {
	var err error
	for _, t := range p.terms {
		err = errors.Join(err, t.Close())
	}
	return err
}
