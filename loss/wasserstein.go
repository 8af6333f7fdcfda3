package loss

import (
	"github.com/impasto/impasto/engine"
)

// Wasserstein is the style loss of one layer as a distance of distributions: the squared 2-Wasserstein
// distance between the normal distributions that have the mean m and the covariance S of the layer's
// features and m* and S* of a painting's, over the number C of channels:
//
//	value = coefficient / C (sum (m - m*)^2 + tr S + tr S* - 2 tr (S*^1/2 S S*^1/2)^1/2),
//	gradient = 2 coefficient / (C W) w (m - m* + (I - T)(F - m)),
//
// as [engine.Transport] defines them. It is a [StyleTerm] that learns [Moments].
type Wasserstein struct {
	compared
	kind     engine.CouplingKind
	coupling engine.Coupling // to the painting; nil before the term is taught
}

var (
	_ = register(wasserstein("wasserstein", engine.ExactCoupling))
	_ = register(wasserstein("wasserstein-truncated", engine.TruncatedCoupling))
)

// wasserstein returns the row of the table for a kind.
func wasserstein(name string, kind engine.CouplingKind) Distance {
	return Distance{
		Name:   name,
		Learns: learnsMoments,
		New: func(dev engine.Device, shapes []engine.Shape, _ Options) StyleTerm {
			return NewWasserstein(dev, single(shapes), kind)
		},
		Learner: func(dev engine.Device, shapes []engine.Shape) Learner { return NewObserver(dev, shapes...) },
	}
}

// NewWasserstein returns the term for maps of the given shape.
func NewWasserstein(dev engine.Device, shape engine.Shape, kind engine.CouplingKind) *Wasserstein {
	return &Wasserstein{compared: newCompared(dev, shape), kind: kind}
}

// Tap returns the term itself.
func (w *Wasserstein) Tap(int) Tap { return w }

// HostBytes returns the size of the coupling.
func (w *Wasserstein) HostBytes() int64 { return w.dev.CouplingBytes(w.shape.Channels, w.kind) }

// Work returns the cost of the matrix roots.
func (w *Wasserstein) Work() float64 {
	c := float64(w.shape.Channels)
	return w.dev.Costs().Coupling[w.kind] * c * c * c
}

// Teach prepares the transport to the distribution of the [Blend] of the lessons.
func (w *Wasserstein) Teach(lessons []Lesson, shares []float64) error {
	if err := w.Close(); err != nil {
		return err
	}
	// The painting's moments are read once, so they may occupy the memory of the image's.
	err := w.dev.WriteMoments(w.moments, blend(lessons, shares))
	if err != nil {
		return err
	}
	positions := 0 // unknown, since a mask may exclude any number
	if w.plane == nil {
		positions = w.shape.Positions()
	}
	coupling, err := w.dev.NewCoupling(w.moments, w.kind, positions)
	if err != nil {
		return err
	}
	w.coupling = coupling
	return w.Reset()
}

// Solve computes the distance.
func (w *Wasserstein) Solve() error {
	return w.dev.Transport(engine.Transport{Moments: w.moments, Coupling: w.coupling, Affine: w.affine,
		Scale: 2 * w.factor(), Distance: w.distance, Weight: w.weight})
}

// factor is the factor of the distance.
func (w *Wasserstein) factor() float64 { return w.coefficient / float64(w.shape.Channels) }

// Value returns the term's part of the loss, or ErrNoPosition.
func (w *Wasserstein) Value(results []float64) (float64, error) { return w.value(results, w.factor()) }

// Close releases the coupling. The term may be taught again.
func (w *Wasserstein) Close() error {
	if w.coupling == nil {
		return nil
	}
	coupling := w.coupling
	w.coupling = nil
	return coupling.Close()
}
