package loss

import (
	"fmt"

	"github.com/impasto/impasto/engine"
)

// Normalization is how a Gram loss divides. With the Gram matrices G = F F^T of the result (N
// positions) and A of the painting (M positions), each divided by its own number of positions so that
// pictures of different sizes compare, and C channels:
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

// Gram is the style loss of one layer: the distance of its Gram matrix from a painting's.
//
//	value = weight * E, gradient = w (4 weight k / W) (G/W - A/M) F,
//
// with E and k by the normalisation, and W = sum w(p), which is N without weights: equations 4 to 6 of
// Gatys et al. 2015.
type Gram struct {
	dev     engine.Device
	moments engine.Moments
	affine  engine.Affine
	plane   engine.Plane
	target  []float64 // A/M, [C,C]
	scale   float64   // weight * k
}

// NewGram makes the term for a painting's statistics. Plane may be nil: all positions count alike.
func NewGram(dev engine.Device, painting engine.Statistics, plane engine.Plane, n Normalization, weight float64) *Gram {
	c := len(painting.Sum)
	g := &Gram{
		dev: dev, moments: dev.NewMoments(c), affine: dev.NewAffine(c), plane: plane,
		target: make([]float64, c*c),
		scale:  weight * n.factor(c),
	}
	for i, v := range painting.Gram {
		g.target[i] = v / painting.Weight
	}
	return g
}

// Reset forgets what was seen.
func (g *Gram) Reset() { g.dev.ResetMoments(g.moments) }

// Reduce adds rows of F to the Gram matrix.
func (g *Gram) Reduce(src engine.Map, rows engine.Rows) {
	g.dev.AddMoments(engine.AddMoments{Moments: g.moments, Src: src, Weight: g.plane, Rows: rows})
}

// Solve returns the value.
func (g *Gram) Solve() (float64, error) {
	distance, weight := g.dev.MomentDistance(engine.MomentDistance{Moments: g.moments, Target: g.target, Affine: g.affine, Scale: 4 * g.scale})
	if weight <= 0 {
		return 0, fmt.Errorf("style loss: the mask leaves no position")
	}
	return g.scale * distance, nil
}

// AddGradient writes or adds the gradient by rows of F.
func (g *Gram) AddGradient(dst, src engine.Map, rows engine.Rows, add bool) {
	g.dev.AddAffine(engine.AddAffine{Affine: g.affine, Src: src, Weight: g.plane, Rows: rows, Dst: dst, Add: add})
}
