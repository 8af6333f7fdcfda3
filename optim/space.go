package optim

import (
	"context"
	"fmt"
	"math"

	"github.com/impasto/impasto/engine"
)

// Space holds the vectors and scalars that a rule works on.
type Space struct {
	Device engine.Device
	X      engine.Vector // the variable
	G      engine.Vector // the gradient at X, written by the objective
	// Scalars are read together: those of the objective, followed by Results that the rule writes.
	Scalars engine.Scalars
	// X is clamped to [Low, High] after every move and before it is evaluated, unless both are zero.
	Low, High float32
}

// Results is the number of scalars at the end of Space.Scalars that a rule needs for its dot products and norms.
const Results = 4

// workspace is a Space with host memory for its scalars, and the step in progress.
type workspace struct {
	Space
	host []float64 // Scalars as last read
	step Step
	// interrupted: the objective, not the device, ended the current step.
	interrupted bool
}

// bounded reports whether X has bounds.
func (s *Space) bounded() bool { return s.Low != 0 || s.High != 0 }

// newWorkspace panics if the vectors do not match.
func newWorkspace(space Space, rule string, work []engine.Vector, want int) workspace {
	if len(work) != want {
		panic(fmt.Sprintf("optim: %s given %d working vectors, want %d", rule, len(work), want))
	}
	engine.CheckVectors(rule, space.X, space.G)
	engine.CheckVectors(rule, space.X, work...)
	if n := space.Scalars.Len(); n < Results {
		panic(fmt.Sprintf("optim: %s given %d scalars, want %d", rule, n, Results))
	}
	return workspace{Space: space, host: make([]float64, space.Scalars.Len())}
}

// result returns where the i-th of the rule's own results is written.
func (w *workspace) result(i int) engine.Scalar {
	return engine.Scalar{Of: w.Scalars, At: len(w.host) - Results + i}
}

// results returns the rule's own results as last read, and values those of the objective.
func (w *workspace) results() []float64 { return w.host[len(w.host)-Results:] }
func (w *workspace) values() []float64  { return w.host[:len(w.host)-Results] }

// chain issues operations until one fails: err is then its error, and the rest are skipped.
type chain struct {
	*workspace
	err error
}

func (w *workspace) chain() chain { return chain{workspace: w} }

func (c *chain) copy(dst, src engine.Vector) {
	if c.err == nil {
		c.err = c.Device.Copy(dst, src)
	}
}

func (c *chain) fill(dst engine.Vector, value float32) {
	if c.err == nil {
		c.err = c.Device.Fill(dst, value)
	}
}

func (c *chain) scale(dst engine.Vector, a float32) {
	if c.err == nil {
		c.err = c.Device.Scale(dst, a)
	}
}

func (c *chain) axpy(dst engine.Vector, a float32, x engine.Vector) {
	if c.err == nil {
		c.err = c.Device.Axpy(dst, a, x)
	}
}

// dot writes the i-th result.
func (c *chain) dot(i int, x, y engine.Vector) {
	if c.err == nil {
		c.err = c.Device.Dot(c.result(i), x, y)
	}
}

// project clamps X to the bounds.
func (c *chain) project() {
	if c.err == nil && c.bounded() {
		c.err = c.Device.Clamp(c.X, c.Low, c.High)
	}
}

// read waits for the operations issued and reads all scalars.
func (c *chain) read() {
	if c.err == nil {
		c.err = c.Device.ReadScalars(c.host, c.Scalars)
	}
}

// evaluation is what is known about the objective at a point.
type evaluation struct {
	loss  float64
	norm2 float64 // squared norm of the gradient
}

func (e evaluation) finite() bool { return finite(e.loss) && finite(e.norm2) }

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// evaluate evaluates the objective at X. If along is not nil it also returns the slope in that direction.
func (w *workspace) evaluate(ctx context.Context, f Objective, along engine.Vector) (e evaluation, slope float64, err error) {
	if err := f.Evaluate(ctx); err != nil {
		w.interrupted = true
		return e, 0, err
	}
	w.step.Evaluations++
	c := w.chain()
	c.dot(0, w.G, w.G)
	if along != nil {
		c.dot(1, w.G, along)
	}
	c.read()
	if c.err != nil {
		return e, 0, c.err
	}
	e.norm2, slope = w.results()[0], w.results()[1]
	e.loss, err = f.Value(w.values())
	w.interrupted = err != nil
	return e, slope, err
}

// begin evaluates at X when a rule starts or continues.
func (w *workspace) begin(ctx context.Context, f Objective) (evaluation, error) {
	w.step = Step{}
	c := w.chain()
	if c.project(); c.err != nil {
		return evaluation{}, c.err
	}
	e, _, err := w.evaluate(ctx, f, nil)
	if err == nil && !e.finite() {
		err = fmt.Errorf("optim: at the start: %w (loss %v, gradient %v)", ErrNotFinite, e.loss, math.Sqrt(e.norm2))
	}
	return e, err
}

// resume evaluates where a restored rule continues. It replaces saved by the result.
func (w *workspace) resume(ctx context.Context, f Objective, saved *evaluation) error {
	e, err := w.begin(ctx, f)
	if err == nil && e != *saved {
		w.step.Events |= Deviated
		*saved = e
	}
	return err
}

// at returns the step in progress as one that ended at a point.
func (w *workspace) at(e evaluation) Step {
	w.step.Loss, w.step.GradientNorm = e.loss, math.Sqrt(e.norm2)
	return w.step
}
