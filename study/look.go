package study

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/loss"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// Maps are the features of a picture at one layer, on the host.
type Maps struct {
	Layer feature.Layer
	Shape engine.Shape
	Data  []float32 // [C,H,W]
}

// Channel returns the map of one channel, [H,W]. It shares the memory of m.
func (m *Maps) Channel(c int) []float32 {
	n := m.Shape.Positions()
	return m.Data[c*n : (c+1)*n]
}

// Look computes the features of a picture at the named layers of a model's network, in the given order. It uses the
// preprocessing of ImageNet if the network states none. The error wraps a *feature.UnknownLayerError if a layer does not
// exist, a *feature.SizeError if the picture is too small for a layer, and an *impasto.BudgetError if the complete maps
// do not fit the budget.
func Look(ctx context.Context, m *impasto.Model, picture *canvas.Picture, layers ...string) ([]*Maps, error) {
	v, err := newViewing(m, layers)
	if err != nil {
		return nil, err
	}
	maps, _, err := look(ctx, m, picture, v)
	return maps, err
}

// viewing holds the layers to look at and the network options.
type viewing struct {
	layers  []feature.Layer
	options feature.Options
	pooling engine.Pooling
	moments bool // whether to compute the statistics of each layer
}

// newViewing finds layers by name, for a network run as VGG was trained.
func newViewing(m *impasto.Model, names []string) (*viewing, error) {
	net, err := feature.NetworkOf(m.Network())
	if err != nil {
		return nil, err
	}
	v := &viewing{options: feature.Options{Input: transfer.Preprocessing(recipe.InputImageNet)}}
	order := net.Layers()
	for _, name := range names {
		l, err := net.Layer(name)
		if err != nil {
			return nil, err
		}
		v.layers = append(v.layers, l)
		if slices.Index(order, l) > slices.Index(order, v.options.Deepest) {
			v.options.Deepest = l
		}
	}
	return v, nil
}

// look is Look with the statistics of each layer, if requested.
func look(ctx context.Context, m *impasto.Model, picture *canvas.Picture, v *viewing) (maps []*Maps, statistics []engine.Statistics, err error) {
	var g *glance
	plan := func(x *feature.Extractor) (int64, error) {
		if g, err = newGlance(x, picture, v); err != nil {
			return 0, err
		}
		return g.allBytes(), nil
	}
	err = borrow(ctx, m, v.options, plan, func(*feature.Extractor) error { return g.show(ctx, picture) })
	if err != nil {
		return nil, nil, fmt.Errorf("look at a picture of %dx%d: %w", picture.Width, picture.Height, err)
	}
	return g.maps, g.statistics, nil
}

// glance is one forward pass with the offsets of its results. The arena holds the image, then the complete map and the
// moments of each layer, then the memory of the pass.
type glance struct {
	dev        engine.Device
	layers     []feature.Layer
	plan       *feature.Plan
	captures   []*loss.Capture
	observers  []*loss.Observer
	shapes     []engine.Shape
	bytes      int64 // without those of the pass
	maps       []*Maps
	statistics []engine.Statistics // nil if not requested
}

func newGlance(x *feature.Extractor, picture *canvas.Picture, v *viewing) (*glance, error) {
	net, dev := x.Network(), x.Device()
	job := feature.Job{Height: picture.Height, Width: picture.Width, Pooling: v.pooling}
	g := &glance{dev: dev, layers: v.layers, bytes: engine.Align(4 * int64(len(picture.Pix)))}
	for _, l := range v.layers {
		shape := net.Shape(l, picture.Height, picture.Width)
		c := loss.NewCapture(dev, shape)
		g.captures, g.shapes = append(g.captures, c), append(g.shapes, shape)
		g.bytes += c.Bytes()
		job.Layers = append(job.Layers, l)
		if v.moments {
			o := loss.NewObserver(dev, shape)
			g.observers = append(g.observers, o)
			g.bytes += o.Bytes()
			job.Layers = append(job.Layers, l)
		}
	}
	var err error
	g.plan, err = x.Plan(job)
	return g, err
}

// allBytes returns the memory needed on the device and on the host.
func (g *glance) allBytes() int64 {
	host := int64(0)
	for _, s := range g.shapes {
		host += 4 * int64(s.Elements())
	}
	return g.bytes + g.plan.Bytes() + host + host/8 // including garbage not yet collected
}

// show runs the network on a picture and reads the results.
func (g *glance) show(ctx context.Context, picture *canvas.Picture) (err error) {
	arena, err := g.dev.NewArena(g.bytes + g.plan.Bytes())
	if err != nil {
		return fmt.Errorf("allocate %d MiB of memory: %w", (g.bytes+g.plan.Bytes())>>20, err)
	}
	defer func() { err = errors.Join(err, arena.Close()) }()
	taps, err := g.place(arena, engine.Align(4*int64(len(picture.Pix))))
	if err != nil {
		return err
	}
	shown := arena.Image(0, picture.Height, picture.Width)
	if err := g.dev.Write(shown, picture.Pix); err != nil {
		return err
	}
	pass, err := g.plan.Place(arena, g.bytes, taps, nil)
	if err != nil {
		return err
	}
	if err := pass.Evaluate(ctx, shown, nil); err != nil {
		return err
	}
	return g.read()
}

// place places the results in the arena after the image, and returns the taps that store them.
func (g *glance) place(arena engine.Arena, image int64) ([]feature.Tap, error) {
	var taps []feature.Tap
	offset := image
	for i, c := range g.captures {
		c.Place(arena, offset)
		taps = append(taps, c)
		offset += c.Bytes()
		if g.observers == nil {
			continue
		}
		o := g.observers[i]
		if err := o.Place(loss.Site{Arena: arena, Offset: offset}); err != nil {
			return nil, err
		}
		if err := o.Reset(); err != nil {
			return nil, err
		}
		taps = append(taps, o.Tap(0))
		offset += o.Bytes()
	}
	return taps, nil
}

// read copies maps and statistics to the host.
func (g *glance) read() error {
	for i, c := range g.captures {
		m := &Maps{Layer: g.layers[i], Shape: g.shapes[i], Data: make([]float32, g.shapes[i].Elements())}
		if err := g.dev.ReadMap(m.Data, c.Map(), engine.All(m.Shape)); err != nil {
			return err
		}
		g.maps = append(g.maps, m)
	}
	for _, o := range g.observers {
		s, err := o.Statistics()
		if err != nil {
			return err
		}
		g.statistics = append(g.statistics, s[0])
	}
	return nil
}

// mapImage draws one channel of a map with its own colour scale (square root).
func mapImage(values []float32, shape engine.Shape) *image.RGBA {
	wide := make([]float64, len(values))
	for i, v := range values {
		wide[i] = float64(v)
	}
	return figure.NewShade(true, wide).Plane(wide, shape.Width, shape.Height)
}
