package feature

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/weights"
)

// Extractor is a network with its parameters on a device. It is immutable and may be shared by any
// number of plans, until it is closed.
type Extractor struct {
	dev    engine.Device
	model  *weights.Model
	net    Network
	stem   engine.Stem
	convs  []*shared // convs[0] is nil: the stem
	closed atomic.Bool
}

// shared is a convolution that several extractors may use. The last one to be closed closes it.
type shared struct {
	conv  engine.Convolution
	users atomic.Int32
}

func (s *shared) release() error {
	if s.users.Add(-1) > 0 {
		return nil
	}
	return s.conv.Close()
}

// Options are the choices of a recipe that concern the network.
type Options struct {
	// StemPadding is the padding of the first convolution; the others pad with zeros.
	StemPadding engine.Padding
	// Input is the preprocessing, used if the model does not state its own.
	Input engine.Preprocessing
	// Deepest is the deepest layer that will be tapped; convolutions after it are not prepared.
	// The zero value prepares all convolutions of the model.
	Deepest Layer
	// Like is another extractor of the same model on the same device, or nil. Its convolutions other than
	// the first are shared, so that preparing the model for another recipe costs next to nothing. It must
	// be open until New returns; after that the two may be closed in any order.
	Like *Extractor
}

// NetworkOf returns the architecture of a model, with the widths and the depth of its parameters, or an
// error if they are not those of a VGG.
func NetworkOf(m *weights.Model) (Network, error) {
	net := VGG16
	switch string(m.Architecture) {
	case VGG16.Name:
	case VGG19.Name:
		net = VGG19
	default:
		return Network{}, fmt.Errorf("network %s: unknown architecture %q; must be %s or %s",
			m.Name, m.Architecture, VGG16.Name, VGG19.Name)
	}
	table := net.table()
	if len(m.Convolutions) == 0 || len(m.Convolutions) > len(table) {
		return Network{}, fmt.Errorf("network %s: %d convolutions; a %s has at most %d",
			m.Name, len(m.Convolutions), net.Name, len(table))
	}
	net.Depth = len(m.Convolutions)
	for i, c := range m.Convolutions {
		if table[i].index == 1 {
			net.Channels[table[i].block-1] = c.Out
		}
	}
	for i, want := range net.table()[:net.Depth] {
		c := m.Convolutions[i]
		if c.In != want.in || c.Out != want.out || len(c.Weight) != want.in*want.out*9 || len(c.Bias) != want.out {
			return Network{}, fmt.Errorf("network %s: %s has %d input and %d output channels and %d weights; want %d, %d and %d",
				m.Name, want.name(), c.In, c.Out, len(c.Weight), want.in, want.out, want.in*want.out*9)
		}
	}
	return net, nil
}

// New prepares a model's convolutions on a device. It fails if the model is not a VGG, if it does not have
// the deepest layer, or if the device lacks memory.
func New(dev engine.Device, m *weights.Model, o Options) (*Extractor, error) {
	net, err := NetworkOf(m)
	if err != nil {
		return nil, err
	}
	depth := net.Depth
	if o.Deepest != (Layer{}) {
		if _, err := net.Layer(o.Deepest.String()); err != nil {
			return nil, err
		}
		depth = net.position(o.Deepest) + 1
	}
	x := &Extractor{dev: dev, model: m, net: net, convs: make([]*shared, depth)}
	for i := range depth {
		if err := x.prepare(i, m, o); err != nil {
			return nil, errors.Join(fmt.Errorf("network %s: prepare %s: %w", m.Name, net.table()[i].name(), err), x.Close())
		}
	}
	return x, nil
}

// prepare prepares the convolution at a position of the network, or shares Like's.
func (x *Extractor) prepare(position int, m *weights.Model, o Options) (err error) {
	c := m.Convolutions[position]
	if position == 0 {
		pre := o.Input
		if m.Input.Stated {
			pre = engine.Preprocessing{Matrix: m.Input.Matrix, Offset: m.Input.Offset}
		}
		x.stem, err = x.dev.NewStem(c.Out, c.Weight, c.Bias, pre, o.StemPadding)
		return err
	}
	if o.Like != nil && position < len(o.Like.convs) {
		x.convs[position] = o.Like.convs[position]
		x.convs[position].users.Add(1)
		return nil
	}
	conv, err := x.dev.NewConvolution(c.In, c.Out, c.Weight, c.Bias, engine.PadZero)
	if err != nil {
		return err
	}
	x.convs[position] = &shared{conv: conv}
	x.convs[position].users.Store(1)
	return nil
}

// Model returns the parameters as they were given.
func (x *Extractor) Model() *weights.Model { return x.model }

// Network returns the architecture.
func (x *Extractor) Network() Network { return x.net }

// Device returns the device that holds the parameters.
func (x *Extractor) Device() engine.Device { return x.dev }

// On returns the extractor on another device, which forwards operations to x's own device to measure or watch
// them. It is valid until x is closed; closing it does nothing.
func (x *Extractor) On(dev engine.Device) *Extractor {
	view := &Extractor{dev: dev, model: x.model, net: x.net, stem: x.stem, convs: x.convs}
	view.closed.Store(true)
	return view
}

// Bytes returns the memory of the parameters on the device, including those that are shared.
func (x *Extractor) Bytes() int64 {
	bytes := x.stem.Bytes()
	for _, c := range x.convs[1:] {
		bytes += c.conv.Bytes()
	}
	return bytes
}

// Close releases the memory of the parameters: at once, except for convolutions shared with other extractors
// (Options.Like), which the last of them releases. No plan of the extractor may be used afterwards.
// A second Close does nothing.
func (x *Extractor) Close() error {
	if x.closed.Swap(true) {
		return nil
	}
	var errs []error
	if x.stem != nil {
		errs = append(errs, x.stem.Close())
	}
	for _, c := range x.convs {
		if c != nil {
			errs = append(errs, c.release())
		}
	}
	return errors.Join(errs...)
}
