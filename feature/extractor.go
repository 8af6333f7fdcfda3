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
	net    Network
	stem   engine.Stem
	convs  []*shared // convs[0] is nil: the stem
	closed atomic.Bool
}

// shared is a convolution that several extractors may have. The last one to be closed closes it.
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

// Options say what a recipe decides about a network.
type Options struct {
	// StemPadding is the padding of the first convolution; the others pad with zeros.
	StemPadding engine.Padding
	// Input is the preprocessing, used where the model states none of its own.
	Input engine.Preprocessing
	// Deepest is the last layer that will be tapped; convolutions behind it are not prepared.
	// The zero value prepares all that the model has.
	Deepest Layer
	// Like is another preparation of the same model on the same device, whose convolutions behind the
	// first are shared: preparations for other recipes then cost next to nothing. May be nil. It must be
	// open until New returns; after that the two may be closed in any order.
	Like *Extractor
}

// NetworkOf returns the architecture of a model with the widths and the depth that its parameters
// have, or an error where they are not those of a VGG.
func NetworkOf(m *weights.Model) (Network, error) {
	net := VGG16
	switch string(m.Architecture) {
	case VGG16.Name:
	case VGG19.Name:
		net = VGG19
	default:
		return Network{}, fmt.Errorf("network %s: architecture %q is not known; known are %s and %s",
			m.Name, m.Architecture, VGG16.Name, VGG19.Name)
	}
	table := net.table()
	if len(m.Convolutions) == 0 || len(m.Convolutions) > len(table) {
		return Network{}, fmt.Errorf("network %s: has %d convolutions, a %s has up to %d",
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
			return Network{}, fmt.Errorf("network %s: %s takes %d and gives %d channels with %d weights, want %d, %d and %d",
				m.Name, want.name(), c.In, c.Out, len(c.Weight), want.in, want.out, want.in*want.out*9)
		}
	}
	return net, nil
}

// New prepares a model's convolutions on a device. It fails where the model is not a VGG, does not have
// the deepest layer, or where the device has no memory for it.
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
	x := &Extractor{dev: dev, net: net, convs: make([]*shared, depth)}
	for i := range depth {
		if err := x.prepare(i, m, o); err != nil {
			return nil, errors.Join(fmt.Errorf("network %s: prepare %s: %w", m.Name, net.table()[i].name(), err), x.Close())
		}
	}
	return x, nil
}

// prepare puts the convolution at a position of the network on the device, or takes over Like's.
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

// Network returns the architecture.
func (x *Extractor) Network() Network { return x.net }

// Device returns the device that holds the parameters.
func (x *Extractor) Device() engine.Device { return x.dev }

// On returns the same network as another device sees it, one that passes operations on to x's own: to measure or to
// watch them. It is valid until x is closed; closing it does nothing.
func (x *Extractor) On(dev engine.Device) *Extractor {
	view := &Extractor{dev: dev, net: x.net, stem: x.stem, convs: x.convs}
	view.closed.Store(true)
	return view
}

// Bytes returns the memory that the parameters take on the device, with those that it shares.
func (x *Extractor) Bytes() int64 {
	bytes := x.stem.Bytes()
	for _, c := range x.convs[1:] {
		bytes += c.conv.Bytes()
	}
	return bytes
}

// Close gives back the memory of the parameters: at once, but for convolutions that other extractors have
// through Options.Like, which go with the last of them. No plan of the extractor may be used afterwards.
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
