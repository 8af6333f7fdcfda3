package transfer

import (
	"context"
	"math"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/optim"
	"github.com/impasto/impasto/recipe"
)

// kindOf returns the step rule of a recipe, with its options. Every rule of package recipe is one of package optim.
func kindOf(o *recipe.Optimizer) (optim.Kind, optim.Options) {
	kind, err := optim.FindRule(string(o.Rule))
	if err != nil {
		panic("transfer: " + err.Error()) // the recipe has not been validated
	}
	return kind, optim.Options{
		Rate:    o.Rate,
		History: o.History, Search: searches[o.Search], Levels: o.Levels,
		Beta1: o.Beta1, Beta2: o.Beta2, Epsilon: o.Epsilon,
		Momentum: o.Momentum,
	}
}

// workVectors returns the number of vectors of the image's length that a step rule works with.
func workVectors(o *recipe.Optimizer) int {
	kind, options := kindOf(o)
	return kind.Vectors(options)
}

// carries reports whether moments of a recipe's step rule are kept from one scale to the next.
func carries(o *recipe.Optimizer) bool {
	kind, _ := kindOf(o)
	return kind.Carries && o.CarryMoments
}

// newRule makes the step rule of a recipe over an objective's space.
func newRule(r *recipe.Recipe, space optim.Space, work []engine.Vector) optim.Rule {
	if r.Clamp {
		space.High = 1
	}
	kind, options := kindOf(&r.Optimizer)
	return kind.New(space, options, work)
}

// moments are the moments of an optim.Carrier between two scales, on the host.
type moments struct {
	size          size
	first, second []float32
	steps         int
}

// carry reads the moments that the next scale continues with, nil if it starts without.
func carry(sc *scale, rule optim.Rule, work []engine.Vector) (*moments, error) {
	carrier, ok := rule.(optim.Carrier)
	if !ok || !carries(&sc.in.Recipe.Optimizer) || carrier.Steps() == 0 {
		return nil, nil
	}
	n := sc.size.numbers()
	m := &moments{size: sc.size, first: make([]float32, n), second: make([]float32, n), steps: carrier.Steps()}
	if err := sc.dev.Read(m.first, work[0]); err != nil {
		return nil, err
	}
	return m, sc.dev.Read(m.second, work[1])
}

// startRule starts a scale's rule at its image, and continues with the moments that were carried over, if any. The
// first moment is resampled like the image, with bicubic interpolation; the second must not become negative, so
// it is resampled bilinearly (crowsonkb's style-transfer-pytorch).
func startRule(ctx context.Context, sc *scale, rule optim.Rule, work []engine.Vector, o *objective, carried *moments) (optim.Step, error) {
	carrier, ok := rule.(optim.Carrier)
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
	return carrier.StartWith(ctx, o, carried.steps)
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
