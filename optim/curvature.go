package optim

import (
	"math"

	"github.com/impasto/impasto/engine"
)

// A pair with curvature below these is discarded. PyTorch's LBFGS requires y's > 1e-10, as fixed steps do here;
// after a line search the test does not depend on the scale of the loss and rejects only what is rounding
// error.
const (
	minCurvature = 1e-10
	minCosine    = 1e-8
)

// remember turns the last step into the newest pair. The step's own vectors become the pair's,
// and the oldest pair's vectors serve the next step.
func (l *LBFGS) remember(t float64) error {
	s := &l.direction
	if l.space.bounded() && l.options.Search == Wolfe {
		s = &l.x0 // the step after clamping
	}
	curvature, err := l.measure(s, t)
	if err != nil {
		return err
	}
	least := minCurvature
	if l.options.Search == Wolfe {
		least = minCosine * math.Sqrt(curvature.yy*curvature.ss)
	}
	rho, gamma := 1/curvature.ys, curvature.ys/curvature.energy
	if !(curvature.ys > least) || !finite(rho) || !finite(curvature.ys/curvature.yy) || !(gamma > 0) || !finite(gamma) {
		return nil
	}
	l.history.push(s, &l.g0, rho, gamma)
	return nil
}

// products are the inner products of a pair.
type products struct {
	ys, yy, ss float64
	energy     float64 // y'My
}

// measure makes a pair of the last step: s, the step, in the vector given and y, the change of the
// gradient, in g0.
func (l *LBFGS) measure(s *int, t float64) (products, error) {
	c := l.space.chain()
	step, y := l.work[*s], l.work[l.g0]
	if s == &l.x0 {
		c.scale(step, -1)
		c.axpy(step, 1, c.X)
	} else {
		c.scale(step, float32(t))
	}
	c.scale(y, -1)
	c.axpy(y, 1, c.G)
	c.dot(0, y, step)
	c.dot(1, y, y)
	if l.options.Search == Wolfe {
		c.dot(2, step, step)
	}
	if l.options.Levels > 0 {
		l.weigh(&c, y)
	}
	if c.read(); c.err != nil {
		return products{}, c.err
	}
	r := l.space.results()
	p := products{ys: r[0], yy: r[1], ss: r[2], energy: r[1]}
	if l.options.Levels > 0 {
		p.energy = r[3]
	}
	return p, nil
}

// weigh writes y'My to the last result. It needs a vector that a completed step does not.
func (l *LBFGS) weigh(c *chain, y engine.Vector) {
	weighted := l.work[l.lowG]
	c.copy(weighted, y)
	if c.err == nil {
		c.err = c.Device.Multilevel(engine.Multilevel{V: weighted.(engine.Image), Levels: l.options.Levels})
	}
	c.dot(3, weighted, y)
}
