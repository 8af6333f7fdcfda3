package transfer

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/recipe"
)

// Evaluation is a recipe's loss at a picture.
type Evaluation struct {
	Terms        []Term
	Total        float64
	Gradient     []float32 // of the total with respect to the picture, RGB in [0,1]; [3,H,W]
	GradientNorm float64   // Euclidean
	Notes        []string  // what a user should know, as in Plan.Notes
}

// AsGiven returns the inputs for evaluating a loss with every picture at its own size: nothing is resampled, and
// if settings differ by scale, those of the last scale apply.
func (in Inputs) AsGiven() (Inputs, error) {
	var err error
	if in.Recipe, err = in.Recipe.At(recipe.MaxScales-1, recipe.MaxScales); err != nil {
		return in, err
	}
	in.Size, in.Recipe.Style.Scale = 0, 1
	in.Recipe.Scales.Count, in.Recipe.Averaging = 1, 0
	in.Recipe.Optimizer = recipe.Usual(recipe.Descent) // it takes the least memory
	return in, nil
}

// SizeError reports that a picture does not have the required size.
type SizeError struct {
	Width, Height         int
	WantWidth, WantHeight int
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("the picture is %dx%d; the loss is computed at %dx%d", e.Width, e.Height, e.WantWidth, e.WantHeight)
}

// evaluate evaluates the loss of the scale at a picture, in an arena of its own.
func (sc *scale) evaluate(ctx context.Context, at *canvas.Picture) (*Evaluation, error) {
	if (size{at.Width, at.Height}) != sc.size {
		return nil, &SizeError{at.Width, at.Height, sc.size.width, sc.size.height}
	}
	if sc.in.colouring.own != nil {
		at = canvas.Grey().Apply(at)
	}
	arena, err := sc.dev.NewArena(sc.bytes)
	if err != nil {
		return nil, fmt.Errorf("allocate %d MiB of memory: %w", sc.bytes>>20, err)
	}
	e := &Evaluation{}
	o, err := sc.open(ctx, arena, nil)
	if err == nil {
		err = o.evaluateAt(ctx, at, e)
	}
	return e, errors.Join(err, o.close(), arena.Close())
}

// evaluateAt fills in the evaluation at a picture.
func (o *objective) evaluateAt(ctx context.Context, at *canvas.Picture, e *Evaluation) error {
	sc := o.scale
	if err := sc.dev.Write(o.image, at.Pix); err != nil {
		return err
	}
	if err := o.Evaluate(ctx); err != nil {
		return err
	}
	norm := engine.Scalar{Of: o.results, At: sc.results}
	if err := sc.dev.Dot(norm, o.gradient, o.gradient); err != nil {
		return err
	}
	results, err := o.read()
	if err != nil {
		return err
	}
	if e.Total, err = o.Value(results); err != nil {
		return err
	}
	o.settle(o.rows, e.Total)
	e.Terms, e.GradientNorm = o.rows, math.Sqrt(results[norm.At])
	e.Gradient = make([]float32, sc.size.numbers())
	return sc.dev.Read(e.Gradient, o.gradient)
}
