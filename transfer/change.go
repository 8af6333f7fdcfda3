package transfer

import (
	"context"
	"slices"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/optim"
	"github.com/impasto/impasto/recipe"
)

// adopt switches to another layout of the same scales. If the current scale needs the same terms, layers and memory
// as before, only the coefficients of the terms change; otherwise the scale is laid out again around its picture.
// The returned step describes the effect.
func (e *easel) adopt(ctx context.Context, next *layout) (optim.Step, error) {
	if e.live == nil {
		return optim.Step{}, e.moveTo(next)
	}
	before, after := e.live.scale, next.scales[e.index]
	if !before.sameShape(after) {
		return e.reopen(ctx, next)
	}
	e.layout = next
	e.live.scale, e.live.objective.scale = after, after
	if rate := after.in.Recipe.Optimizer.Rate; rate > 0 && rate != before.in.Recipe.Optimizer.Rate {
		e.live.rule.SetRate(rate)
	}
	if !e.live.objective.reweigh(before) {
		return optim.Step{}, nil
	}
	if !slices.Equal(before.in.shares, after.in.shares) {
		if err := e.live.objective.relearn(ctx, e.arena); err != nil {
			return optim.Step{}, err
		}
	}
	return e.restart(ctx)
}

// moveTo switches to another layout before a scale has begun.
func (e *easel) moveTo(next *layout) error {
	e.layout = next
	if next.bytes <= e.arena.Bytes() {
		return nil
	}
	larger, err := newEasel(next)
	if err != nil {
		return err
	}
	err = e.arena.Close()
	e.arena = larger.arena
	return err
}

// reopen lays out the current scale again, for other terms, and continues at its picture. The average restarts.
func (e *easel) reopen(ctx context.Context, next *layout) (optim.Step, error) {
	iteration := e.live.iteration
	at, err := e.live.read(e.live.objective.image)
	if err != nil {
		return optim.Step{}, err
	}
	if err := e.live.objective.close(); err != nil {
		return optim.Step{}, err
	}
	e.live, e.picture, e.moments, e.known = nil, at, nil, nil
	if err := e.moveTo(next); err != nil {
		return optim.Step{}, err
	}
	step, err := e.enter(ctx)
	if err != nil {
		return step, err
	}
	e.live.iteration = iteration
	step.Events |= optim.Restarted
	e.live.objective.settle(e.live.objective.rows, step.Loss)
	return step, nil
}

// restart makes the rule discard the state that a change invalidated.
func (e *easel) restart(ctx context.Context) (optim.Step, error) {
	step, err := e.live.rule.Restart(ctx, e.live.objective)
	if err == nil {
		e.live.stalled = false
		e.live.objective.settle(e.live.objective.rows, step.Loss)
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

// sameShape reports whether two layouts of a scale have the same terms at the same places.
func (sc *scale) sameShape(other *scale) bool {
	if sc.bytes != other.bytes || sc.scratch != other.scratch || len(sc.terms) != len(other.terms) || len(sc.images) != len(other.images) {
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
	if (sc.reduced == nil) != (other.reduced == nil) {
		return false
	}
	return sc.reduced == nil || sc.reduced.sameShape(other.reduced)
}

func sameLayers(a, b []placed) bool {
	return slices.EqualFunc(a, b, func(a, b placed) bool { return a.layer == b.layer })
}

// reweigh sets the coefficients of all terms from the current inputs, and reports whether the loss changed.
func (o *objective) reweigh(before *scale) bool {
	after := o.scale
	o.weigh(after.in)
	if o.reduced != nil {
		o.reduced.objective.scale = after.reduced
		o.reduced.objective.weigh(after.reduced.in)
	}
	return !sameLoss(&before.in.Recipe, &after.in.Recipe) || !slices.Equal(before.in.shares, after.in.shares) ||
		before.reduced != nil && !sameLoss(&before.reduced.in.Recipe, &after.reduced.in.Recipe)
}

// sameLoss reports whether recipes give their terms the same weights.
func sameLoss(a, b *recipe.Recipe) bool {
	return a.Content.Weight == b.Content.Weight && a.Content.Reference == b.Content.Reference && slices.Equal(a.Content.Layers, b.Content.Layers) &&
		a.Style.Weight == b.Style.Weight && a.Style.Strength == b.Style.Strength && slices.Equal(a.Style.Layers, b.Style.Layers) &&
		a.TotalVariation == b.TotalVariation && a.Reduced.Weight == b.Reduced.Weight
}
