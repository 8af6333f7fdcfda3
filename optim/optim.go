// Package optim holds step rules that minimise a function of one vector: L-BFGS with a strong Wolfe
// line search or with fixed steps, Adam, and gradient descent with momentum.
//
// A rule works in a [Space]: vectors of one device that the caller has placed. Its working vectors
// come from the caller as well, so that they can be part of a memory plan; the options of each rule say
// how many it needs. A step allocates nothing, and reads only a few scalars from the device.
//
// A rule is started once at the current X and then stepped:
//
//	step, err := rule.Start(ctx, objective)
//	for range iterations {
//		step, err = rule.Step(ctx, objective)
//	}
//
// After either call, X, G and Step.Loss belong to the same point. Problems on the way (a loss
// that is not finite or explodes, a line search that fails, a direction that leads uphill) are handled by
// a shorter step or by clearing the history, and reported in Step.Events.
//
// A rule can be saved between any two steps. [State], X and the working vectors listed in State.Vectors are
// all that it needs to continue elsewhere, with the same bits on the same kind of device:
//
//	err := rule.Restore(state) // and write X and the listed vectors
//	step, err := rule.Resume(ctx, objective)
//
// If the function has changed between two steps, Restart continues with the new one from X.
package optim

import (
	"context"
	"errors"
	"strings"
)

// Objective is a function of Space.X with its gradient.
type Objective interface {
	// Evaluate computes on the device: the gradient at X into Space.G, and what the value is computed from into
	// the Space.Scalars before the last Results. It may reset all of them.
	Evaluate(ctx context.Context) error
	// Value returns the value from those scalars. It is called once after each successful Evaluate, when they
	// have been read.
	//
	// An error of either method interrupts the current step; a value that is not finite does not: the rule handles it.
	Value(scalars []float64) (float64, error)
}

// Rule is a step rule. *LBFGS, *Adam and *Descent are rules; [Kinds] lists them by name.
//
// Methods other than Start and Restore panic unless the rule is started: by Start, or by Restore and Resume.
//
// An error of the objective, in particular the end of a context, interrupts a step: the rule stays started, may be
// saved, and the next Step continues, to the bit, as if nothing had happened. L-BFGS is back at the start of the step.
// Adam and gradient descent, which keep no copy of that, have made their move, and the next Step begins with the
// missing evaluation. An error of the device itself stops the rule: it must be started again, and only X can still be
// used. Of a Step returned with an error, only Evaluations and Events are valid.
type Rule interface {
	// Start evaluates at X and clears all earlier state. It returns ErrNotFinite if the value or
	// the gradient is not finite there.
	Start(ctx context.Context, f Objective) (Step, error)
	// Step moves X once and evaluates there.
	Step(ctx context.Context, f Objective) (Step, error)
	// Restart evaluates at X after the function, or X itself, has been changed from outside, and continues from there
	// with what does not depend on the change, such as a given learning rate. L-BFGS clears its pairs and
	// gradient descent its velocity, and Step.Events has Restarted; Adam keeps its moments. It is not a step.
	// Its errors are those of Start.
	Restart(ctx context.Context, f Objective) (Step, error)
	// SetRate changes the learning rate from the next step until the rule is started again. It also replaces a rate
	// that was reduced after an explosion. It panics unless the rate is finite and greater than 0.
	SetRate(rate float64)

	// State returns the state of the rule without its vectors. It may be called between steps.
	State() State
	// Restore restores the state of a rule with the same options, or returns a *StateError and leaves the rule
	// unchanged. The rule is not started until Resume has succeeded.
	Restore(state State) error
	// Resume evaluates at X to restore the gradient, which is not a step. X and the vectors listed in the state
	// must hold what they held when it was taken; then every later step has the same bits as without interruption.
	// Step.Events has Deviated if any bit of the loss or of the norm of the gradient differs from the saved one: on
	// another instruction set, for instance. The rule then continues with the current ones. Its errors are those of Start.
	Resume(ctx context.Context, f Objective) (Step, error)
}

// Carrier is a rule whose first two working vectors hold the running means of the gradient and of its square. They can be
// carried over to another scale, there also to another Carrier.
type Carrier interface {
	Rule
	// Steps returns the number of steps in the moments.
	Steps() int
	// StartWith is Start with the moments in the working vectors, as they are after the given number of steps.
	StartWith(ctx context.Context, f Objective, steps int) (Step, error)
}

// ErrNotFinite reports that the objective is NaN or infinite and that no shorter step helps.
var ErrNotFinite = errors.New("the loss or its gradient is not finite")

// Step is the outcome of a step.
type Step struct {
	Loss         float64 // at X
	GradientNorm float64 // Euclidean norm of the gradient at X
	Length       float64 // of the move, as a multiple of the direction; 0 if X did not move
	Evaluations  int     // of the objective in this step
	Events       Event   // problems met and how they were handled; usually 0
}

// Event is a set of problems handled by a step.
type Event uint8

const (
	// Shortened: a trial was not finite or exploded, and the step was made shorter.
	Shortened Event = 1 << iota
	// Uphill: the direction did not lead downhill.
	Uphill
	// SearchEnded: the line search found no point that satisfies both Wolfe conditions; its lowest was taken.
	SearchEnded
	// SearchFailed: the line search found no lower point; X did not move.
	SearchFailed
	// Restarted: the history (curvature pairs, moments or velocity) was cleared.
	Restarted
	// Stalled: X did not move and will not by further steps of this rule.
	Stalled
	// Deviated: the loss at a restored point, or the norm of its gradient, differs from the saved one.
	Deviated
)

var eventNames = [...]string{
	"step shortened",
	"direction leads uphill",
	"line search ended early",
	"line search failed",
	"history restarted",
	"no lower point found",
	"restored point differs",
}

// Has reports whether e holds all of the given events.
func (e Event) Has(all Event) bool { return e&all == all }

// String lists the events, or returns "" if there are none.
func (e Event) String() string {
	var names []string
	for i, name := range eventNames {
		if e&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "; ")
}

// phase is the state of a rule before it can step.
type phase uint8

const (
	stopped  phase = iota // not started, or after an error
	restored              // holds a state, but not its gradient
	started
)

func (p phase) String() string {
	return [...]string{"not started, or stopped by an error", "restored and not yet resumed", "started"}[p]
}

// must panics unless the rule is in the phase that a method needs.
func (p phase) must(want phase, rule, method string) {
	if p != want {
		panic("optim: " + method + " of " + rule + ", which is " + p.String())
	}
}
