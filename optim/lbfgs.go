package optim

import (
	"context"
	"fmt"

	"github.com/impasto/impasto/engine"
)

// Search selects how L-BFGS chooses the length of a step.
type Search uint8

const (
	// Wolfe searches along the direction for a point that satisfies the strong Wolfe conditions.
	Wolfe Search = iota
	// Fixed takes steps of length Rate without a search, as PyTorch's LBFGS does by default.
	Fixed
)

// String returns "wolfe" or "none".
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
	// Rate is the first length tried along a direction, finite and greater than 0; 1 is Newton's.
	// The very first step, and the first after a restart, tries min(1, 1/|g|_1) times Rate.
	Rate float64
	// Search chooses the length.
	Search Search
	// Levels, if greater than 0, makes directions start with the M of engine.Multilevel instead of the identity:
	// it is H^0_k / gamma_k of Nocedal and Wright, section 7.2. All working vectors must then be images.
	Levels int
}

// Vectors returns the number of working vectors that NewLBFGS needs.
func (o LBFGSOptions) Vectors() int { return 2*o.History + 4 }

func (o LBFGSOptions) valid() bool {
	return o.History >= 1 && o.Rate > 0 && finite(o.Rate) && o.Search <= Fixed && o.Levels >= 0
}

// ruleLBFGS is the name of L-BFGS.
const ruleLBFGS = "lbfgs"

var _ = register(Kind{
	Name:        ruleLBFGS,
	Vectors:     func(o Options) int { return o.lbfgs().Vectors() },
	Levels:      func(o Options) int { return o.Levels },
	Evaluations: func(o Options, steps int) float64 { return o.lbfgs().evaluations(steps) },
	New: func(space Space, o Options, work []engine.Vector) Rule {
		return NewLBFGS(space, o.lbfgs(), work)
	},
})

func (o Options) lbfgs() LBFGSOptions {
	return LBFGSOptions{History: o.History, Rate: o.Rate, Search: o.Search, Levels: o.Levels}
}

// evaluations is the expected number of evaluations: a Wolfe search takes some more in the first steps, and then a
// few per hundred.
func (o LBFGSOptions) evaluations(steps int) float64 {
	n := float64(steps + 1)
	if steps > 0 && o.Search == Wolfe {
		n += 3 + 0.05*float64(steps)
	}
	return n
}

// LBFGS is the limited-memory quasi-Newton method: Nocedal and Wright, Numerical Optimization (2nd
// ed.), algorithms 7.4 (two-loop recursion) and 7.5.
type LBFGS struct {
	space   workspace
	options LBFGSOptions
	work    []engine.Vector
	history history

	// Indices of the working vectors that belong to one step.
	direction int
	x0, g0    int // at the start of the step
	lowG      int // gradient at the line search's lowest point

	rate    float64
	present evaluation // at X
	watch   watch
	phase   phase
	held    bool // x0 and g0 hold the start of the current step
}

// NewLBFGS returns the rule; work holds options.Vectors() vectors of X's length.
func NewLBFGS(space Space, options LBFGSOptions, work []engine.Vector) *LBFGS {
	if !options.valid() {
		panic(fmt.Sprintf("optim: invalid options of L-BFGS: %+v", options))
	}
	w := newWorkspace(space, "L-BFGS", work, options.Vectors())
	for _, v := range work {
		if _, ok := v.(engine.Image); !ok && options.Levels > 0 {
			panic("optim: L-BFGS with levels needs vectors that are images")
		}
	}
	l := &LBFGS{space: w, options: options, work: append([]engine.Vector(nil), work...), history: newHistory(options.History)}
	l.arrange(nil)
	return l
}

// arrange assigns the working vectors that hold none of the pairs.
func (l *LBFGS) arrange(pairs []Pair) {
	l.history.set(pairs, len(l.work))
	for _, part := range []*int{&l.direction, &l.x0, &l.g0, &l.lowG} {
		*part = l.history.pop()
	}
}

// Start evaluates at X and clears the history.
func (l *LBFGS) Start(ctx context.Context, f Objective) (Step, error) {
	l.rate = l.options.Rate
	err := l.begin(ctx, f)
	return l.space.at(l.present), err
}

// Restart clears the history. The first step after it is as cautious as the very first.
func (l *LBFGS) Restart(ctx context.Context, f Objective) (Step, error) {
	l.phase.must(started, "L-BFGS", "Restart")
	err := l.begin(ctx, f)
	l.space.step.Events |= Restarted
	return l.space.at(l.present), err
}

func (l *LBFGS) begin(ctx context.Context, f Objective) error {
	l.phase = stopped
	var err error
	if l.present, err = l.space.begin(ctx, f); err != nil {
		return err
	}
	l.history.forget()
	l.watch.start(l.present.loss)
	l.phase = started
	return nil
}

// SetRate changes the first length tried along a direction.
func (l *LBFGS) SetRate(rate float64) {
	l.phase.must(started, "L-BFGS", "SetRate")
	mustRate(rate)
	l.rate = rate
}

// Step moves X along the quasi-Newton direction.
func (l *LBFGS) Step(ctx context.Context, f Objective) (Step, error) {
	l.phase.must(started, "L-BFGS", "Step")
	l.space.step, l.space.interrupted, l.held = Step{}, false, false
	before := l.present
	err := l.advance(ctx, f)
	if err != nil {
		l.present = before
		if l.held {
			l.space.interrupted = l.stay() == nil && l.space.interrupted
		}
		if !l.space.interrupted {
			l.phase = stopped
		}
	}
	return l.space.at(l.present), err
}

func (l *LBFGS) advance(ctx context.Context, f Objective) error {
	step := &l.space.step
	slope, err := l.aim()
	if err != nil {
		return err
	}
	if !(slope < 0) {
		step.Events |= Stalled
		return nil
	}
	c := l.space.chain()
	c.copy(l.work[l.x0], c.X)
	c.copy(l.work[l.g0], c.G)
	if c.err != nil {
		return c.err
	}
	l.held = true
	if l.options.Search == Fixed {
		err = l.fixed(ctx, f)
	} else {
		err = l.wolfe(ctx, f, slope)
	}
	if err != nil || step.Length == 0 {
		return err
	}
	l.held = false // remember takes over their vectors
	l.watch.accept(l.present.loss)
	return l.remember(step.Length)
}

// aim computes the direction and returns the slope along it, negative unless the gradient is zero.
func (l *LBFGS) aim() (slope float64, err error) {
	if len(l.history.pairs) > 0 {
		slope, err := l.quasiNewton()
		if err != nil || slope < 0 && finite(slope) {
			return slope, err
		}
		l.space.step.Events |= Uphill | Restarted
		l.history.forget()
	}
	c := l.space.chain()
	c.copy(l.work[l.direction], c.G)
	c.scale(l.work[l.direction], -1)
	return -l.present.norm2, c.err
}

// quasiNewton computes the direction from the pairs and returns the slope along it.
func (l *LBFGS) quasiNewton() (slope float64, err error) {
	h := &l.history
	op := engine.Direction{
		D: l.work[l.direction], G: l.space.G,
		S: h.s[:0], Y: h.y[:0], Rho: h.rho[:0],
		Gamma: h.gamma, Levels: l.options.Levels,
		Slope: l.space.result(0),
	}
	for _, p := range h.pairs {
		op.S, op.Y, op.Rho = append(op.S, l.work[p.S]), append(op.Y, l.work[p.Y]), append(op.Rho, p.Rho)
	}
	c := l.space.chain()
	c.err = c.Device.Direction(op)
	c.read()
	return l.space.results()[0], c.err
}

// firstLength returns the first length to try. The gradient gives no scale, so without a
// history the first move is at most 1 in the 1-norm.
func (l *LBFGS) firstLength() (float64, error) {
	if len(l.history.pairs) > 0 {
		return l.rate, nil
	}
	c := l.space.chain()
	c.err = c.Device.Norm1(c.result(0), l.work[l.g0])
	c.read()
	return min(1, 1/l.space.results()[0]) * l.rate, c.err
}

// move sets X = x0 + t direction.
func (l *LBFGS) move(t float64) error {
	c := l.space.chain()
	c.copy(c.X, l.work[l.x0])
	c.axpy(c.X, float32(t), l.work[l.direction])
	c.project()
	return c.err
}

// stay undoes the step.
func (l *LBFGS) stay() error {
	c := l.space.chain()
	c.copy(c.X, l.work[l.x0])
	c.copy(c.G, l.work[l.g0])
	return c.err
}

// State lists the vectors of the pairs.
func (l *LBFGS) State() State {
	l.phase.must(started, "L-BFGS", "State")
	h := &l.history
	s := State{
		Rule: ruleLBFGS,
		Loss: l.present.loss, Norm2: l.present.norm2, First: l.watch.first, Lowest: l.watch.lowest,
		Rate: l.rate, Gamma: h.gamma, Made: h.made,
		Pairs: append([]Pair(nil), h.pairs...),
	}
	s.Vectors = s.held()
	return s
}

// Restore continues with the pairs of a state.
func (l *LBFGS) Restore(s State) error {
	a := audit{rule: "L-BFGS"}
	a.common(&s, ruleLBFGS, s.held())
	a.demand(s.Rate > 0, "the learning rate is %v", s.Rate)
	a.pairs(&s, l.options.History, len(l.work))
	if err := a.err(); err != nil {
		return err
	}
	l.arrange(s.Pairs)
	l.history.gamma, l.history.made = s.Gamma, s.Made
	l.rate = s.Rate
	l.present = evaluation{s.Loss, s.Norm2}
	l.watch = watch{s.First, s.Lowest}
	l.phase = restored
	return nil
}

// Resume evaluates at X.
func (l *LBFGS) Resume(ctx context.Context, f Objective) (Step, error) {
	l.phase.must(restored, "L-BFGS", "Resume")
	err := l.space.resume(ctx, f, &l.present)
	if err == nil {
		l.phase = started
	}
	return l.space.at(l.present), err
}
