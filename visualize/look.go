package visualize

import (
	"context"
	"fmt"
	"slices"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/checkpoint"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/loss"
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

// Prepare puts a network on a device for looking at the layers of the given names and at those before
// them. The error says in one line which layer is not there. ImageNet's preprocessing is used where the
// model states none.
func Prepare(dev engine.Device, model *checkpoint.Model, layers ...string) (*feature.Extractor, error) {
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
	return feature.New(dev, model, feature.Options{Input: transfer.InputImageNet.Preprocessing(), Deepest: deepest})
}

// Look shows a picture to a network and returns its features at some layers, in the order asked for. The
// error says where the picture is too small for a layer.
func Look(ctx context.Context, x *feature.Extractor, picture *canvas.Picture, layers []feature.Layer) ([]*Maps, error) {
	net, dev := x.Network(), x.Device()
	job := feature.Job{Height: picture.Height, Width: picture.Width}
	targets := engine.Align(4 * int64(len(picture.Pix)))
	scratch := targets
	sockets := make([]*socket, len(layers))
	for i, l := range layers {
		shape := net.Shape(l, picture.Height, picture.Width)
		sockets[i] = &socket{}
		job.Taps = append(job.Taps, feature.Placement{Layer: l, Tap: sockets[i]})
		scratch += engine.Align(dev.MapBytes(shape, shape.Height))
	}
	plan, err := x.Plan(job)
	if err != nil {
		return nil, fmt.Errorf("a picture of %dx%d: %w", picture.Width, picture.Height, err)
	}
	arena, err := dev.NewArena(scratch + plan.Bytes())
	if err != nil {
		return nil, fmt.Errorf("take %d MiB of memory: %w", (scratch+plan.Bytes())>>20, err)
	}
	defer arena.Close()
	copies := make([]engine.Map, len(layers))
	for i, l := range layers {
		shape := net.Shape(l, picture.Height, picture.Width)
		copies[i] = arena.Map(targets, shape, shape.Height)
		sockets[i].Tap = loss.NewCapture(dev, copies[i])
		targets += engine.Align(dev.MapBytes(shape, shape.Height))
	}
	shown := arena.Image(0, picture.Height, picture.Width)
	dev.Write(shown, picture.Pix)
	if _, err := plan.Place(arena, scratch).Evaluate(ctx, shown, nil); err != nil {
		return nil, err
	}
	maps := make([]*Maps, len(layers))
	for i, c := range copies {
		maps[i] = &Maps{Layer: layers[i], Shape: c.Shape(), Data: make([]float32, c.Shape().Elements())}
		dev.ReadMap(maps[i].Data, c, engine.All(c.Shape()))
	}
	return maps, nil
}

// socket is a tap that is planned before there is memory for its target.
type socket struct{ feature.Tap }
