// Package optim holds step rules that minimise a function of one vector: L-BFGS with a strong Wolfe
// line search or with fixed steps, Adam, and gradient descent with momentum.
//
// A rule works in a [Space]: vectors of one device that the caller has placed. Its working vectors
// come from the caller as well, so that they can be part of a memory plan; each rule's options say
// how many it needs. Nothing is allocated by a step, and of the device's memory only a few scalars are read.
//
// A rule is started once at the present X and then stepped:
//
//	step, err := rule.Start(ctx, objective)
//	for range iterations {
//		step, err = rule.Step(ctx, objective)
//	}
//
// After either call, X, G and Step.Loss belong to the same point. What goes wrong on the way (a loss
// that is not a number or explodes, a line search that fails, a direction that leads uphill) is met by
// a shorter step or by forgetting the history, and reported in Step.Events.
//
// A rule can be held between any two steps. [State], X and the working vectors that State.Vectors lists are
// all that it needs to go on elsewhere, with the same bits on the same kind of device:
//
//	err := rule.Restore(state) // and write X and the listed vectors
//	step, err := rule.Resume(ctx, objective)
//
// Where the function has changed between two steps, Restart goes on with the new one from X.
package optim

import (
	"context"
	"errors"
	"strings"
)

// Objective is a function of Space.X with its gradient.
type Objective interface {
	// Evaluate computes on the device: the gradient at X into Space.G, and whatever the value follows from into
	// those of Space.Scalars that come before the last Results. It may reset all of them.
	Evaluate(ctx context.Context) error
	// Value returns the value from those scalars. It is called once after each Evaluate that succeeds, when they
	// have been read.
	//
	// An error of either method interrupts the step that asked; a value that is not finite does not, the rule deals with it.
	Value(scalars []float64) (float64, error)
}

// Rule is a way to step. *LBFGS, *Adam and *Descent are rules.
//
// A method other than Start and Restore panics unless the rule is started: by Start, or by Restore and Resume.
//
// An error of the objective, the end of a context above all, interrupts a step: the rule stays started, may be saved,
// and the next Step goes on as if nothing had happened, to the bit. L-BFGS is back where the step began. Adam and
// gradient descent, which keep no copy of that, have made their move, and the next Step begins with the
// evaluation that is missing. An error of the device itself stops the rule: it must be started again, and X is what can
// still be had. Of the Step next to an error, only Evaluations and Events count.
type Rule interface {
	// Start evaluates at X and forgets all earlier steps. It returns ErrNotFinite where the value or
	// the gradient is not finite there.
	Start(ctx context.Context, f Objective) (Step, error)
	// Step moves X once and evaluates there.
	Step(ctx context.Context, f Objective) (Step, error)
	// Restart evaluates at X after the function, or X itself, has been changed from outside, and goes on from there
	// with what does not depend on the change, such as a learning rate that was given. L-BFGS forgets its pairs and
	// gradient descent its velocity, and Step.Events has Restarted; Adam's moments go on. It is not a step.
	// Errors are those of Start.
	Restart(ctx context.Context, f Objective) (Step, error)
	// SetRate changes the learning rate from the next step on until the rule is started again. Rates that were
	// reduced after an explosion are replaced, too. It panics unless the rate is finite and greater than 0.
	SetRate(rate float64)

	// State returns what the rule knows besides its vectors. It may be called between steps.
	State() State
	// Restore sets the rule to a state of one with the same options, or returns a *StateError and leaves the rule as
	// it was. The rule is not started before Resume has succeeded.
	Restore(state State) error
	// Resume evaluates at X to have the gradient again, which is not a step. X and the vectors that the state lists
	// must hold what they held when it was taken; then every later step has the bits that it would have had.
	// Step.Events has Deviated where the loss or the norm of the gradient differs from the saved one in any bit: on
	// another instruction set, say. The rule then goes on with the present ones. Errors are those of Start.
	Resume(ctx context.Context, f Objective) (Step, error)
}

// ErrNotFinite says that the objective is NaN or infinite and that no shorter step helps.
var ErrNotFinite = errors.New("the loss or its gradient is not finite")

// Step is the outcome of a step.
type Step struct {
	Loss         float64 // at X
	GradientNorm float64 // Euclidean norm of the gradient at X
	Length       float64 // of the move, as a multiple of the direction; 0 where X stayed
	Evaluations  int     // of the objective in this step
	Events       Event   // what went wrong and what was done about it; 0 as a rule
}

// Event is a set of things that a step had to deal with.
type Event uint8

const (
	// Shortened: a trial was not finite or exploded, and the step was made shorter.
	Shortened Event = 1 << iota
	// Uphill: the direction did not lead downhill.
	Uphill
	// SearchEnded: the line search met no point that fulfils both Wolfe conditions; its lowest was taken.
	SearchEnded
	// SearchFailed: the line search met no lower point; X stayed.
	SearchFailed
	// Restarted: the history (curvature pairs, moments or velocity) was forgotten.
	Restarted
	// Stalled: X did not move and will not by further steps of this rule.
	Stalled
	// Deviated: the loss at a restored point, or the norm of its gradient, is not the one saved with it, to the bit.
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

// String lists the events, "" where there are none.
func (e Event) String() string {
	var names []string
	for i, name := range eventNames {
		if e&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "; ")
}

// phase is how far a rule is from being able to step.
type phase uint8

const (
	stopped  phase = iota // not started, or after an error
	restored              // holds a state, and not its gradient
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
