package transfer

import (
	"context"
	"errors"
	"slices"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/optim"
	"github.com/impasto/impasto/recipe"
)

// adopt switches to another layout of the same scales, which fits the arena. If the current scale needs the same
// terms, layers and memory as before, only the coefficients and targets of the terms change; otherwise the scale is
// set aside and starts again at its picture. So it is if an error interrupts the change, which has then been made.
// An error before that leaves everything as it was. The returned step describes the effect on the rule.
func (e *easel) adopt(ctx context.Context, next *layout) (optim.Step, error) {
	if e.live == nil {
		e.layout = next
		return optim.Step{}, nil
	}
	before, after := e.live.scale, next.scales[e.index]
	if !before.sameShape(after) {
		err := e.setAside()
		if err == nil {
			e.layout = next
		}
		return optim.Step{}, err
	}
	e.layout = next
	step, err := e.live.adopt(ctx, after, e.arena)
	if err != nil {
		e.failed = e.setAside()
		err = errors.Join(err, e.failed)
	}
	return step, err
}

// adopt switches to a scale of the same shape.
func (l *live) adopt(ctx context.Context, after *scale, arena engine.Arena) (optim.Step, error) {
	before, o := l.scale, l.objective
	l.scale = after
	if rate := after.in.Recipe.Optimizer.Rate; rate > 0 && rate != before.in.Recipe.Optimizer.Rate {
		l.rule.SetRate(rate)
	}
	o.switchTo(after)
	if sameLoss(before, after) {
		return optim.Step{}, nil
	}
	if !slices.Equal(before.in.shares, after.in.shares) {
		if err := o.relearn(ctx, arena); err != nil {
			return optim.Step{}, err
		}
	}
	if after.in.Recipe.Units == recipe.GreyUnits {
		if err := o.measureAgain(ctx); err != nil {
			return optim.Step{}, err
		}
	}
	step, err := l.rule.Restart(ctx, o)
	if err == nil {
		l.stalled = false
		o.settle(o.rows, step.Loss)
	}
	return step, err
}

// relearn teaches the style losses again, after the shares of the paintings have changed.
func (o *objective) relearn(ctx context.Context, arena engine.Arena) error {
	lessons, err := o.scale.learn(ctx, arena)
	if err != nil {
		return err
	}
	if err := o.teach(lessons); err != nil {
		return err
	}
	if o.reduced != nil {
		return o.reduced.relearn(ctx, arena)
	}
	return nil
}

// measureAgain measures the units again, at another picture, and returns to the image.
func (o *objective) measureAgain(ctx context.Context) (err error) {
	at, err := o.scale.read(o.image)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.scale.dev.Write(o.image, at.Pix)) }()
	if err := o.takeUnits(ctx, nil); err != nil {
		return err
	}
	if o.reduced != nil {
		return o.reduced.takeUnits(ctx, nil)
	}
	return nil
}

// sameShape reports whether two layouts of a scale have the same terms at the same places.
func (sc *scale) sameShape(other *scale) bool {
	if sc.bytes != other.bytes || sc.scratch != other.scratch || len(sc.terms) != len(other.terms) || len(sc.images) != len(other.images) ||
		len(sc.regions) != len(other.regions) {
		return false
	}
	r, s := &sc.in.Recipe, &other.in.Recipe
	if r.Style.Distance != s.Style.Distance || r.Style.Normalization != s.Style.Normalization || r.Style.Scale != s.Style.Scale ||
		r.TotalVariation.Kind != s.TotalVariation.Kind || !sameLayers(sc.content, other.content) || !sameLayers(sc.style, other.style) {
		return false
	}
	for i, t := range sc.terms {
		if t.offset != other.terms[i].offset || t.region != other.terms[i].region {
			return false
		}
	}
	for i, r := range sc.regions {
		if !slices.Equal(r.paintings, other.regions[i].paintings) { // and so another mask
			return false
		}
	}
	if (sc.reduced == nil) != (other.reduced == nil) {
		return false
	}
	return sc.reduced == nil || sc.reduced.sameShape(other.reduced)
}

func sameLayers(a, b []placed) bool {
	return slices.EqualFunc(a, b, func(a, b placed) bool { return a.layer == b.layer })
}

// switchTo sets the coefficients of all terms from a scale of the same shape.
func (o *objective) switchTo(sc *scale) {
	o.scale = sc
	o.weigh(sc.in)
	if o.reduced != nil {
		o.reduced.objective.switchTo(sc.reduced)
	}
}

// sameLoss reports whether scales of the same shape have the same loss.
func sameLoss(a, b *scale) bool {
	return sameWeights(&a.in.Recipe, &b.in.Recipe) && slices.Equal(a.in.shares, b.in.shares) && (a.reduced == nil || sameLoss(a.reduced, b.reduced))
}

// sameWeights reports whether recipes give their terms the same weights.
func sameWeights(a, b *recipe.Recipe) bool {
	return a.Content.Weight == b.Content.Weight && a.Content.Reference == b.Content.Reference && slices.Equal(a.Content.Layers, b.Content.Layers) &&
		a.Style.Weight == b.Style.Weight && a.Style.Strength == b.Style.Strength && slices.Equal(a.Style.Layers, b.Style.Layers) &&
		a.TotalVariation == b.TotalVariation && a.Reduced.Weight == b.Reduced.Weight
}
