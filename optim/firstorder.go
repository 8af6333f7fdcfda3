package optim

import (
	"context"
	"fmt"
	"math"
)

// firstOrder is the common part of rules that follow the gradient with moments: the safeguards.
type firstOrder struct {
	space   workspace
	rule    string     // its name in messages
	given   float64    // the rate before any explosion
	rate    float64    // the current one: reduced tenfold after each explosion
	still   bool       // the moments are zero
	present evaluation // at X
	watch   watch
	phase   phase

	// State of a step that the objective interrupted, and that the next call of Step continues.
	moved move
	tried int // number of rates tried and rejected
}

// move is the position of X while its loss there is not known yet.
type move uint8

const (
	settled move = iota // at present
	ahead               // one step further
	back                // at the start of the step, up to rounding
)

// mover is the arithmetic of a rule.
type mover interface {
	forward() error // one step along G
	back() error    // undoes the last step; the gradient is lost
	forget() error  // clears the moments
}

// begin evaluates at X and takes the loss there as the first one.
func (o *firstOrder) begin(ctx context.Context, f Objective) (Step, error) {
	o.phase, o.moved = stopped, settled
	var err error
	if o.present, err = o.space.begin(ctx, f); err == nil {
		o.watch.start(o.present.loss)
		o.phase = started
	}
	return o.space.at(o.present), err
}

// start begins with the current moments.
func (o *firstOrder) start(ctx context.Context, f Objective, rate float64) (Step, error) {
	o.given, o.rate = rate, rate
	return o.begin(ctx, f)
}

// clear sets the moments to zero. If that fails, the rule stops.
func (o *firstOrder) clear(m mover) error {
	o.still = true
	err := m.forget()
	if err != nil {
		o.phase = stopped
	}
	return err
}

const (
	firstOrderTrials = 4     // rates tried in one step, each a tenth of the previous one
	leastRate        = 1e-12 // relative to the rate at the start; below it nothing moves in float32
)

func (o *firstOrder) step(ctx context.Context, f Objective, m mover) (Step, error) {
	o.phase.must(started, o.rule, "Step")
	o.space.interrupted = false
	if o.moved == settled {
		o.space.step, o.tried = Step{}, 0
		if o.present.norm2 == 0 && o.still {
			o.space.step.Events |= Stalled
			return o.space.at(o.present), nil
		}
	}
	err := o.trials(ctx, f, m)
	if err != nil && !o.space.interrupted {
		o.phase = stopped
		c := o.space.chain()
		c.project() // the move may be complete, but not its projection
	}
	return o.space.at(o.present), err
}

// trials moves X, each time by a tenth of the previous move, until a point is sound.
func (o *firstOrder) trials(ctx context.Context, f Objective, m mover) error {
	for ; o.tried < firstOrderTrials; o.tried++ {
		if o.moved != back {
			o.still = false
			if err := o.move(ctx, f, ahead, m.forward); err != nil {
				return err
			}
			if o.watch.sound(o.present) {
				o.space.step.Length = o.rate
				o.watch.accept(o.present.loss)
				return nil
			}
		}
		if err := o.retreat(ctx, f, m); err != nil {
			return err
		}
	}
	if o.rate < leastRate*o.given {
		o.space.step.Events |= Stalled
	}
	return nil
}

// move changes X, unless it is there already, and evaluates the objective.
func (o *firstOrder) move(ctx context.Context, f Objective, to move, change func() error) error {
	if o.moved != to {
		c := o.space.chain()
		c.err = change()
		if c.project(); c.err != nil {
			return c.err
		}
		o.moved = to
	}
	e, _, err := o.space.evaluate(ctx, f, nil)
	if err != nil {
		return err
	}
	o.present, o.moved = e, settled
	return nil
}

// retreat returns to the start of the step, with a tenth of the rate and no moments.
func (o *firstOrder) retreat(ctx context.Context, f Objective, m mover) error {
	o.space.step.Events |= Shortened | Restarted
	if err := o.move(ctx, f, back, m.back); err != nil {
		return err
	}
	if err := o.clear(m); err != nil {
		return err
	}
	o.rate /= 10
	if !o.present.finite() {
		return fmt.Errorf("optim: after undoing a step: %w", ErrNotFinite)
	}
	return nil
}

// SetRate changes the learning rate.
func (o *firstOrder) SetRate(rate float64) {
	o.phase.must(started, o.rule, "SetRate")
	mustRate(rate)
	o.given, o.rate = rate, rate
}

func mustRate(rate float64) {
	if !(rate > 0) || math.IsInf(rate, 1) {
		panic(fmt.Sprintf("optim: invalid learning rate %v", rate))
	}
}

// state returns the state that all first-order rules share.
func (o *firstOrder) state(rule string, vectors ...int) State {
	o.phase.must(started, o.rule, "State")
	return State{
		Rule: rule,
		Loss: o.present.loss, Norm2: o.present.norm2, First: o.watch.first, Lowest: o.watch.lowest,
		Rate: o.rate, Given: o.given, Still: o.still, Moved: int(o.moved), Tried: o.tried,
		Vectors: vectors,
	}
}

func (o *firstOrder) restore(s *State, rule string, vectors ...int) error {
	a := audit{rule: o.rule}
	a.common(s, rule, vectors)
	a.demand(finite(s.Given) && s.Given >= 0, "the learning rate at the start is %v", s.Given)
	a.demand(s.Moved >= int(settled) && s.Moved <= int(back), "the position of X is %d", s.Moved)
	a.demand(s.Tried >= 0 && s.Tried <= firstOrderTrials, "%d rates were tried", s.Tried)
	a.demand(s.Steps >= 0, "the moments have %d steps", s.Steps)
	if err := a.err(); err != nil {
		return err
	}
	o.given, o.rate, o.still = s.Given, s.Rate, s.Still
	o.present = evaluation{s.Loss, s.Norm2}
	o.watch = watch{s.First, s.Lowest}
	o.moved, o.tried = move(s.Moved), s.Tried
	o.phase = restored
	return nil
}

// Resume evaluates at X, unless the next step begins with that.
func (o *firstOrder) Resume(ctx context.Context, f Objective) (Step, error) {
	o.phase.must(restored, o.rule, "Resume")
	if o.moved != settled {
		o.space.step = Step{}
		o.phase = started
		return o.space.at(o.present), nil
	}
	err := o.space.resume(ctx, f, &o.present)
	if err == nil {
		o.phase = started
	}
	return o.space.at(o.present), err
}
