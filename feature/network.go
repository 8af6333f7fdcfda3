// Package feature runs a frozen VGG network (Simonyan and Zisserman 2015) forward, and backward to its
// input only, in bands of rows, for losses that tap named layers.
//
// A feature map F_l of Gatys et al. is a Map of package engine. No complete map need exist at any time: a
// [Tap] sees rows as they pass, forward and backward, and the memory plan decides what is kept.
package feature

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/internal/spelling"
)

// blocks is the number of blocks of any VGG: runs of convolutions, each followed by a pooling.
const blocks = 5

// Network is a VGG architecture: the number of convolutions of each block and their width.
type Network struct {
	Name         string
	Convolutions [blocks]int
	Channels     [blocks]int
	// Depth is the number of convolutions that have parameters; 0 means all.
	// The built-in network ends at relu5_1.
	Depth int
}

// The architectures of Simonyan and Zisserman 2015, table 1, columns D and E.
var (
	VGG16 = Network{Name: "vgg16", Convolutions: [blocks]int{2, 2, 3, 3, 3}, Channels: [blocks]int{64, 128, 256, 512, 512}}
	VGG19 = Network{Name: "vgg19", Convolutions: [blocks]int{2, 2, 4, 4, 4}, Channels: [blocks]int{64, 128, 256, 512, 512}}
)

// Kind is the kind of a layer.
type Kind uint8

// The kinds of layers: a convolution before its ReLU, the ReLU after it, the pooling that ends a block.
const (
	Conv Kind = iota
	ReLU
	Pool
)

var kindNames = [...]string{Conv: "conv", ReLU: "relu", Pool: "pool"}

// Layer identifies a place in a network where a loss can tap it, such as relu4_2: kind ReLU, block 4,
// convolution 2. A Pool has no convolution number.
type Layer struct {
	Kind         Kind
	Block, Index int // both count from 1
}

// String returns the usual name of the layer: "conv1_1", "relu1_1", "pool1".
func (l Layer) String() string {
	if l.Kind == Pool {
		return "pool" + strconv.Itoa(l.Block)
	}
	return fmt.Sprintf("%s%d_%d", kindNames[l.Kind], l.Block, l.Index)
}

// Layers returns the layers that have parameters, in the order of the data flow.
func (n *Network) Layers() []Layer {
	var layers []Layer
	for _, l := range n.published() {
		if n.Depth == 0 || n.position(l) < n.Depth {
			layers = append(layers, l)
		}
	}
	return layers
}

// published returns all layers of the architecture.
func (n *Network) published() []Layer {
	var layers []Layer
	for b := range blocks {
		for i := range n.Convolutions[b] {
			layers = append(layers, Layer{Conv, b + 1, i + 1}, Layer{ReLU, b + 1, i + 1})
		}
		layers = append(layers, Layer{Pool, b + 1, 0})
	}
	return layers
}

// Layer returns the layer with the given name, or an *UnknownLayerError.
func (n *Network) Layer(name string) (Layer, error) {
	layers := n.Layers()
	for _, l := range layers {
		if l.String() == name {
			return l, nil
		}
	}
	e := &UnknownLayerError{Name: name, Network: n.Name, Last: layers[len(layers)-1]}
	for _, l := range n.published() {
		if l.String() == name {
			return Layer{}, e
		}
	}
	names := make([]string, len(layers))
	for i, l := range layers {
		names[i] = l.String()
	}
	e.Near = spelling.Nearest(name, names, 3)
	return Layer{}, e
}

// UnknownLayerError reports that a network has no layer of a name, or no parameters for it.
type UnknownLayerError struct {
	Name    string   // as given
	Network string   // name of the architecture
	Last    Layer    // the last layer that has parameters
	Near    []string // similar names; none if the layer lies beyond Last
}

// Error names the last layer, or similar names.
func (e *UnknownLayerError) Error() string {
	if e.Near == nil {
		return fmt.Sprintf("layer %s: the parameters of this %s end at %v", e.Name, e.Network, e.Last)
	}
	return fmt.Sprintf("unknown layer %q of %s; similar names: %s", e.Name, e.Network, strings.Join(e.Near, ", "))
}

// Shape returns the shape of the layer's map for an image of the given size.
func (n *Network) Shape(l Layer, height, width int) engine.Shape {
	shift := l.Block - 1
	if l.Kind == Pool {
		shift = l.Block
	}
	return engine.Shape{Channels: n.Channels[l.Block-1], Height: height >> shift, Width: width >> shift}
}

// MinSize returns the least height or width of an image for which the layer has a position.
func (l Layer) MinSize() int {
	if l.Kind == Pool {
		return 1 << l.Block
	}
	return 1 << (l.Block - 1)
}

// position returns the index, from 0, of the convolution that the layer is or follows.
func (n *Network) position(l Layer) int {
	p := 0
	for b := range l.Block - 1 {
		p += n.Convolutions[b]
	}
	if l.Kind == Pool {
		return p + n.Convolutions[l.Block-1] - 1
	}
	return p + l.Index - 1
}

// convolution is a row of the network's table of convolutions.
type convolution struct {
	block, index int // from 1
	in, out      int
}

func (c convolution) name() string { return Layer{Conv, c.block, c.index}.String() }

// table lists the convolutions in order.
func (n *Network) table() []convolution {
	var t []convolution
	in := 3
	for b := range blocks {
		for i := range n.Convolutions[b] {
			t = append(t, convolution{b + 1, i + 1, in, n.Channels[b]})
			in = n.Channels[b]
		}
	}
	return t
}
