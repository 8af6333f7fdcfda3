package optim

import (
	"context"
	"math"
	"testing"
)

// moved is a quartic with its minimum at c instead of 1, times a factor.
func moved(s Space, c, factor float64) Objective {
	return s.calling(func(context.Context) (float64, error) {
		x, g := numbers(s.X), numbers(s.G)
		at := make(vector, len(x))
		for i, v := range x {
			at[i] = v - c + 1
		}
		f := quartic(at, g)
		for i := range g {
			g[i] *= factor
		}
		return factor * f, nil
	})
}

// TestRestart changes the function in the midst of a run: the rule says so, belongs to the new function at once, and
// goes to its minimum, whether the new loss is a thousand times the old one or a thousandth.
func TestRestart(t *testing.T) {
	ctx, start := context.Background(), readTorch(t)["quartic"].Start
	for _, factor := range []float64{1e-3, 1, 1e3} {
		for name, r := range rulesOf(start) {
			if name == "descent" { // whose rate would have to follow the factor; see below
				r.rule = NewDescent(r.space, DescentOptions{Momentum: 0.9}, vectors(1, len(start)))
			}
			minimise(t, r.rule, moved(r.space, 1, 1), 25)
			before := r.rule.State()
			f := moved(r.space, -0.5, factor)
			at := append(vector(nil), numbers(r.space.X)...)
			step, err := r.rule.Restart(ctx, f)
			if err != nil {
				t.Fatal(err)
			}
			g := make(vector, len(at))
			for i, v := range at {
				at[i] = v + 1.5
			}
			events := Restarted
			if name == "adam" {
				events = 0
			}
			if want := factor * quartic(at, g); step.Loss != want || step.Events != events || step.Evaluations != 1 || step.Length != 0 {
				t.Errorf("%s restarts with %+v, the loss there is %v", name, step, want)
			}
			checkForgotten(t, name, before, r.rule.State())
			first := step.Loss
			for i := 0; err == nil && i < 600 && !step.Events.Has(Stalled); i++ {
				step, err = r.rule.Step(ctx, f)
			}
			if err != nil || step.Loss > 1e-3*first {
				t.Errorf("%s, loss times %v: from %v to %v (%v)", name, factor, first, step.Loss, err)
			}
		}
	}
}

func checkForgotten(t *testing.T, name string, before, after State) {
	t.Helper()
	if after.First != after.Loss || after.Lowest != after.Loss {
		t.Errorf("%s compares the new loss with the old one: %+v", name, after)
	}
	if len(after.Pairs) != 0 || after.Made != before.Made {
		t.Errorf("%s keeps pairs of the old function, or numbers them from 0 again: %+v", name, after)
	}
	if name != "descent" && after.Rate != before.Rate {
		t.Errorf("%s has rate %v, had %v", name, after.Rate, before.Rate)
	}
}

// TestSetRate: the next step is made with the new rate, and those after it.
func TestSetRate(t *testing.T) {
	ctx, start := context.Background(), readTorch(t)["quartic"].Start
	for name, r := range rulesOf(start) {
		f := problems[2].objective(r.space, nil)
		minimise(t, r.rule, f, 3)
		const rate = 1.0 / 1024
		r.rule.SetRate(rate)
		for range 2 {
			step, err := r.rule.Step(ctx, f)
			if err != nil {
				t.Fatal(err)
			}
			if name != "wolfe" && step.Length != rate {
				t.Errorf("%s: length %v after the rate was set to %v", name, step.Length, rate)
			}
		}
		if got := r.rule.State().Rate; got != rate {
			t.Errorf("%s has rate %v", name, got)
		}
		for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1)} {
			mustPanic(t, name+" at a bad rate", func() { r.rule.SetRate(bad) })
		}
		minimise(t, r.rule, f, 0)
		if got := r.rule.State().Rate; got == rate {
			t.Errorf("%s started again keeps the rate that was set", name)
		}
	}
}

// TestRateOfSearch: the line search tries the rate first.
func TestRateOfSearch(t *testing.T) {
	r := rulesOf(readTorch(t)["quadratic"].Start)["wolfe"]
	f := problems[1].objective(r.space, nil)
	minimise(t, r.rule, f, 8)
	const rate = 0.25
	r.rule.SetRate(rate)
	step, err := r.rule.Step(context.Background(), f)
	if err != nil || step.Evaluations == 1 && step.Length != rate || step.Evaluations > 1 && step.Length == 1 {
		t.Errorf("%+v (%v) after the rate was set to %v", step, err, rate)
	}
}

// TestChosenRateAfterRestart: a rate that was chosen by the gradient is chosen again, one that was set is not.
func TestChosenRateAfterRestart(t *testing.T) {
	ctx, start := context.Background(), readTorch(t)["quartic"].Start
	for _, set := range []bool{false, true} {
		s := newSpace(start)
		d := NewDescent(s, DescentOptions{Momentum: 0.9}, vectors(1, len(start)))
		minimise(t, d, moved(s, 1, 1), 3)
		if set {
			d.SetRate(1e-4)
		}
		before := d.State().Rate
		if _, err := d.Restart(ctx, moved(s, 1, 1000)); err != nil {
			t.Fatal(err)
		}
		switch after := d.State().Rate; {
		case set && after != before:
			t.Errorf("the rate was set to %v and is %v", before, after)
		case !set && !(after < before/100):
			t.Errorf("the gradient is a thousand times as steep, the rate was %v and is %v", before, after)
		}
	}
}

// TestAdamFollowsScale: a loss that becomes a thousandth of itself changes no step, as it would not from the start.
func TestAdamFollowsScale(t *testing.T) {
	ctx, start := context.Background(), readTorch(t)["rosenbrock"].Start
	run := func(factor float64) vector {
		s := newSpace(start)
		a := NewAdam(s, AdamOptions{Rate: 0.02, Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-12}, vectors(2, len(start)))
		f := problems[0].objective(s, nil)
		minimise(t, a, f, 10)
		f = s.calling(func(context.Context) (float64, error) {
			v := rosenbrock(numbers(s.X), numbers(s.G))
			return factor * v, host{}.Scale(s.G, float32(factor))
		})
		_, err := a.Restart(ctx, f)
		for range 20 {
			if err == nil {
				_, err = a.Step(ctx, f)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		return numbers(s.X)
	}
	if d := distance(run(1), run(0x1p-10)); d > 1e-6 {
		t.Errorf("coordinates differ by %v", d)
	}
}
