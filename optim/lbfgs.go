package optim

import (
	"context"
	"fmt"
	"math"

	"github.com/impasto/impasto/engine"
)

// Search says how L-BFGS chooses the length of a step.
type Search uint8

const (
	// Wolfe searches along the direction for a point that fulfils the strong Wolfe conditions.
	Wolfe Search = iota
	// Fixed takes steps of length Rate without looking, as PyTorch's LBFGS does unless told otherwise.
	Fixed
)

// String returns "wolfe" or "none", as PyTorch's users call them.
func (s Search) String() string {
	switch s {
	case Wolfe:
		return "wolfe"
	case Fixed:
		return "none"
	}
	return fmt.Sprintf("Search(%d)", uint8(s))
}

// LBFGSOptions are the parameters of L-BFGS.
type LBFGSOptions struct {
	// History is the number of pairs (s, y) kept, m in the literature; at least 1.
	// Each pair takes two vectors. PyTorch's default is 100.
	History int
	// Rate is the first length tried along a direction, greater than 0; 1 is Newton's.
	// The very first step, and each after a restart, tries min(1, 1/|g|_1) times Rate.
	Rate float64
	// Search chooses the length.
	Search Search
	// Precondition, where it is not nil, replaces a vector v by M v, where M is symmetric and positive definite
	// and as near to the inverse Hessian as is known beforehand, but for a factor. Directions then begin
	// with M instead of the identity: it is H^0_k / gamma_k of Nocedal and Wright, section 7.2.
	Precondition func(v engine.Vector)
}

// Vectors returns how many working vectors NewLBFGS needs.
func (o LBFGSOptions) Vectors() int { return 2*o.History + 4 }

// LBFGS is the limited-memory quasi-Newton method: Nocedal and Wright, Numerical Optimization (2nd
// ed.), algorithms 7.4 (two-loop recursion) and 7.5.
type LBFGS struct {
	space   Space
	options LBFGSOptions

	s, y       []engine.Vector // the pairs, a ring
	rho, alpha []float64       // 1 / y's and the first loop's coefficients, by slot
	oldest     int
	pairs      int
	gamma      float64 // scale of the initial inverse Hessian, eq. 7.20

	direction engine.Vector
	x0, g0    engine.Vector // where the step began
	lowG      engine.Vector // gradient at the line search's lowest point

	loss    float64
	norm2   float64 // of the gradient at X
	watch   watch
	started bool
}

// NewLBFGS returns the rule; work holds options.Vectors() vectors of X's length.
func NewLBFGS(space Space, options LBFGSOptions, work []engine.Vector) *LBFGS {
	if options.History < 1 || !(options.Rate > 0) || options.Search > Fixed {
		panic(fmt.Sprintf("optim: L-BFGS with options %+v", options))
	}
	space.check("L-BFGS", work, options.Vectors())
	m := options.History
	return &LBFGS{
		space:     space,
		options:   options,
		s:         append([]engine.Vector(nil), work[:m]...),
		y:         append([]engine.Vector(nil), work[m:2*m]...),
		rho:       make([]float64, m),
		alpha:     make([]float64, m),
		direction: work[2*m],
		x0:        work[2*m+1],
		g0:        work[2*m+2],
		lowG:      work[2*m+3],
	}
}

// Start evaluates at X and forgets the history.
func (l *LBFGS) Start(ctx context.Context, f Objective) (Step, error) {
	l.started = false
	step, err := l.space.begin(ctx, f)
	if err != nil {
		return step, err
	}
	l.forget()
	l.loss, l.norm2 = step.Loss, step.GradientNorm*step.GradientNorm
	l.watch.start(step.Loss)
	l.started = true
	return step, nil
}

// Step moves X along the quasi-Newton direction.
func (l *LBFGS) Step(ctx context.Context, f Objective) (Step, error) {
	mustStarted(l.started, "L-BFGS")
	var step Step
	slope := l.aim(&step)
	if !(slope < 0) {
		step.Events |= Stalled
		return l.close(step), nil
	}
	dev := l.space.Device
	dev.Copy(l.x0, l.space.X)
	dev.Copy(l.g0, l.space.G)

	var err error
	if l.options.Search == Fixed {
		err = l.fixed(ctx, f, &step)
	} else {
		err = l.wolfe(ctx, f, slope, &step)
	}
	if err != nil {
		l.started = false
		return step, err
	}
	if step.Length > 0 {
		l.watch.accept(l.loss)
		l.remember(step.Length)
	}
	return l.close(step), nil
}

func (l *LBFGS) close(step Step) Step {
	step.Loss, step.GradientNorm = l.loss, math.Sqrt(l.norm2)
	return step
}

// aim computes the direction and returns the slope along it, negative unless the gradient is zero.
func (l *LBFGS) aim(step *Step) float64 {
	dev := l.space.Device
	if l.pairs > 0 {
		l.recurse()
		if slope := dev.Dot(l.space.G, l.direction); slope < 0 && finite(slope) {
			return slope
		}
		step.Events |= Uphill | Restarted
		l.forget()
	}
	dev.Copy(l.direction, l.space.G)
	dev.Scale(l.direction, -1)
	return -l.norm2
}

// recurse computes direction = -H g by the two-loop recursion, Nocedal and Wright algorithm 7.4.
func (l *LBFGS) recurse() {
	dev, d := l.space.Device, l.direction
	dev.Copy(d, l.space.G)
	dev.Scale(d, -1)
	for i := l.pairs - 1; i >= 0; i-- {
		k := l.slot(i)
		l.alpha[k] = l.rho[k] * dev.Dot(l.s[k], d)
		dev.Axpy(d, float32(-l.alpha[k]), l.y[k])
	}
	dev.Scale(d, float32(l.gamma))
	if l.options.Precondition != nil {
		l.options.Precondition(d)
	}
	for i := range l.pairs {
		k := l.slot(i)
		beta := l.rho[k] * dev.Dot(l.y[k], d)
		dev.Axpy(d, float32(l.alpha[k]-beta), l.s[k])
	}
}

// slot returns where the i-th oldest pair lies.
func (l *LBFGS) slot(i int) int { return (l.oldest + i) % l.options.History }

func (l *LBFGS) forget() { l.pairs, l.oldest, l.gamma = 0, 0, 1 }

// firstLength returns the length to try first. The gradient says nothing about scale, so without a
// history the first move is at most 1 in the 1-norm.
func (l *LBFGS) firstLength() float64 {
	if l.pairs > 0 {
		return l.options.Rate
	}
	return min(1, 1/l.space.Device.Norm1(l.g0)) * l.options.Rate
}

// move sets X = x0 + t direction.
func (l *LBFGS) move(t float64) {
	l.space.Device.Copy(l.space.X, l.x0)
	l.space.Device.Axpy(l.space.X, float32(t), l.direction)
	l.space.project()
}

// stay takes the step back.
func (l *LBFGS) stay() {
	l.space.Device.Copy(l.space.X, l.x0)
	l.space.Device.Copy(l.space.G, l.g0)
}

// Curvature below these makes a pair worthless. PyTorch's LBFGS asks for y's > 1e-10, which fixed steps
// share with it; behind a line search the test is free of the scale of the loss and refuses only what
// is rounding.
const (
	minCurvature = 1e-10
	minCosine    = 1e-8
)

// remember turns the step just made into the newest pair. The step's own vectors become the pair's,
// and the oldest pair's vectors serve the next step.
func (l *LBFGS) remember(t float64) {
	dev := l.space.Device
	s := &l.direction
	if l.space.bounded() && l.options.Search == Wolfe {
		s = &l.x0 // what the bounds left of the step
		dev.Scale(*s, -1)
		dev.Axpy(*s, 1, l.space.X)
	} else {
		dev.Scale(*s, float32(t))
	}
	dev.Scale(l.g0, -1)
	dev.Axpy(l.g0, 1, l.space.G)

	ys, yy := dev.Dot(l.g0, *s), dev.Dot(l.g0, l.g0)
	least := minCurvature
	if l.options.Search == Wolfe {
		least = minCosine * math.Sqrt(yy*dev.Dot(*s, *s))
	}
	if !(ys > least) || !finite(1/ys) || !finite(ys/yy) {
		return
	}
	if l.pairs == l.options.History {
		l.oldest = l.slot(1)
		l.pairs--
	}
	k := l.slot(l.pairs)
	l.pairs++
	l.s[k], *s = *s, l.s[k]
	l.y[k], l.g0 = l.g0, l.y[k]
	l.rho[k] = 1 / ys
	l.gamma = ys / l.energy(l.y[k], yy)
}

// energy returns y'My, where yy is y'y. It needs a vector that a finished step does not.
func (l *LBFGS) energy(y engine.Vector, yy float64) float64 {
	if l.options.Precondition == nil {
		return yy
	}
	l.space.Device.Copy(l.lowG, y)
	l.options.Precondition(l.lowG)
	return l.space.Device.Dot(l.lowG, y)
}

// Lengths tried by a fixed step that explodes: each a tenth of the one before.
const fixedTrials = 4

// fixed takes a step of a given length, shorter only where the point there is not sound.
func (l *LBFGS) fixed(ctx context.Context, f Objective, step *Step) error {
	t := l.firstLength()
	for range fixedTrials {
		l.move(t)
		loss, norm2, err := l.space.evaluate(ctx, f, step)
		if err != nil {
			l.stay()
			return err
		}
		if l.watch.sound(loss, norm2) {
			l.loss, l.norm2 = loss, norm2
			step.Length = t
			return nil
		}
		step.Events |= Shortened
		t /= 10
	}
	l.giveUp(step)
	return nil
}

// giveUp goes back to where the step began. With a history the next step tries without it; without
// one even the steepest descent led nowhere.
func (l *LBFGS) giveUp(step *Step) {
	l.stay()
	step.Events |= SearchFailed
	if l.pairs == 0 {
		step.Events |= Stalled
		return
	}
	step.Events |= Restarted
	l.forget()
}
