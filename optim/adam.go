package optim

import (
	"context"
	"fmt"
	"math"

	"github.com/impasto/impasto/engine"
)

// AdamOptions are the parameters of Adam; zeros have no special meaning.
type AdamOptions struct {
	Rate         float64 // alpha of the paper, in units of X; finite and greater than 0
	Beta1, Beta2 float64 // decay rates of the moments, in [0,1); the paper's are 0.9 and 0.999
	Epsilon      float64 // greater than 0; the paper's is 1e-8
}

// Vectors returns the number of working vectors that NewAdam needs.
func (o AdamOptions) Vectors() int { return 2 }

// ruleAdam is the name of Adam.
const ruleAdam = "adam"

var _ = register(Kind{
	Name:    ruleAdam,
	Vectors: func(o Options) int { return o.adam().Vectors() },
	Carries: true,
	New: func(space Space, o Options, work []engine.Vector) Rule {
		return NewAdam(space, o.adam(), work)
	},
})

func (o Options) adam() AdamOptions {
	return AdamOptions{Rate: o.Rate, Beta1: o.Beta1, Beta2: o.Beta2, Epsilon: o.Epsilon}
}

// Adam is the method of Kingma and Ba 2015, algorithm 1.
type Adam struct {
	firstOrder
	options AdamOptions
	m, v    engine.Vector
	steps   int
}

// NewAdam returns the rule; work holds the first and the second moment, in this order.
func NewAdam(space Space, options AdamOptions, work []engine.Vector) *Adam {
	ok := options.Rate > 0 && finite(options.Rate) && options.Epsilon > 0 &&
		0 <= options.Beta1 && options.Beta1 < 1 && 0 <= options.Beta2 && options.Beta2 < 1
	if !ok {
		panic(fmt.Sprintf("optim: invalid options of Adam: %+v", options))
	}
	w := newWorkspace(space, "Adam", work, options.Vectors())
	return &Adam{firstOrder: firstOrder{space: w, rule: "Adam"}, options: options, m: work[0], v: work[1]}
}

// Start evaluates at X with moments of zero.
func (a *Adam) Start(ctx context.Context, f Objective) (Step, error) {
	if err := a.clear(a); err != nil {
		return Step{}, err
	}
	return a.start(ctx, f, a.options.Rate)
}

// StartWith is Start with the moments in the working vectors, as they are after the given number of steps.
// It carries moments over to another scale.
func (a *Adam) StartWith(ctx context.Context, f Objective, steps int) (Step, error) {
	a.steps = steps
	a.still = steps == 0
	return a.start(ctx, f, a.options.Rate)
}

// Steps returns the number of steps in the moments.
func (a *Adam) Steps() int { return a.steps }

// Step moves X once and evaluates the objective there.
func (a *Adam) Step(ctx context.Context, f Objective) (Step, error) { return a.step(ctx, f, a) }

// Restart keeps the moments, which decay by themselves. If the gradient has become less steep they are scaled down
// with it, since a step is their ratio and does not depend on the scale of the loss (Kingma and Ba, section 2.1).
// If it has become steeper, no coordinate moves by more than (1-Beta1) / sqrt((1-Beta2)(1-Beta1^2/Beta2)) times the
// rate in one step: 2.3 with betas of 0.9 and 0.99.
//
// Zero moments would at first move every coordinate by the full rate. On pictures of 96 pixels whose style was
// made three times as strong after 150 steps, that doubled the loss at once, and the loss stayed above that with
// moments kept for more than 100 steps.
func (a *Adam) Restart(ctx context.Context, f Objective) (Step, error) {
	a.phase.must(started, a.rule, "Restart")
	before := a.present.norm2
	step, err := a.begin(ctx, f)
	if err != nil || a.present.norm2 >= before {
		return step, err
	}
	share := a.present.norm2 / before
	c := a.space.chain()
	c.scale(a.m, float32(math.Sqrt(share)))
	c.scale(a.v, float32(share))
	if c.err != nil {
		a.phase = stopped
	}
	return step, c.err
}

func (a *Adam) forward() error {
	a.steps++
	return a.apply(a.options.Beta1, a.options.Beta2, a.rate)
}

// back is a step of the negative rate that does not change the moments.
func (a *Adam) back() error {
	if err := a.space.Device.Fill(a.space.G, 0); err != nil {
		return err
	}
	return a.apply(1, 1, -a.rate)
}

func (a *Adam) apply(beta1, beta2, rate float64) error {
	return a.space.Device.Adam(engine.AdamStep{
		X: a.space.X, G: a.space.G, M: a.m, V: a.v,
		Beta1: beta1, Beta2: beta2,
		Rate: rate, Epsilon: a.options.Epsilon,
		Correction1: 1 - math.Pow(a.options.Beta1, float64(a.steps)),
		Correction2: 1 - math.Pow(a.options.Beta2, float64(a.steps)),
	})
}

func (a *Adam) forget() error {
	a.steps = 0
	c := a.space.chain()
	c.fill(a.m, 0)
	c.fill(a.v, 0)
	return c.err
}

// State lists both moments.
func (a *Adam) State() State {
	s := a.state(ruleAdam, 0, 1)
	s.Steps = a.steps
	return s
}

// Restore continues with the moments of a state.
func (a *Adam) Restore(s State) error {
	err := a.restore(&s, ruleAdam, 0, 1)
	if err == nil {
		a.steps = s.Steps
	}
	return err
}
