package optim

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/impasto/impasto/engine"
)

// watched is a device whose operations are counted, and can be made to fail.
type watched struct {
	engine.Device
	operations int // so far, readings included
	readings   int // of scalars
	from, to   int // operations [from, to), counted from 1, fail
}

var errLost = errors.New("the device is lost")

// err counts an operation and says whether it fails.
func (w *watched) err() error {
	w.operations++
	if w.from <= w.operations && w.operations < w.to {
		return errLost
	}
	return nil
}

// or runs the operation unless it fails.
func or(err error, do func() error) error {
	if err != nil {
		return err
	}
	return do()
}

func (w *watched) Copy(dst, src engine.Vector) error {
	return or(w.err(), func() error { return w.Device.Copy(dst, src) })
}

func (w *watched) Fill(dst engine.Vector, value float32) error {
	return or(w.err(), func() error { return w.Device.Fill(dst, value) })
}

func (w *watched) Axpy(dst engine.Vector, a float32, x engine.Vector) error {
	return or(w.err(), func() error { return w.Device.Axpy(dst, a, x) })
}

func (w *watched) Scale(dst engine.Vector, a float32) error {
	return or(w.err(), func() error { return w.Device.Scale(dst, a) })
}

func (w *watched) Clamp(dst engine.Vector, low, high float32) error {
	return or(w.err(), func() error { return w.Device.Clamp(dst, low, high) })
}

func (w *watched) Dot(dst engine.Scalar, x, y engine.Vector) error {
	return or(w.err(), func() error { return w.Device.Dot(dst, x, y) })
}

func (w *watched) Norm1(dst engine.Scalar, x engine.Vector) error {
	return or(w.err(), func() error { return w.Device.Norm1(dst, x) })
}

func (w *watched) NormInf(dst engine.Scalar, x engine.Vector) error {
	return or(w.err(), func() error { return w.Device.NormInf(dst, x) })
}

func (w *watched) Adam(op engine.AdamStep) error {
	return or(w.err(), func() error { return w.Device.Adam(op) })
}

func (w *watched) Momentum(op engine.MomentumStep) error {
	return or(w.err(), func() error { return w.Device.Momentum(op) })
}

func (w *watched) Direction(op engine.Direction) error {
	return or(w.err(), func() error { return w.Device.Direction(op) })
}

func (w *watched) Multilevel(op engine.Multilevel) error {
	return or(w.err(), func() error { return w.Device.Multilevel(op) })
}

func (w *watched) ReadScalars(dst []float64, src engine.Scalars) error {
	w.readings++
	return or(w.err(), func() error { return w.Device.ReadScalars(dst, src) })
}

// newWatched makes rules on devices of their own that are watched: those of [rules], and variants.
func newWatched(start []float64) (map[string]ruleIn, map[string]*watched) {
	all, devices := map[string]ruleIn{}, map[string]*watched{}
	for _, name := range []string{"wolfe", "fixed", "levels", "bounded wolfe", "adam", "bounded adam", "descent", "chosen"} {
		s, w := newSpace(start), &watched{Device: informed{}}
		s.Device = w
		if strings.HasPrefix(name, "bounded") {
			s.Low, s.High = -2, 0.875
		}
		all[name], devices[name] = ruleIn{variant(s, name), s}, w
	}
	return all, devices
}

func variant(s Space, name string) Rule {
	switch name {
	case "levels":
		o := LBFGSOptions{History: 4, Rate: 1, Levels: 1}
		work := vectors(o.Vectors(), s.X.Len())
		for i, v := range work {
			work[i] = picture{v.(vector)}
		}
		return NewLBFGS(s, o, work)
	case "chosen":
		return NewDescent(s, DescentOptions{Momentum: 0.9}, vectors(1, s.X.Len()))
	}
	return rules(s)[strings.TrimPrefix(name, "bounded ")]
}

// TestReadings: scalars are read once an evaluation, once a direction and once a pair. A line search without a history
// asks for a norm, and one that zooms for another.
func TestReadings(t *testing.T) {
	const direction, pair, zoom = 1, 1, 1
	most := map[string]int{
		"wolfe": direction + pair + zoom, "levels": direction + pair + zoom, "bounded wolfe": direction + pair + zoom,
		"fixed": direction + pair, "adam": 0, "bounded adam": 0, "descent": 0, "chosen": 0,
	}
	for _, p := range problems {
		all, devices := newWatched(readTorch(t)[p.name].Start)
		for name, r := range all {
			f, w := p.objective(r.space, nil), devices[name]
			before, err := r.rule.Start(context.Background(), f)
			for i := 0; err == nil && i < 60 && !before.Events.Has(Stalled); i++ {
				w.readings = 0
				var step Step
				step, err = r.rule.Step(context.Background(), f)
				extra := w.readings - step.Evaluations
				if step.Events.Has(Uphill) {
					extra-- // the direction was another
				}
				if extra > most[name] || step.Evaluations == 1 && extra > min(most[name], direction+pair) {
					t.Fatalf("%s on %s, step %d: %d readings for %d evaluations (%v)", name, p.name, i, w.readings, step.Evaluations, step.Events)
				}
				before = step
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestDeviceFails lets each operation of a run fail in turn, once or for good. The rule ends with the error and must
// be started again, and where the device recovers X is no worse than the last step left it.
func TestDeviceFails(t *testing.T) {
	start := readTorch(t)["rosenbrock"].Start
	names, _ := newWatched(start)
	for name := range names {
		for _, once := range []bool{true, false} {
			for n := 1; n < 150; n++ {
				all, devices := newWatched(start)
				r, w := all[name], devices[name]
				w.from, w.to = n, n+1
				if !once {
					w.to = math.MaxInt
				}
				failOnce(t, name, r, w, once)
			}
		}
	}
}

func failOnce(t *testing.T, name string, r ruleIn, w *watched, recovers bool) {
	t.Helper()
	f := problems[0].objective(r.space, nil)
	ctx := context.Background()
	step, err := r.rule.Start(ctx, f)
	best := math.Inf(1)
	for err == nil && w.operations < 400 {
		best = step.Loss
		step, err = r.rule.Step(ctx, f)
	}
	if !errors.Is(err, errLost) {
		t.Fatalf("%s, operation %d fails: error %v", name, w.from, err)
	}
	mustPanic(t, name+" stepped after an error", func() { _, _ = r.rule.Step(ctx, f) })
	mustPanic(t, name+" has a state after an error", func() { r.rule.State() })
	if !recovers {
		if _, err := r.rule.Start(ctx, f); !errors.Is(err, errLost) {
			t.Fatalf("%s starts on a lost device: error %v", name, err)
		}
		return
	}
	x := numbers(r.space.X)
	if best < math.Inf(1) && r.space.bounded() && (slices.Max(x) > float64(r.space.High) || slices.Min(x) < float64(r.space.Low)) {
		t.Fatalf("%s, operation %d fails: X is left at %v", name, w.from, x)
	}
	if end := rosenbrock(x, make(vector, len(x))); end > best*(1+1e-6) && compares(r.rule) {
		t.Fatalf("%s, operation %d fails: X is left at %v, the last step ended at %v", name, w.from, end, best)
	}
	if last, _ := minimise(t, r.rule, f, 20); !(last.Loss <= best) && compares(r.rule) {
		t.Errorf("%s, operation %d failed: started again it ends at %v", name, w.from, last.Loss)
	}
}

// compares reports whether a rule never leaves a point for a higher one.
func compares(r Rule) bool {
	l, ok := r.(*LBFGS)
	return ok && l.options.Search == Wolfe
}

// TestCancelled: the error of a context reaches the caller as it is.
func TestCancelled(t *testing.T) {
	for name, r := range rulesOf(readTorch(t)["rosenbrock"].Start) {
		ctx, cancel := context.WithCancel(context.Background())
		f := r.space.calling(func(ctx context.Context) (float64, error) {
			return rosenbrock(numbers(r.space.X), numbers(r.space.G)), ctx.Err()
		})
		if _, err := r.rule.Start(ctx, f); err != nil {
			t.Fatal(err)
		}
		cancel()
		if _, err := r.rule.Step(ctx, f); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// badValue is an objective whose value cannot be had.
type badValue struct{ Objective }

func (badValue) Value([]float64) (float64, error) { return 0, errLost }

func TestValueFails(t *testing.T) {
	for name, r := range rulesOf(readTorch(t)["rosenbrock"].Start) {
		f := problems[0].objective(r.space, nil)
		if _, err := r.rule.Start(context.Background(), badValue{f}); !errors.Is(err, errLost) {
			t.Errorf("%s starts with error %v", name, err)
		}
		if _, err := r.rule.Start(context.Background(), f); err != nil {
			t.Fatal(err)
		}
		if _, err := r.rule.Step(context.Background(), badValue{f}); !errors.Is(err, errLost) {
			t.Errorf("%s steps with error %v", name, err)
		}
		for what, again := range map[string]func(context.Context, Objective) (Step, error){"Start": r.rule.Start, "Restart": r.rule.Restart} {
			if _, err := r.rule.Start(context.Background(), f); err != nil {
				t.Fatal(err)
			}
			if _, err := again(context.Background(), badValue{f}); !errors.Is(err, errLost) {
				t.Errorf("%s: %s with error %v", name, what, err)
			}
			mustPanic(t, name+" stepped after an error of "+what, func() { _, _ = r.rule.Step(context.Background(), f) })
		}
	}
}
