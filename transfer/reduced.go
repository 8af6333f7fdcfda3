package transfer

import (
	"context"
	"errors"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/loss"
)

// reduced is the loss of the picture reduced to a coarser scale, content, style and total variation together: a
// term over the image. A print that also lowers this loss keeps the look of the smaller picture.
type reduced struct {
	*objective
	dev        engine.Device
	weight     float64
	resampler  engine.Resampler
	correction engine.Image // added to the print's gradient
}

// newReduced returns the term for a scale. The correction lies in the scratch memory, where the network's
// maps are no longer needed when it is added.
func newReduced(sc *scale, arena engine.Arena) (*reduced, error) {
	from, to := sc.size, sc.reduced.size
	resampler, err := sc.dev.NewResampler(resampling(from, to))
	if err != nil {
		return nil, err
	}
	return &reduced{objective: sc.reduced.place(arena), dev: sc.dev, resampler: resampler,
		correction: arena.Image(sc.scratch, from.height, from.width)}, nil
}

// resampling is canvas.Resize with the Lanczos filter, as devices implement it.
func resampling(from, to size) engine.Resampling {
	lanczos := func(n, m int) engine.Taps {
		t := canvas.Lanczos.Taps(n, m)
		return engine.Taps{First: t.First, Width: t.Width, Weights: t.Weights}
	}
	return engine.Resampling{Height: from.height, Width: from.width, ToHeight: to.height, ToWidth: to.width,
		Across: lanczos(from.width, to.width), Down: lanczos(from.height, to.height)}
}

// Bytes is zero: the reduced scale is a part of the scale's own layout.
func (r *reduced) Bytes() int64 { return 0 }

// HostBytes is zero, as Bytes is.
func (r *reduced) HostBytes() int64 { return 0 }

// Work is zero, as Bytes is.
func (r *reduced) Work() float64 { return 0 }

// Scalars is zero, as Bytes is.
func (r *reduced) Scalars() int { return 0 }

// Place does nothing: the reduced scale has been placed.
func (r *reduced) Place(loss.Site) error { return nil }

// Prepare evaluates the loss of the reduced picture and its gradient there.
func (r *reduced) Prepare(ctx context.Context, image engine.Image) error {
	if err := r.dev.Resample(engine.Resample{Resampler: r.resampler, Src: image, Dst: r.image}); err != nil {
		return err
	}
	return r.objective.evaluate(ctx)
}

// Add passes that gradient back to the picture's own size.
func (r *reduced) Add(image, gradient engine.Image) error {
	if err := r.dev.ResampleBackward(engine.ResampleBackward{Resampler: r.resampler, Src: image, Resampled: r.image,
		Gradient: r.gradient, Dst: r.correction}); err != nil {
		return err
	}
	return r.dev.Axpy(gradient, float32(r.weight), r.correction)
}

// Value returns the weighted loss.
func (r *reduced) Value(results []float64) (float64, error) {
	total, err := r.objective.Value(results)
	if err != nil {
		return 0, err
	}
	r.settle(r.rows, total)
	return r.weight * total, nil
}

// Weigh sets the weight of the term. Its own terms are weighed when they are made.
func (r *reduced) Weigh(coefficient float64) { r.weight = coefficient }

// Close releases what the term keeps outside the arena.
func (r *reduced) Close() error {
	return errors.Join(r.objective.close(), r.resampler.Close())
}
