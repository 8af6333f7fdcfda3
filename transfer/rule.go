package transfer

import (
	"context"

	"github.com/impasto/impasto/recipe"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/optim"
)

// vectors returns how many vectors of the image's length the rule works with.
func vectors(o recipe.Optimizer) int {
	switch o.Rule {
	case recipe.LBFGS:
		return lbfgs(o).Vectors()
	case recipe.Adam:
		return adam(o).Vectors()
	case recipe.Descent:
		return descent(o).Vectors()
	}
	panic("transfer: unknown rule " + o.Rule.String())
}

func lbfgs(o recipe.Optimizer) optim.LBFGSOptions {
	return optim.LBFGSOptions{History: o.History, Rate: o.Rate, Search: searches[o.Search]}
}

func adam(o recipe.Optimizer) optim.AdamOptions {
	return optim.AdamOptions{Rate: o.Rate, Beta1: o.Beta1, Beta2: o.Beta2, Epsilon: o.Epsilon}
}

func descent(o recipe.Optimizer) optim.DescentOptions {
	return optim.DescentOptions{Rate: o.Rate, Momentum: o.Momentum}
}

// stepper is a step rule at one scale, with what it takes to the next.
type stepper struct {
	optim.Rule
	adam    *optim.Adam
	work    []engine.Vector
	resumed bool
}

// newStepper makes the recipe's rule in the arena, and continues Adam where moments were carried over.
func (st *stage) newStepper(arena engine.Arena, p *point, carried *moments) *stepper {
	o := st.job.Recipe.Optimizer
	space := optim.Space{Device: st.dev, X: p.image, G: p.gradient}
	if st.job.Recipe.Clamp {
		space.High = 1
	}
	s := &stepper{}
	for i := range vectors(o) {
		s.work = append(s.work, arena.Vector(st.vectorOffset(i), st.numbers))
	}
	switch o.Rule {
	case recipe.LBFGS:
		options := lbfgs(o)
		if o.Levels > 0 {
			options.Precondition = newMultilevel(st.dev, st.size, o.Levels).apply
		}
		s.Rule = optim.NewLBFGS(space, options, s.work)
	case recipe.Adam:
		s.adam = optim.NewAdam(space, adam(o), s.work)
		s.Rule = s.adam
		if carried != nil {
			carried.write(st, s.work)
			s.resumed = true
		}
	case recipe.Descent:
		s.Rule = optim.NewDescent(space, descent(o), s.work)
	}
	return s
}

// vectorOffset returns where the i-th vector behind the image and its gradient lies.
func (st *stage) vectorOffset(i int) int64 {
	return st.base + imageBytes(st.size.height, st.size.width)*int64(2+i)
}

// begin starts the rule, or resumes it after so many steps.
func (s *stepper) begin(ctx context.Context, f optim.Objective, carried *moments) (optim.Step, error) {
	if s.resumed {
		return s.adam.Resume(ctx, f, carried.steps)
	}
	return s.Start(ctx, f)
}

// moments are Adam's on their way from one scale to the next, on the host.
type moments struct {
	size          size
	first, second []float32
	steps         int
}

// carry reads the moments that the next scale goes on with, nil where it starts anew.
func (s *stepper) carry(st *stage) *moments {
	if s.adam == nil || !st.job.Recipe.Optimizer.CarryMoments || s.adam.Steps() == 0 {
		return nil
	}
	m := &moments{size: st.size, first: make([]float32, st.numbers), second: make([]float32, st.numbers), steps: s.adam.Steps()}
	st.dev.Read(m.first, s.work[0])
	st.dev.Read(m.second, s.work[1])
	return m
}

// write puts the moments at the size of a scale. The first is bicubic like the image; the second must
// not fall below zero, so it is bilinear (crowsonkb's style-transfer-pytorch).
func (m *moments) write(st *stage, work []engine.Vector) {
	from, to := m.size, st.size
	st.dev.Write(work[0], canvas.Resample(m.first, from.width, from.height, to.width, to.height, canvas.Bicubic))
	second := canvas.Resample(m.second, from.width, from.height, to.width, to.height, canvas.Bilinear)
	for i, v := range second {
		second[i] = max(v, 0)
	}
	st.dev.Write(work[1], second)
}
