package critic

import (
	"slices"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/transfer"
)

// convention is how a program computes the loss: what a recipe says, or what a mistake makes of it.
type convention struct {
	lens           lens
	content, style []tapped
	contentForm    contentForm
	gramForm       gramForm
	layout         layout
	gram           bool // or a Wasserstein distance, which has no forms
	alpha, beta    float64
	totalVariation engine.TotalVariation
	gamma          float64 // with the range of pixels in it; 0 is no total variation
	reading        reading
}

// lens is how a program sees the pictures. The zero value sees them as the recipe does.
type lens struct {
	input   int  // of search.inputs
	pooling bool // the other one
	padding bool // zeros at the first convolution, or a replicated border where zeros are meant
	resize  resize
}

// mistakes counts them.
func (l lens) mistakes() (n int) {
	for _, wrong := range [...]bool{l.input != 0, l.pooling, l.padding, l.resize != ownSize} {
		if wrong {
			n++
		}
	}
	return n
}

// resize is what was done to the painting.
type resize uint8

const (
	ownSize resize = iota
	photoBilinear
	photoLanczos
)

// reading is what a gradient is taken by.
type reading uint8

const (
	byUnit     reading = iota // RGB in [0,1]
	byRange                   // in 0..255
	byReversed                // B, G, R
	byInput                   // what the network reads
)

// tapped is a layer of a loss under the name that its term goes by.
type tapped struct {
	layer  feature.Layer
	name   string
	weight float64
}

// contentForm is factor times the squared distance, divided.
type contentForm struct {
	factor  float64
	divisor divisor
}

// gramForm is factor times the squared distance of Gram matrices, each divided by divisor, and outside.
type gramForm struct {
	divisor divisor
	outside divisor
	factor  float64
	matched bool // the painting's matrix is brought to the picture's number of positions first
}

// divisor is what something is divided by. C are channels and N positions.
type divisor uint8

const (
	byNothing divisor = iota
	byPositions
	byChannels
	byElements
	byMatrix  // C^2, the mean over a matrix
	byPaper   // C^2 N^2
	byPicture // the same with the picture's three channels and its pixels, as in Keras' example
)

// dimensions are what divisors are made of.
type dimensions struct {
	channels, positions float64 // of a layer
	side                float64 // of its Gram matrix: the channels, but for a slip
	pixels              float64 // of the picture
}

func (d divisor) of(x dimensions) float64 {
	c, n := x.channels, x.positions
	return [...]float64{byNothing: 1, byPositions: n, byChannels: c, byElements: c * n, byMatrix: x.side * x.side,
		byPaper: c * c * n * n, byPicture: 9 * x.pixels * x.pixels}[d]
}

func (c convention) clone() convention {
	c.content, c.style = slices.Clone(c.content), slices.Clone(c.style)
	return c
}

// across returns the convention with all layers on the other side of their ReLU.
func (c *convention) across() *convention {
	other := c.clone()
	for _, layers := range [...][]tapped{other.content, other.style} {
		for i := range layers {
			layers[i].layer = across(layers[i].layer)
		}
	}
	return &other
}

// differs counts the layers that another convention reads in place of c's.
func (c *convention) differs(other *convention) (n int) {
	for i, l := range c.content {
		if other.content[i].layer != l.layer {
			n++
		}
	}
	for i, l := range c.style {
		if other.style[i].layer != l.layer {
			n++
		}
	}
	return n
}

// basis is a number that terms are made of, and its gradient: features are read once, and conventions
// only combine what was read. Gram matrices are per position, g = G/N and a = A/M.
type basis struct {
	kind   basisKind
	layer  feature.Layer
	layout layout // of a Gram matrix
}

type basisKind uint8

const (
	contentDistance basisKind = iota // sum (F-P)^2
	gramDistance                     // sum (g-a)^2
	gramSquare                       // sum g^2
	paintingSquare                   // sum a^2, a constant
	transport                        // the recipe's Wasserstein distance
	totalVariation                   // of the kind that is the layer's index
)

// part is a basis with its coefficient.
type part struct {
	basis
	by float64
}

// summand is a term of the loss as a combination.
type summand struct {
	kind  transfer.Kind
	layer string
	parts []part
}

// shapes are those of a layer in the picture and in the painting.
type shapes struct {
	picture, painting func(feature.Layer) engine.Shape
	pixels            int
}

// summands writes a convention's loss in terms of bases.
func (c *convention) summands(in shapes) []summand {
	var all []summand
	for _, l := range c.content {
		by := c.alpha * l.weight * c.contentForm.factor / c.contentForm.divisor.of(dimensionsOf(in.picture(l.layer), asRead, in.pixels))
		all = append(all, summand{transfer.ContentTerm, l.name, []part{{basis{kind: contentDistance, layer: l.layer}, by}}})
	}
	for _, l := range c.style {
		s := summand{kind: transfer.StyleTerm, layer: l.name}
		if c.gram {
			s.parts = c.gramParts(l, in)
		} else {
			s.parts = []part{{basis{kind: transport, layer: l.layer}, c.beta * l.weight}}
		}
		all = append(all, s)
	}
	if c.gamma != 0 {
		all = append(all, summand{kind: transfer.TotalVariationTerm, parts: []part{{variationBasis(c.totalVariation), c.gamma}}})
	}
	return all
}

func dimensionsOf(s engine.Shape, l layout, pixels int) dimensions {
	return dimensions{float64(s.Channels), float64(s.Positions()), float64(l.side(s)), float64(pixels)}
}

// variationBasis is a form of total variation, which has no layer.
func variationBasis(kind engine.TotalVariation) basis {
	return basis{kind: totalVariation, layer: feature.Layer{Index: int(kind)}}
}

// gramParts expands k sum (p g - q a)^2 = k (p q sum (g-a)^2 + p (p-q) sum g^2 + q (q-p) sum a^2).
func (c *convention) gramParts(l tapped, in shapes) []part {
	f := c.gramForm
	picture := dimensionsOf(in.picture(l.layer), c.layout, in.pixels)
	painting := dimensionsOf(in.painting(l.layer), c.layout, in.pixels)
	p, q := picture.positions/f.divisor.of(picture), painting.positions/f.divisor.of(painting)
	if f.matched {
		q = p
	}
	of := func(kind basisKind) basis { return basis{kind, l.layer, c.layout} }
	k := c.beta * l.weight * f.factor / f.outside.of(picture)
	parts := []part{{of(gramDistance), k * p * q}}
	if p != q {
		parts = append(parts, part{of(gramSquare), k * p * (p - q)}, part{of(paintingSquare), k * q * (q - p)})
	}
	return parts
}
