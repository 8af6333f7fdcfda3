package transfer

import (
	"context"
	"math"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/optim"
	"github.com/impasto/impasto/recipe"
)

// workVectors returns the number of vectors of the image's length that a step rule works with.
func workVectors(o recipe.Optimizer) int {
	switch o.Rule {
	case recipe.LBFGS:
		return lbfgsOptions(o).Vectors()
	case recipe.Adam:
		return adamOptions(o).Vectors()
	case recipe.Descent:
		return descentOptions(o).Vectors()
	}
	panic("transfer: unknown rule " + o.Rule.String())
}

func lbfgsOptions(o recipe.Optimizer) optim.LBFGSOptions {
	return optim.LBFGSOptions{History: o.History, Rate: o.Rate, Search: searches[o.Search], Levels: o.Levels}
}

func adamOptions(o recipe.Optimizer) optim.AdamOptions {
	return optim.AdamOptions{Rate: o.Rate, Beta1: o.Beta1, Beta2: o.Beta2, Epsilon: o.Epsilon}
}

func descentOptions(o recipe.Optimizer) optim.DescentOptions {
	return optim.DescentOptions{Rate: o.Rate, Momentum: o.Momentum}
}

// newRule makes the step rule of a recipe over an objective's space.
func newRule(r *recipe.Recipe, space optim.Space, work []engine.Vector) optim.Rule {
	p := r.Optimizer
	if r.Clamp {
		space.High = 1
	}
	switch p.Rule {
	case recipe.LBFGS:
		return optim.NewLBFGS(space, lbfgsOptions(p), work)
	case recipe.Adam:
		return optim.NewAdam(space, adamOptions(p), work)
	}
	return optim.NewDescent(space, descentOptions(p), work)
}

// moments are Adam's moments between two scales, on the host.
type moments struct {
	size          size
	first, second []float32
	steps         int
}

// carry reads the moments that the next scale continues with, nil if it starts without.
func carry(sc *scale, rule optim.Rule, work []engine.Vector) (*moments, error) {
	adam, ok := rule.(*optim.Adam)
	if !ok || !sc.in.Recipe.Optimizer.CarryMoments || adam.Steps() == 0 {
		return nil, nil
	}
	n := sc.size.numbers()
	m := &moments{size: sc.size, first: make([]float32, n), second: make([]float32, n), steps: adam.Steps()}
	if err := sc.dev.Read(m.first, work[0]); err != nil {
		return nil, err
	}
	return m, sc.dev.Read(m.second, work[1])
}

// startRule starts a scale's rule at its image, and continues Adam if moments were carried over. The
// first moment is resampled like the image, with bicubic interpolation; the second must not become negative, so
// it is resampled bilinearly (crowsonkb's style-transfer-pytorch).
func startRule(ctx context.Context, sc *scale, rule optim.Rule, work []engine.Vector, o *objective, carried *moments) (optim.Step, error) {
	adam, ok := rule.(*optim.Adam)
	if !ok || carried == nil {
		return rule.Start(ctx, o)
	}
	from, to := carried.size, sc.size
	if err := sc.dev.Write(work[0], canvas.Resample(carried.first, from.width, from.height, to.width, to.height, canvas.Bicubic)); err != nil {
		return optim.Step{}, err
	}
	second := canvas.Resample(carried.second, from.width, from.height, to.width, to.height, canvas.Bilinear)
	for i, v := range second {
		second[i] = max(v, 0)
	}
	if err := sc.dev.Write(work[1], second); err != nil {
		return optim.Step{}, err
	}
	return adam.StartWith(ctx, o, carried.steps)
}

// average is the running average of the iterates of a scale or, without averaging, the iterate itself.
// The share of the k-th iterate is (1-d)/(1-d^(k+1)), so that the weights of all iterates, d^age,
// sum to 1 from the first on, as in crowsonkb's style-transfer-pytorch.
type average struct {
	dev     engine.Device
	iterate engine.Vector
	mean    engine.Vector // nil: no averaging
	decay   float64
	count   int
}

func (a *average) reset() error {
	a.count = 1
	if a.mean == nil {
		return nil
	}
	return a.dev.Copy(a.mean, a.iterate)
}

func (a *average) add() error {
	a.count++
	if a.mean == nil {
		return nil
	}
	return a.dev.Lerp(a.mean, a.iterate, float32((1-a.decay)/(1-math.Pow(a.decay, float64(a.count)))))
}

func (a *average) result() engine.Vector {
	if a.mean != nil {
		return a.mean
	}
	return a.iterate
}
