package study

import (
	"context"
	"fmt"
	"image"
	"slices"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/loss"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
	"github.com/impasto/impasto/weights"
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

// Prepare puts a network on a device for looking at the layers of the given names and at those before
// them. The error says in one line which layer is not there. ImageNet's preprocessing is used where the
// model states none.
func Prepare(dev engine.Device, model *weights.Model, layers ...string) (*feature.Extractor, error) {
	net, err := feature.NetworkOf(model)
	if err != nil {
		return nil, err
	}
	var deepest feature.Layer
	for _, name := range layers {
		l, err := net.Layer(name)
		if err != nil {
			return nil, err
		}
		if order := net.Layers(); slices.Index(order, l) > slices.Index(order, deepest) {
			deepest = l
		}
	}
	return feature.New(dev, model, feature.Options{Input: transfer.Preprocessing(recipe.InputImageNet), Deepest: deepest})
}

// Look shows a picture to a network and returns its features at some layers, in the order asked for. The
// error says where the picture is too small for a layer.
func Look(ctx context.Context, x *feature.Extractor, picture *canvas.Picture, layers []feature.Layer) ([]*Maps, error) {
	maps, _, err := look(ctx, x, picture, viewing{layers: layers})
	return maps, err
}

// viewing is what is looked at, and how.
type viewing struct {
	layers  []feature.Layer
	moments bool // the statistics of each layer, too
	pooling engine.Pooling
}

// look is Look with the statistics of each layer, if they are wanted.
func look(ctx context.Context, x *feature.Extractor, picture *canvas.Picture, s viewing) ([]*Maps, []engine.Statistics, error) {
	layers := s.layers
	g, err := newGlance(x, picture, s)
	if err != nil {
		return nil, nil, fmt.Errorf("a picture of %dx%d: %w", picture.Width, picture.Height, err)
	}
	arena, err := x.Device().NewArena(g.bytes + g.plan.Bytes())
	if err != nil {
		return nil, nil, fmt.Errorf("take %d MiB of memory: %w", (g.bytes+g.plan.Bytes())>>20, err)
	}
	defer arena.Close()
	dev := x.Device()
	copies := g.place(dev, arena)
	shown := arena.Image(0, picture.Height, picture.Width)
	dev.Write(shown, picture.Pix)
	if _, err := g.plan.Place(arena, g.bytes).Evaluate(ctx, shown, nil); err != nil {
		return nil, nil, err
	}
	maps, statistics := make([]*Maps, len(layers)), make([]engine.Statistics, len(g.observers))
	for i, c := range copies {
		maps[i] = &Maps{Layer: layers[i], Shape: c.Shape(), Data: make([]float32, c.Shape().Elements())}
		dev.ReadMap(maps[i].Data, c, engine.All(c.Shape()))
	}
	for i, o := range g.observers {
		statistics[i] = o.Statistics()
	}
	return maps, statistics, nil
}

// LookBytes returns the memory that looking at layers of a picture takes at most, on the device and on the
// host, without the picture: whole maps are kept, twice while they are copied.
func LookBytes(x *feature.Extractor, picture *canvas.Picture, layers []feature.Layer) (int64, error) {
	g, err := newGlance(x, picture, viewing{layers: layers})
	if err != nil {
		return 0, fmt.Errorf("a picture of %dx%d: %w", picture.Width, picture.Height, err)
	}
	host := int64(0)
	for _, s := range g.shapes {
		host += 4 * int64(s.Elements())
	}
	return g.bytes + g.plan.Bytes() + host, nil
}

// glance is one forward pass with the places of what it copies, which follow the image in the arena.
type glance struct {
	plan      *feature.Plan
	shapes    []engine.Shape
	offsets   []int64
	sockets   []*socket
	observers []*loss.Observer
	bytes     int64 // before the plan's own
}

func newGlance(x *feature.Extractor, picture *canvas.Picture, see viewing) (*glance, error) {
	net, dev := x.Network(), x.Device()
	job := feature.Job{Height: picture.Height, Width: picture.Width, Pooling: see.pooling}
	g := &glance{bytes: engine.Align(4 * int64(len(picture.Pix)))}
	for _, l := range see.layers {
		shape, s := net.Shape(l, picture.Height, picture.Width), &socket{}
		g.shapes, g.offsets, g.sockets = append(g.shapes, shape), append(g.offsets, g.bytes), append(g.sockets, s)
		g.bytes += engine.Align(dev.MapBytes(shape, shape.Height))
		job.Taps = append(job.Taps, feature.Placement{Layer: l, Tap: s})
		if see.moments {
			o := loss.NewObserver(dev, shape.Channels, nil)
			g.observers = append(g.observers, o)
			job.Taps = append(job.Taps, feature.Placement{Layer: l, Tap: o})
		}
	}
	var err error
	g.plan, err = x.Plan(job)
	return g, err
}

// place puts the copies into the arena and fills the sockets.
func (g *glance) place(dev engine.Device, arena engine.Arena) []engine.Map {
	copies := make([]engine.Map, len(g.shapes))
	for i, shape := range g.shapes {
		copies[i] = arena.Map(g.offsets[i], shape, shape.Height)
		g.sockets[i].Tap = loss.NewCapture(dev, copies[i])
	}
	return copies
}

// socket is a tap that is planned before there is memory for its target.
type socket struct{ feature.Tap }

// mapImage draws one channel of a map with a scale of its own, by the square root.
func mapImage(values []float32, shape engine.Shape) *image.RGBA {
	wide := make([]float64, len(values))
	for i, v := range values {
		wide[i] = float64(v)
	}
	return figure.NewShade(true, wide).Plane(wide, shape.Width, shape.Height)
}
