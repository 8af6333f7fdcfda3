package optim

import (
	"context"
	"fmt"
	"math"

	"github.com/impasto/impasto/engine"
)

// firstOrder is what rules that follow the gradient with moments share: the guard rails.
type firstOrder struct {
	space   Space
	given   float64 // the rate at the start
	rate    float64 // the present one: a tenth of the one before after each explosion
	loss    float64
	norm2   float64
	still   bool // the moments are zero
	watch   watch
	started bool
}

// mover is a rule's own arithmetic.
type mover interface {
	forward() // one step along G
	back()    // takes the last step back; the gradient is lost
	forget()  // clears the moments
}

func (o *firstOrder) start(ctx context.Context, f Objective, rate float64) (Step, error) {
	o.started = false
	step, err := o.space.begin(ctx, f)
	if err != nil {
		return step, err
	}
	o.given, o.rate = rate, rate
	o.loss, o.norm2 = step.Loss, step.GradientNorm*step.GradientNorm
	o.watch.start(step.Loss)
	o.started = true
	return step, nil
}

const (
	firstOrderTrials = 4     // rates tried in one step, each a tenth of the one before
	leastRate        = 1e-12 // of the one at the start; below it nothing moves in float32
)

func (o *firstOrder) step(ctx context.Context, f Objective, m mover) (Step, error) {
	var step Step
	if o.norm2 == 0 && o.still {
		step.Events |= Stalled
		return o.close(step), nil
	}
	for range firstOrderTrials {
		m.forward()
		o.still = false
		o.space.project()
		sound, err := o.look(ctx, f, &step)
		if err != nil {
			return step, err
		}
		if sound {
			step.Length = o.rate
			o.watch.accept(o.loss)
			return o.close(step), nil
		}
		if err := o.retreat(ctx, f, m, &step); err != nil {
			return step, err
		}
	}
	if o.rate < leastRate*o.given {
		step.Events |= Stalled
	}
	return o.close(step), nil
}

// retreat returns to where the step began, with a tenth of the rate and no moments.
func (o *firstOrder) retreat(ctx context.Context, f Objective, m mover, step *Step) error {
	step.Events |= Shortened | Restarted
	m.back()
	o.space.project()
	m.forget()
	o.still = true
	o.rate /= 10
	if _, err := o.look(ctx, f, step); err != nil {
		return err
	}
	if !finite(o.loss) || !finite(o.norm2) {
		o.started = false
		return fmt.Errorf("optim: after taking a step back: %w", ErrNotFinite)
	}
	return nil
}

func (o *firstOrder) look(ctx context.Context, f Objective, step *Step) (sound bool, err error) {
	o.loss, o.norm2, err = o.space.evaluate(ctx, f, step)
	if err != nil {
		o.started = false
		return false, err
	}
	return o.watch.sound(o.loss, o.norm2), nil
}

func (o *firstOrder) close(step Step) Step {
	step.Loss, step.GradientNorm = o.loss, math.Sqrt(o.norm2)
	return step
}

// AdamOptions are the parameters of Adam; they are taken as they are, zeros included.
type AdamOptions struct {
	Rate         float64 // alpha of the paper, in units of X; greater than 0
	Beta1, Beta2 float64 // decay of the moments, in [0,1); the paper's are 0.9 and 0.999
	Epsilon      float64 // greater than 0; the paper's is 1e-8
}

// Vectors returns how many working vectors NewAdam needs.
func (o AdamOptions) Vectors() int { return 2 }

// Adam is the method of Kingma and Ba 2015, algorithm 1.
type Adam struct {
	firstOrder
	options AdamOptions
	m, v    engine.Vector
	steps   int
}

// NewAdam returns the rule; work holds the first and the second moment, in this order.
func NewAdam(space Space, options AdamOptions, work []engine.Vector) *Adam {
	ok := options.Rate > 0 && options.Epsilon > 0 &&
		0 <= options.Beta1 && options.Beta1 < 1 && 0 <= options.Beta2 && options.Beta2 < 1
	if !ok {
		panic(fmt.Sprintf("optim: Adam with options %+v", options))
	}
	space.check("Adam", work, options.Vectors())
	return &Adam{firstOrder: firstOrder{space: space}, options: options, m: work[0], v: work[1]}
}

// Start evaluates at X with moments of zero.
func (a *Adam) Start(ctx context.Context, f Objective) (Step, error) {
	a.forget()
	a.still = true
	return a.start(ctx, f, a.options.Rate)
}

// Resume evaluates at X and goes on with the moments that the working vectors hold, as after the given
// number of steps: the way to carry them over to another scale.
func (a *Adam) Resume(ctx context.Context, f Objective, steps int) (Step, error) {
	a.steps = steps
	a.still = steps == 0
	return a.start(ctx, f, a.options.Rate)
}

// Steps returns how many steps the moments have seen.
func (a *Adam) Steps() int { return a.steps }

// Step moves X once and evaluates there.
func (a *Adam) Step(ctx context.Context, f Objective) (Step, error) {
	mustStarted(a.started, "Adam")
	return a.step(ctx, f, a)
}

func (a *Adam) forward() {
	a.steps++
	a.apply(a.options.Beta1, a.options.Beta2, a.rate)
}

// back is a step of the negative rate that leaves the moments alone.
func (a *Adam) back() {
	a.space.Device.Fill(a.space.G, 0)
	a.apply(1, 1, -a.rate)
}

func (a *Adam) apply(beta1, beta2, rate float64) {
	a.space.Device.Adam(engine.AdamStep{
		X: a.space.X, G: a.space.G, M: a.m, V: a.v,
		Beta1: beta1, Beta2: beta2,
		Rate: rate, Epsilon: a.options.Epsilon,
		Correction1: 1 - math.Pow(a.options.Beta1, float64(a.steps)),
		Correction2: 1 - math.Pow(a.options.Beta2, float64(a.steps)),
	})
}

func (a *Adam) forget() {
	a.steps = 0
	a.space.Device.Fill(a.m, 0)
	a.space.Device.Fill(a.v, 0)
}

// DescentOptions are the parameters of gradient descent; they are taken as they are.
type DescentOptions struct {
	// Rate is greater than 0: X moves by Rate times the velocity. 0 chooses it at Start, where the
	// scale of the gradient is first known, so that no coordinate moves by more than 1/64 at first.
	Rate     float64
	Momentum float64 // in [0,1): the share of the velocity that a step keeps; 0 is plain descent
}

// Vectors returns how many working vectors NewDescent needs.
func (o DescentOptions) Vectors() int { return 1 }

// Descent is gradient descent with momentum in the form of PyTorch's SGD: V = Momentum V + G,
// X -= Rate V.
type Descent struct {
	firstOrder
	options DescentOptions
	v       engine.Vector
}

// NewDescent returns the rule; work holds the velocity.
func NewDescent(space Space, options DescentOptions, work []engine.Vector) *Descent {
	if !(options.Rate >= 0) || !(0 <= options.Momentum && options.Momentum < 1) {
		panic(fmt.Sprintf("optim: gradient descent with options %+v", options))
	}
	space.check("gradient descent", work, options.Vectors())
	return &Descent{firstOrder: firstOrder{space: space}, options: options, v: work[0]}
}

// Start evaluates at X with a velocity of zero.
func (d *Descent) Start(ctx context.Context, f Objective) (Step, error) {
	d.forget()
	d.still = true
	step, err := d.start(ctx, f, d.options.Rate)
	if steepest := d.space.Device.NormInf(d.space.G); err == nil && d.rate == 0 && steepest > 0 {
		d.rate = firstMove / steepest
		d.given = d.rate
	}
	return step, err
}

// firstMove is about four of the 256 steps between black and white: visible, and far from harm.
const firstMove = 1.0 / 64

// Step moves X once and evaluates there.
func (d *Descent) Step(ctx context.Context, f Objective) (Step, error) {
	mustStarted(d.started, "gradient descent")
	return d.step(ctx, f, d)
}

func (d *Descent) forward() { d.apply(d.options.Momentum, d.rate) }

// back is a step of the negative rate that leaves the velocity alone.
func (d *Descent) back() {
	d.space.Device.Fill(d.space.G, 0)
	d.apply(1, -d.rate)
}

func (d *Descent) apply(decay, rate float64) {
	d.space.Device.Momentum(engine.MomentumStep{X: d.space.X, G: d.space.G, V: d.v, Decay: decay, Rate: rate})
}

func (d *Descent) forget() { d.space.Device.Fill(d.v, 0) }
