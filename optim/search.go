package optim

import (
	"context"
	"math"
)

// Parameters of the line search. Nocedal and Wright, section 3.1, give c1 and c2 for quasi-Newton
// directions; the number of trials is PyTorch's.
const (
	sufficientDecrease = 1e-4 // c1
	curvature          = 0.9  // c2
	maxTrials          = 25

	// A loss summed from float32 features is accurate to about this relative error. A smaller decrease
	// cannot be observed, so none is required: without the allowance every search near a minimum fails
	// (compare the approximate Wolfe conditions of Hager and Zhang 2005).
	lossResolution = 1e-7
	// Moves of all coordinates below this cannot be distinguished in float32 (PyTorch's tolerance_change).
	leastMove = 1e-9
)

// point is the restriction of the objective to the direction: phi(t) and phi'(t).
type point struct {
	t, f, slope float64
	norm2       float64 // squared norm of the full gradient
}

// search is the state of one line search: Nocedal and Wright, algorithms 3.5 and 3.6.
type search struct {
	*LBFGS
	start  point
	low    point // the lowest point that decreases enough; initially start
	high   point // the other end of the bracket
	trials int
}

// wolfe moves X to a point that satisfies the strong Wolfe conditions, or to the lowest point found.
func (l *LBFGS) wolfe(ctx context.Context, f Objective, slope float64) error {
	start := point{f: l.present.loss, slope: slope, norm2: l.present.norm2}
	s := search{LBFGS: l, start: start, low: start}
	found, err := s.find(ctx, f)
	if err == nil && !found {
		err = s.settle()
	}
	return err
}

// find searches for a point that satisfies both conditions.
func (s *search) find(ctx context.Context, f Objective) (found bool, err error) {
	found, bracketed, err := s.bracket(ctx, f)
	if err != nil || !bracketed {
		return found, err
	}
	return s.zoom(ctx, f)
}

// settle takes the lowest point found if it is lower than the start.
func (s *search) settle() error {
	if !(s.low.t > 0 && s.low.f < s.start.f) {
		return s.giveUp()
	}
	s.space.step.Events |= SearchEnded
	if err := s.move(s.low.t); err != nil {
		return err
	}
	s.take(s.low)
	return s.space.Device.Copy(s.space.G, s.work[s.lowG])
}

// bracket lengthens the step until a point is found or an interval contains one, algorithm 3.5.
func (s *search) bracket(ctx context.Context, f Objective) (found, bracketed bool, err error) {
	t, err := s.firstLength()
	if err != nil {
		return false, false, err
	}
	for s.trials < maxTrials {
		p, err := s.try(ctx, f, t)
		if err != nil {
			return false, false, err
		}
		if s.tooHigh(p) {
			s.high = p
			return false, true, nil
		}
		if s.flat(p) {
			s.take(p)
			return true, false, nil
		}
		before := s.low
		if err := s.keep(p); err != nil {
			return false, false, err
		}
		if p.slope >= 0 {
			s.high = before
			return false, true, nil
		}
		t = cubicMinimum(before, p, t+0.01*(t-before.t), 10*t)
	}
	return false, false, nil
}

// zoom shrinks the bracket around a point that satisfies both conditions, algorithm 3.6.
func (s *search) zoom(ctx context.Context, f Objective) (found bool, err error) {
	width, err := s.width()
	if err != nil {
		return false, err
	}
	slow := false // the last trial was close to an end of the bracket
	for s.trials < maxTrials && math.Abs(s.high.t-s.low.t)*width > leastMove {
		var t float64
		t, slow = s.interpolate(slow)
		p, err := s.try(ctx, f, t)
		if err != nil {
			return false, err
		}
		if s.tooHigh(p) {
			s.high = p
			continue
		}
		if s.flat(p) {
			s.take(p)
			return true, nil
		}
		if p.slope*(s.high.t-s.low.t) >= 0 {
			s.high = s.low
		}
		if err := s.keep(p); err != nil {
			return false, err
		}
	}
	return false, nil
}

// width returns the largest move of a coordinate in a step of length 1.
func (s *search) width() (float64, error) {
	c := s.space.chain()
	c.err = c.Device.NormInf(c.result(0), s.work[s.direction])
	c.read()
	return s.space.results()[0], c.err
}

// interpolate returns the next trial in the bracket. Two trials in a row close to an end, or one at an end,
// is too little progress: the next is then a tenth of the bracket away from that end.
func (s *search) interpolate(slow bool) (t float64, close bool) {
	from, to := min(s.low.t, s.high.t), max(s.low.t, s.high.t)
	t = cubicMinimum(s.low, s.high, from, to)
	margin := 0.1 * (to - from)
	if min(to-t, t-from) >= margin {
		return t, false
	}
	if !slow && from < t && t < to {
		return t, true
	}
	if to-t < t-from {
		return to - margin, false
	}
	return from + margin, false
}

// try evaluates at length t. A point that is not sound counts as infinitely high.
func (s *search) try(ctx context.Context, f Objective, t float64) (point, error) {
	if err := s.move(t); err != nil {
		return point{}, err
	}
	s.trials++
	e, slope, err := s.space.evaluate(ctx, f, s.work[s.direction])
	if err != nil {
		return point{}, err
	}
	if !e.finite() {
		s.space.step.Events |= Shortened
		return point{t: t, f: math.Inf(1), slope: math.Inf(1)}, nil
	}
	return point{t, e.loss, slope, e.norm2}, nil
}

// tooHigh reports whether p can only be the high end of a bracket.
func (s *search) tooHigh(p point) bool {
	return !s.decreases(p) || s.low.t > 0 && p.f >= s.low.f
}

// decreases is the first Wolfe condition, eq. 3.7a.
func (s *search) decreases(p point) bool {
	return p.f <= s.start.f+sufficientDecrease*p.t*s.start.slope+lossResolution*math.Abs(s.start.f)
}

// flat is the second Wolfe condition, in its strong form, eq. 3.7b.
func (s *search) flat(p point) bool {
	return math.Abs(p.slope) <= -curvature*s.start.slope
}

// keep records p, where X and G are, as the lowest point.
func (s *search) keep(p point) error {
	s.low = p
	return s.space.Device.Copy(s.work[s.lowG], s.space.G)
}

// take accepts p.
func (s *search) take(p point) {
	s.present = evaluation{p.f, p.norm2}
	s.space.step.Length = p.t
}

// cubicMinimum returns the minimiser in [from, to] of the cubic through two points and their slopes,
// Nocedal and Wright eq. 3.59, or the midpoint if there is none.
func cubicMinimum(a, b point, from, to float64) float64 {
	if a.t > b.t {
		a, b = b, a
	}
	d1 := a.slope + b.slope - 3*(a.f-b.f)/(a.t-b.t)
	d2 := math.Sqrt(d1*d1 - a.slope*b.slope)
	t := b.t - (b.t-a.t)*(b.slope+d2-d1)/(b.slope-a.slope+2*d2)
	if !finite(t) {
		return (from + to) / 2
	}
	return min(max(t, from), to)
}
