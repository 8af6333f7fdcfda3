// Package loss holds the terms of the loss of style transfer, one per file: content and Gram losses after Gatys,
// Ecker and Bethge (2015, 2016), the Wasserstein distance, and total variation of the image.
//
// A [Term] receives the rows of the maps that it taps in the forward pass, is solved after the last row, and
// adds its gradient in the backward pass. It states its needs in one place: layers, bytes, work. F is
// a layer's map [C, N], N positions. A [StyleTerm] is taught what a [Learner] learned from paintings; the table
// of [Distances] lists them.
package loss

import (
	"context"
	"fmt"

	"github.com/impasto/impasto/engine"
)

// Tap is the part of a term, or of a learner, at one layer. The network calls it once for every row of the
// layer's map, top to bottom, in windows that start at multiples of engine.PieceRows (Reduce, forward) and
// engine.TileRows (AddGradient, backward). feature.Tap has the same methods.
type Tap interface {
	// Reduce receives rows of the layer's map.
	Reduce(src engine.Map, rows engine.Rows) error
	// AddGradient writes d value / d F of rows into dst, or adds it if add is set.
	AddGradient(dst, src engine.Map, rows engine.Rows, add bool) error
}

// Site is the place of a term: its part of an arena, its results, and the weights of positions.
type Site struct {
	Arena  engine.Arena
	Offset int64 // a multiple of engine.Alignment; Bytes() bytes from here belong to the term
	// Results hold the results of the term, Scalars() of them starting at First. Operations add to some of them,
	// so all must be set to zero before each evaluation (engine.Device.ResetScalars); a single operation does
	// this for all terms.
	Results engine.Scalars
	First   int
	Planes  []engine.Plane // one per layer; nil, or a nil entry: all positions have equal weight
}

// plane returns the weights at layer i of the given number.
func (s *Site) plane(i, layers int) engine.Plane {
	if s.Planes == nil {
		return nil
	}
	if len(s.Planes) != layers {
		panic(fmt.Sprintf("loss: %d planes for %d layers", len(s.Planes), layers))
	}
	return s.Planes[i]
}

// result returns the i-th of the term's results.
func (s *Site) result(i int) engine.Scalar { return engine.Scalar{Of: s.Results, At: s.First + i} }

// Term is one part of the loss that reads feature maps, planned for maps of given shapes. First its needs are
// read; then come Place and the target; then for each evaluation Reset, Reduce of every tap, Solve,
// AddGradient of every tap, and Value once the results have been read; finally Close.
type Term interface {
	Layers() int      // number of layers tapped
	Tap(i int) Tap    // at its i-th layer; valid after Place
	Bytes() int64     // of the arena: state, target, stored maps or positions
	HostBytes() int64 // outside the arena
	// Work is the cost of an evaluation without the network, as the number of multiply-adds of direct convolution
	// that the device performs in the same time (engine.Costs). Costs that are small beside the network's count as 0.
	Work() float64
	Scalars() int // number of results
	Place(Site) error
	Reset() error // clears the state of the last evaluation, except Site.Results
	Solve() error // computes, on the device, the results and what the gradient needs; all rows have passed
	// Value returns the term's part of the loss, including its coefficient, from all of Site.Results.
	Value(results []float64) (float64, error)
	// Weigh sets the coefficient, initially 1, which multiplies the value and the gradient of the term's formula.
	// It may be called between evaluations.
	Weigh(coefficient float64)
	Close() error // releases what lies outside the arena
}

// ImageTerm is a part of the loss that reads the image itself. Its life is that of a [Term], except that an
// evaluation is Prepare, before the network's pass; Add, after it; and Value once the results have been read.
type ImageTerm interface {
	Bytes() int64
	HostBytes() int64
	Work() float64
	Scalars() int
	Place(Site) error
	// Prepare may use scratch memory that the network's pass overwrites.
	Prepare(ctx context.Context, image engine.Image) error
	// Add adds the gradient with respect to image to gradient.
	Add(image, gradient engine.Image) error
	Value(results []float64) (float64, error)
	Weigh(coefficient float64)
	Close() error
}

// StyleTerm is a term whose target is learned from paintings.
type StyleTerm interface {
	Term
	// Teach sets the target to the blend of lessons with the given shares, which must not be negative, nor all
	// zero. It must be called after Place, and may be called again between evaluations. The lessons must have
	// the kind, the layers and the channels of the term's distance.
	Teach(lessons []Lesson, shares []float64) error
}

// Lesson is what a distance learned from one painting at its layers. It is immutable, on the host, and
// may be shared and kept.
type Lesson interface {
	Bytes() int64 // in the host's memory
}

// Learner learns a lesson while a painting passes through the network, forward only: Place; Reset; Reduce of
// every tap; Lesson. Its taps have no gradient.
type Learner interface {
	Bytes() int64     // of the arena
	Place(Site) error // Results is not used
	Tap(i int) Tap    // valid after Place
	Reset() error
	Lesson() (Lesson, error)
}
