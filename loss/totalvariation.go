package loss

import (
	"context"

	"github.com/impasto/impasto/engine"
)

// TotalVariation is a weighted total variation of the image itself, which keeps it from speckling
// (Mahendran and Vedaldi 2015, section 3). It is an [ImageTerm].
//
// For a variation defined on a range of 0..255, weigh by 255 (L1) or 255^2 (squares).
type TotalVariation struct {
	dev         engine.Device
	kind        engine.TotalVariation
	coefficient float64
	sum         engine.Scalar
}

// NewTotalVariation returns the term.
func NewTotalVariation(dev engine.Device, kind engine.TotalVariation) *TotalVariation {
	return &TotalVariation{dev: dev, kind: kind, coefficient: 1}
}

// Bytes returns 0.
func (v *TotalVariation) Bytes() int64 { return 0 }

// HostBytes returns 0.
func (v *TotalVariation) HostBytes() int64 { return 0 }

// Work returns 0.
func (v *TotalVariation) Work() float64 { return 0 }

// Scalars returns 1: the weighted variation.
func (v *TotalVariation) Scalars() int { return 1 }

// Place records where the result goes.
func (v *TotalVariation) Place(s Site) error {
	v.sum = s.result(0)
	return nil
}

// Prepare does nothing.
func (v *TotalVariation) Prepare(context.Context, engine.Image) error { return nil }

// Add adds the variation of image to the result and its gradient to gradient, which may be nil.
func (v *TotalVariation) Add(image, gradient engine.Image) error {
	return v.dev.AddTotalVariation(engine.AddTotalVariation{Kind: v.kind, Image: image, Scale: v.coefficient, Sum: v.sum, Gradient: gradient})
}

// Value returns the weighted variation.
func (v *TotalVariation) Value(results []float64) (float64, error) { return results[v.sum.At], nil }

// Weigh sets the coefficient.
func (v *TotalVariation) Weigh(coefficient float64) { v.coefficient = coefficient }

// Close does nothing.
func (v *TotalVariation) Close() error { return nil }
