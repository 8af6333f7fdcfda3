package feature

import (
	"fmt"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/weights"
)

// Extractor is a network with its parameters on a device. It is immutable and may be shared by any
// number of plans.
type Extractor struct {
	dev   engine.Device
	net   Network
	stem  engine.Stem
	convs []engine.Convolution // convs[0] is nil: the stem
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
	// first are shared: preparations for other recipes then cost next to nothing. May be nil.
	Like *Extractor
}

// NetworkOf returns the architecture of a model with the widths and the depth that its parameters
// have, or an error where they are no VGG.
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

// New prepares a model's convolutions on a device.
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
	pre := o.Input
	if m.Input.Stated {
		pre = engine.Preprocessing{Matrix: m.Input.Matrix, Offset: m.Input.Offset}
	}
	x := &Extractor{dev: dev, net: net, convs: make([]engine.Convolution, depth)}
	for i, c := range m.Convolutions[:depth] {
		if i == 0 {
			x.stem = dev.NewStem(c.Out, c.Weight, c.Bias, pre, o.StemPadding)
			continue
		}
		if o.Like != nil && i < len(o.Like.convs) {
			x.convs[i] = o.Like.convs[i]
			continue
		}
		x.convs[i] = dev.NewConvolution(c.In, c.Out, c.Weight, c.Bias, engine.PadZero)
	}
	return x, nil
}

// Network returns the architecture.
func (x *Extractor) Network() Network { return x.net }

// Device returns the device that holds the parameters.
func (x *Extractor) Device() engine.Device { return x.dev }

// Bytes returns the memory that the parameters take on the device.
func (x *Extractor) Bytes() int64 {
	bytes := x.stem.Bytes()
	for _, c := range x.convs[1:] {
		bytes += c.Bytes()
	}
	return bytes
}
