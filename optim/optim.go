// Package optim holds step rules that minimise a function of one vector: L-BFGS with a strong Wolfe
// line search or with fixed steps, Adam, and gradient descent with momentum.
//
// A rule works in a [Space]: vectors of one device that the caller has placed. Its working vectors
// come from the caller as well, so that they can be part of a memory plan; each rule's options tell
// how many it needs. Nothing is allocated by a step.
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
// a shorter step or by forgetting the history, and told in Step.Events.
package optim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/impasto/impasto/engine"
)

// Objective evaluates the function at Space.X, leaves the gradient in Space.G and returns the value.
// An error ends the step that asked; a value that is not finite does not, the rule deals with it.
type Objective func(ctx context.Context) (float64, error)

// Rule is a way to step. *LBFGS, *Adam and *Descent are rules.
type Rule interface {
	// Start evaluates at X and forgets all earlier steps. It returns ErrNotFinite where the value or
	// the gradient is not finite there.
	Start(ctx context.Context, f Objective) (Step, error)
	// Step moves X once and evaluates there. After an error X holds the best point known to the rule,
	// and the rule must be started again.
	Step(ctx context.Context, f Objective) (Step, error)
}

// ErrNotFinite says that the objective is NaN or infinite and that no shorter step helps.
var ErrNotFinite = errors.New("the loss or its gradient is not finite")

// Space is where a rule works.
type Space struct {
	Device engine.Device
	X      engine.Vector // the variable
	G      engine.Vector // the gradient at X, written by the objective
	// X is clamped to [Low, High] after every move and before it is evaluated, unless both are zero.
	Low, High float32
}

func (s *Space) bounded() bool { return s.Low != 0 || s.High != 0 }

func (s *Space) project() {
	if s.bounded() {
		s.Device.Clamp(s.X, s.Low, s.High)
	}
}

func (s *Space) check(rule string, work []engine.Vector, want int) {
	if len(work) != want {
		panic(fmt.Sprintf("optim: %s given %d working vectors, want %d", rule, len(work), want))
	}
	engine.CheckVectors(rule, s.X, s.G)
	engine.CheckVectors(rule, s.X, work...)
}

// Step is what one step came to.
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
	// Restarted: the history (curvature pairs or moments) was forgotten.
	Restarted
	// Stalled: X did not move and will not by further steps of this rule.
	Stalled
)

var eventNames = [...]string{
	"step shortened",
	"direction leads uphill",
	"line search ended early",
	"line search failed",
	"history restarted",
	"no lower point found",
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

// explosion is how many times the lowest loss seen a loss may be before the step is taken back, if it
// is also above the first one. Steps of L-BFGS without a line search overshoot tenfold and recover;
// what has grown a thousandfold has not recovered in any run that was looked at.
const explosion = 1e3

// watch remembers the losses that tell an explosion from a rise.
type watch struct {
	first, lowest float64
}

func (w *watch) start(loss float64) { w.first, w.lowest = loss, loss }

func (w *watch) accept(loss float64) { w.lowest = min(w.lowest, loss) }

// sound reports whether a point may be accepted. norm2 is the squared norm of its gradient.
func (w *watch) sound(loss, norm2 float64) bool {
	return finite(loss) && finite(norm2) && !(loss > w.first && loss > explosion*math.Abs(w.lowest))
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// evaluate calls the objective and returns also the squared norm of the gradient.
func (s *Space) evaluate(ctx context.Context, f Objective, step *Step) (loss, norm2 float64, err error) {
	loss, err = f(ctx)
	if err != nil {
		return 0, 0, err
	}
	step.Evaluations++
	return loss, s.Device.Dot(s.G, s.G), nil
}

// begin evaluates at the start of a rule.
func (s *Space) begin(ctx context.Context, f Objective) (Step, error) {
	var step Step
	s.project()
	loss, norm2, err := s.evaluate(ctx, f, &step)
	if err != nil {
		return step, err
	}
	step.Loss, step.GradientNorm = loss, math.Sqrt(norm2)
	if !finite(loss) || !finite(norm2) {
		return step, fmt.Errorf("optim: at the start: %w (loss %v, gradient %v)", ErrNotFinite, loss, step.GradientNorm)
	}
	return step, nil
}

func mustStarted(started bool, rule string) {
	if !started {
		panic("optim: " + rule + " stepped before Start, or after an error")
	}
}
