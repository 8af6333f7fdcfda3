package loss

import (
	"fmt"

	"github.com/impasto/impasto/engine"
)

// Normalization is the normalisation of a Gram loss. With the Gram matrices G = F F^T of the result (N
// positions) and A of the painting (M positions), each divided by its own number of positions so that
// pictures of different sizes can be compared, and C channels, it is one of the forms below.
type Normalization uint8

const (
	// Textbook is equation 4 of Gatys et al. 2015, E = 1/(4 C^2 N^2) sum (G - N/M A)^2.
	// (The paper's N_l is our C, its M_l our N.)
	Textbook Normalization = iota
	// Mean is 1/C^2 sum (G/N - A/M)^2, as in Gatys' own program.
	Mean
	// MeanElement is 1/C^2 sum (G/(C N) - A/(C M))^2, as in neural-style and PyTorch's tutorial.
	MeanElement
	// SumElement is sum (G/(C N) - A/(C M))^2.
	SumElement
)

// String returns "textbook", "mean", "mean-element" or "sum-element".
func (n Normalization) String() string {
	switch n {
	case Textbook:
		return "textbook"
	case Mean:
		return "mean"
	case MeanElement:
		return "mean-element"
	case SumElement:
		return "sum-element"
	}
	return fmt.Sprintf("Normalization(%d)", uint8(n))
}

// factor returns k in E = k sum (G/N - A/M)^2 for C channels.
func (n Normalization) factor(channels int) float64 {
	c2 := float64(channels) * float64(channels)
	switch n {
	case Textbook:
		return 1 / (4 * c2)
	case Mean:
		return 1 / c2
	case MeanElement:
		return 1 / (c2 * c2)
	case SumElement:
		return 1 / c2
	}
	panic("loss: unknown " + n.String())
}

// Gram is the style loss of one layer: the distance between its Gram matrix and a painting's.
//
//	value = coefficient * E, gradient = w (4 coefficient k / W) (G/W - A/M) F,
//
// with E and k by the normalisation, and W = sum w(p), which is N without weights: equations 4 to 6 of
// Gatys et al. 2015. It is a [StyleTerm] that learns [Moments].
type Gram struct {
	compared
	painting      engine.Moments
	normalization Normalization
}

var _ = register(Distance{
	Name:   "gram",
	Learns: learnsMoments,
	New: func(dev engine.Device, shapes []engine.Shape, o Options) StyleTerm {
		return NewGram(dev, single(shapes), o.Normalization)
	},
	Learner: func(dev engine.Device, shapes []engine.Shape) Learner { return NewObserver(dev, shapes...) },
})

// NewGram returns the term for maps of the given shape.
func NewGram(dev engine.Device, shape engine.Shape, n Normalization) *Gram {
	return &Gram{compared: newCompared(dev, shape), normalization: n}
}

// Tap returns the term itself.
func (g *Gram) Tap(int) Tap { return g }

// Bytes returns the size of the moments of image and painting and of the gradient's map.
func (g *Gram) Bytes() int64 {
	return g.compared.Bytes() + engine.Align(g.dev.MomentsBytes(g.shape.Channels))
}

// Place puts them into the site.
func (g *Gram) Place(s Site) error {
	g.painting = s.Arena.Moments(s.Offset+g.compared.Bytes(), g.shape.Channels)
	return g.compared.Place(s)
}

// Teach sets A/M to the [Blend] of the lessons.
func (g *Gram) Teach(lessons []Lesson, shares []float64) error {
	return g.dev.WriteMoments(g.painting, blend(lessons, shares))
}

// scale is the factor of the squared distance between G/W and A/M.
func (g *Gram) scale() float64 { return g.coefficient * g.normalization.factor(g.shape.Channels) }

// Solve computes the distance of the moments.
func (g *Gram) Solve() error {
	return g.dev.MomentDistance(engine.MomentDistance{Moments: g.moments, Painting: g.painting, Affine: g.affine,
		Scale: 4 * g.scale(), Distance: g.distance, Weight: g.weight})
}

// Value returns the term's part of the loss, or ErrNoPosition.
func (g *Gram) Value(results []float64) (float64, error) { return g.value(results, g.scale()) }
