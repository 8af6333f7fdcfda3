// Package loss holds the terms of style transfer's loss, one a file: content and Gram losses after Gatys,
// Ecker and Bethge (2015, 2016), the Wasserstein distance, and total variation of the image.
//
// A [Term] sees the rows of the maps that it taps as they pass, forward, is solved once every row was seen,
// and adds its gradient on the way back. It states what it needs in one place: layers, bytes, work. F is
// a layer's map [C, N], N positions. A [StyleTerm] is taught what a [Learner] learned of paintings; which
// there are is the table of [Distances].
package loss

import (
	"context"
	"fmt"

	"github.com/impasto/impasto/engine"
)

// Tap is what a term, or a learner, does at one layer. The network calls it for every row of the layer's
// map once, top to bottom, in windows that start at multiples of engine.PieceRows (Reduce, forward) and
// engine.TileRows (AddGradient, backward). feature.Tap has the same methods.
type Tap interface {
	// Reduce sees rows of the layer's map.
	Reduce(src engine.Map, rows engine.Rows) error
	// AddGradient writes d value / d F of rows into dst, or with add adds it to what dst holds.
	AddGradient(dst, src engine.Map, rows engine.Rows, add bool) error
}

// Site is where a term lies: its place in an arena, its results, and the weights of positions.
type Site struct {
	Arena  engine.Arena
	Offset int64 // a multiple of engine.Alignment; Bytes() from here on belong to the term
	// Results hold what the term finds out, Scalars() of them from First on. Operations add to some, so
	// whoever evaluates sets all to zero before each evaluation (engine.Device.ResetScalars): one operation does
	// it for all terms.
	Results engine.Scalars
	First   int
	Planes  []engine.Plane // one a layer; nil, or nil entries: all positions count alike
}

// plane returns the weights at a layer of so many.
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

// Term is one part of the loss that reads feature maps, planned for maps of given shapes. Its life: what it
// needs is asked; Place; its target is set; then for each evaluation Reset, Reduce of every tap, Solve,
// AddGradient of every tap, and Value once the results are read; Close.
type Term interface {
	Layers() int      // how many layers it taps
	Tap(i int) Tap    // at its i-th layer; valid after Place
	Bytes() int64     // of the arena: state, target, stored maps or positions
	HostBytes() int64 // beside the arena
	// Work is what an evaluation takes without the network, in multiply-adds of direct convolution that the
	// device does meanwhile (engine.Costs). What is small beside the network counts as 0.
	Work() float64
	Scalars() int // how many results it has
	Place(Site) error
	Reset() error // forgets the last evaluation, but for Site.Results
	Solve() error // prepares results, and what the gradient needs, on the device: all rows have passed
	// Value is the term's part of the loss, with its coefficient, from all of Site.Results as they were read.
	Value(results []float64) (float64, error)
	// Weigh sets the coefficient, 1 at first: value and gradient are that times the term's own formula. It may
	// change between evaluations.
	Weigh(coefficient float64)
	Close() error // gives back what lies beside the arena
}

// ImageTerm is a part of the loss that reads the image itself. Its life is that of a [Term], but for an
// evaluation: Prepare, before the network's pass; Add, after it; Value once the results are read.
type ImageTerm interface {
	Bytes() int64
	HostBytes() int64
	Work() float64
	Scalars() int
	Place(Site) error
	// Prepare may use scratch memory that the network's pass overwrites.
	Prepare(ctx context.Context, image engine.Image) error
	// Add adds the gradient at image to gradient.
	Add(image, gradient engine.Image) error
	Value(results []float64) (float64, error)
	Weigh(coefficient float64)
	Close() error
}

// StyleTerm is a term whose target is learned from paintings.
type StyleTerm interface {
	Term
	// Teach sets the target: the blend of lessons with shares, which are not negative and not all zero. It is
	// called after Place, and may be called again between evaluations. The lessons are of the same kind,
	// layers and channels as the term's distance learns.
	Teach(lessons []Lesson, shares []float64) error
}

// Lesson is what a distance has learned of one painting at its layers. It is immutable, on the host, and
// may be shared and kept.
type Lesson interface {
	Bytes() int64 // of the host's memory
}

// Learner takes a lesson while a painting passes through the network, forward only: Place; Reset; Reduce of
// every tap; Lesson. Its taps have no gradient.
type Learner interface {
	Bytes() int64     // of the arena
	Place(Site) error // Results are not used
	Tap(i int) Tap    // valid after Place
	Reset() error
	Lesson() (Lesson, error)
}
