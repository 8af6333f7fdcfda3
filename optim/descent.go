package optim

import (
	"context"
	"fmt"

	"github.com/impasto/impasto/engine"
)

// DescentOptions are the parameters of gradient descent.
type DescentOptions struct {
	// Rate must be finite and not negative: X moves by Rate times the velocity. With 0 Start chooses it, since the
	// scale of the gradient is first known there, such that initially no coordinate moves by more than 1/64.
	Rate     float64
	Momentum float64 // in [0,1): the share of the velocity that a step keeps; 0 means plain descent
}

// Vectors returns the number of working vectors that NewDescent needs.
func (o DescentOptions) Vectors() int { return 1 }

// ruleDescent is the name of gradient descent.
const ruleDescent = "gd"

var _ = register(Kind{
	Name:    ruleDescent,
	Vectors: func(o Options) int { return o.descent().Vectors() },
	New: func(space Space, o Options, work []engine.Vector) Rule {
		return NewDescent(space, o.descent(), work)
	},
})

func (o Options) descent() DescentOptions { return DescentOptions{Rate: o.Rate, Momentum: o.Momentum} }

// Descent is gradient descent with momentum in the form of PyTorch's SGD: V = Momentum V + G,
// X -= Rate V.
type Descent struct {
	firstOrder
	options DescentOptions
	v       engine.Vector
	chosen  bool // the rate was chosen from the gradient
}

// NewDescent returns the rule; work holds the velocity.
func NewDescent(space Space, options DescentOptions, work []engine.Vector) *Descent {
	if !(options.Rate >= 0) || !finite(options.Rate) || !(0 <= options.Momentum && options.Momentum < 1) {
		panic(fmt.Sprintf("optim: invalid options of gradient descent: %+v", options))
	}
	w := newWorkspace(space, "gradient descent", work, options.Vectors())
	return &Descent{firstOrder: firstOrder{space: w, rule: "gradient descent"}, options: options, v: work[0]}
}

// Start evaluates at X with a velocity of zero.
func (d *Descent) Start(ctx context.Context, f Objective) (Step, error) {
	if err := d.clear(d); err != nil {
		return Step{}, err
	}
	d.chosen = d.options.Rate == 0
	step, err := d.start(ctx, f, d.options.Rate)
	if err == nil {
		err = d.choose()
	}
	return step, err
}

// firstMove is about four of the 256 levels between black and white: visible, but harmless.
const firstMove = 1.0 / 64

// choose sets the rate from the gradient at X if none was given.
func (d *Descent) choose() error {
	if !d.chosen {
		return nil
	}
	c := d.space.chain()
	c.err = d.space.Device.NormInf(d.space.result(0), d.space.G)
	if c.read(); c.err != nil {
		d.phase = stopped
		return c.err
	}
	d.given, d.rate = 0, 0
	if steepest := d.space.results()[0]; steepest > 0 {
		d.rate = firstMove / steepest
		d.given = d.rate
	}
	return nil
}

// Step moves X once and evaluates the objective there.
func (d *Descent) Step(ctx context.Context, f Objective) (Step, error) { return d.step(ctx, f, d) }

// Restart clears the velocity, which a few steps restore, and chooses the rate again if it was chosen.
func (d *Descent) Restart(ctx context.Context, f Objective) (Step, error) {
	d.phase.must(started, d.rule, "Restart")
	if err := d.clear(d); err != nil {
		return Step{}, err
	}
	step, err := d.begin(ctx, f)
	step.Events |= Restarted
	if err == nil {
		err = d.choose()
	}
	return step, err
}

// SetRate changes the learning rate; a rate that was chosen counts as given from then on.
func (d *Descent) SetRate(rate float64) {
	d.firstOrder.SetRate(rate)
	d.chosen = false
}

func (d *Descent) forward() error { return d.apply(d.options.Momentum, d.rate) }

// back is a step of the negative rate that does not change the velocity.
func (d *Descent) back() error {
	if err := d.space.Device.Fill(d.space.G, 0); err != nil {
		return err
	}
	return d.apply(1, -d.rate)
}

func (d *Descent) apply(decay, rate float64) error {
	return d.space.Device.Momentum(engine.MomentumStep{X: d.space.X, G: d.space.G, V: d.v, Decay: decay, Rate: rate})
}

func (d *Descent) forget() error { return d.space.Device.Fill(d.v, 0) }

// State lists the velocity.
func (d *Descent) State() State {
	s := d.state(ruleDescent, 0)
	s.Chosen = d.chosen
	return s
}

// Restore continues with the velocity of a state.
func (d *Descent) Restore(s State) error {
	err := d.restore(&s, ruleDescent, 0)
	if err == nil {
		d.chosen = s.Chosen
	}
	return err
}
