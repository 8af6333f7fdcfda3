package study

import (
	"context"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/transfer"
)

// Loss is the loss of a recipe for a photograph and paintings.
type Loss struct {
	Model *impasto.Model
	Photo *canvas.Picture
	Style *impasto.Style // may be nil if the style has no weight
	// Options are those of the run whose loss this is, at its last scale.
	Options impasto.Options
	// AsGiven uses every picture at its own size and the recipe's weights unchanged instead. See
	// impasto.Model.PlanAsGiven.
	AsGiven bool
}

// Evaluate returns every term of the loss at a picture, and the gradient.
func (l *Loss) Evaluate(ctx context.Context, at *canvas.Picture) (*transfer.Evaluation, error) {
	plan, err := l.plan()
	if err != nil {
		return nil, err
	}
	return plan.Evaluate(ctx, at)
}

func (l *Loss) plan() (*impasto.Plan, error) {
	if l.AsGiven {
		return l.Model.PlanAsGiven(l.Photo, l.Style, l.Options)
	}
	return l.Model.Plan(l.Photo, l.Style, l.Options)
}

// exact returns the loss with its terms weighted as in its plan.
func (l *Loss) exact(plan *impasto.Plan) *Loss {
	same := *l
	same.Options.Recipe, same.Options.Exact = plan.Recipe(), true
	return &same
}

// last is exact with the last scale only, so that the others need not be planned. It has no reduced loss.
func (l *Loss) last(plan *impasto.Plan) (*Loss, error) {
	one := l.exact(plan)
	if l.AsGiven {
		return one, nil
	}
	n := len(plan.Scales())
	at, err := one.Options.Recipe.At(n-1, n)
	if err != nil {
		return nil, err
	}
	if at.Scales.Count != 1 { // with one scale and no size, paintings would keep their own sizes
		at.Scales.Count = 1
		one.Options.Size, one.Options.Enlarge = max(plan.Size()), true
	}
	one.Options.Recipe = at
	return one, nil
}
