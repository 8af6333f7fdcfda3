package optim

import (
	"context"
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
)

func minimise(t *testing.T, r Rule, f Objective, steps int) (last Step, events Event) {
	t.Helper()
	last, err := r.Start(context.Background(), f)
	for i := 0; err == nil && i < steps && !last.Events.Has(Stalled); i++ {
		last, err = r.Step(context.Background(), f)
		events |= last.Events
	}
	if err != nil {
		t.Fatal(err)
	}
	return last, events
}

func TestConvergence(t *testing.T) {
	tests := []struct {
		rule    string
		problem problem
		steps   int
		below   float64
	}{
		{"wolfe", problems[0], 200, 1e-9},
		{"wolfe", problems[1], 200, 2e-2},
		{"wolfe", problems[2], 50, 1e-9},
		{"fixed", problems[1], 400, 1e-3},
		{"adam", problems[2], 600, 1e-2},
		{"descent", problems[2], 1500, 1e-2},
	}
	for _, test := range tests {
		s := newSpace(readTorch(t)[test.problem.name].Start)
		last, _ := minimise(t, rules(s)[test.rule], test.problem.objective(s, nil), test.steps)
		if !(last.Loss < test.below) {
			t.Errorf("%s on %s ends at %v after %d steps, want below %v", test.rule, test.problem.name, last.Loss, test.steps, test.below)
		}
	}
}

// With exact arithmetic and a long enough history L-BFGS ends on a quadratic of k distinct
// eigenvalues in about k iterations; an inexact search needs a few more.
func TestFewEigenvalues(t *testing.T) {
	few := func(x, g vector) (f float64) {
		for i := range x {
			c := []float64{1, 30, 1000}[i%3]
			f += 0.5 * c * (x[i] - 2) * (x[i] - 2)
			g[i] = c * (x[i] - 2)
		}
		return f
	}
	s := newSpace(make([]float64, 60))
	last, _ := minimise(t, rules(s)["wolfe"], problem{"few", few}.objective(s, nil), 15)
	if last.Loss > 1e-8 {
		t.Errorf("loss %v after 15 steps on a quadratic of three eigenvalues", last.Loss)
	}
}

// informed is a device whose levels are the inverse Hessian of [spread], up to a factor.
type informed struct{ host }

// eigenvalue is the i-th of n from 1 to 1e4.
func eigenvalue(i, n int) float64 { return math.Pow(1e4, float64(i)/float64(n-1)) }

func solve(v vector) {
	for i := range v {
		v[i] *= 7 / eigenvalue(i, len(v))
	}
}

func (informed) Multilevel(op engine.Multilevel) error {
	solve(numbers(op.V))
	return nil
}

func (informed) Direction(op engine.Direction) error {
	if op.Levels == 0 {
		return direct(op, nil)
	}
	return direct(op, solve)
}

func spread(x, g vector) (f float64) {
	for i := range x {
		c := eigenvalue(i, len(x))
		f += 0.5 * c * (x[i] - 2) * (x[i] - 2)
		g[i] = c * (x[i] - 2)
	}
	return f
}

// TestLevels: with the inverse Hessian for a first guess a quadratic of sixty eigenvalues is as easy as
// one of a single eigenvalue, whatever the guess's factor; without, fifteen steps lead nowhere near.
func TestLevels(t *testing.T) {
	const n = 60
	for _, search := range []Search{Wolfe, Fixed} {
		var ends [2]float64
		for levels := range ends {
			options := LBFGSOptions{History: 10, Rate: 1, Search: search, Levels: levels}
			s := newSpace(make([]float64, n))
			s.Device = informed{}
			work := vectors(options.Vectors(), n)
			for i, v := range work {
				work[i] = picture{v.(vector)}
			}
			l, f := NewLBFGS(s, options, work), problem{"spread", spread}.objective(s, nil)
			minimise(t, l, f, 1)
			if gamma := l.State().Gamma; levels > 0 && math.Abs(7*gamma-1) > 1e-6 {
				t.Errorf("%v: the guess is 7 times the inverse Hessian, and its factor %v", search, gamma)
			}
			last, _ := minimise(t, l, f, 15)
			ends[levels] = last.Loss
		}
		if ends[1] > 1e-12 || ends[0] < 1e-3 {
			t.Errorf("%v: loss %v after 15 steps with the inverse Hessian, %v without", search, ends[1], ends[0])
		}
	}
}

// TestScaleOfLoss: behind a line search every pair is kept, however large or small the loss is.
func TestScaleOfLoss(t *testing.T) {
	for _, scale := range []float64{0x1p-40, 1, 0x1p60} {
		s := newSpace(readTorch(t)["quartic"].Start)
		l := rules(s)["wolfe"].(*LBFGS)
		minimise(t, l, moved(s, 1, scale), 5)
		if n := len(l.State().Pairs); n != 5 {
			t.Errorf("loss times %v: %d pairs after 5 steps", scale, n)
		}
	}
}

// TestStepIsConsistent: what a step reports belongs to X and G as it leaves them.
func TestStepIsConsistent(t *testing.T) {
	for _, p := range problems {
		start := readTorch(t)[p.name].Start
		for name, r := range rulesOf(start) {
			f := p.objective(r.space, nil)
			if _, err := r.rule.Start(context.Background(), f); err != nil {
				t.Fatal(err)
			}
			for i := range 12 {
				step, err := r.rule.Step(context.Background(), f)
				if err != nil {
					t.Fatal(err)
				}
				g := make(vector, len(start))
				if want := p.value(r.space.X.(vector), g); math.Abs(step.Loss-want) > 1e-9*want {
					t.Fatalf("%s on %s, step %d: loss %v, at X it is %v", name, p.name, i, step.Loss, want)
				}
				norm := math.Sqrt(dot(g, g))
				if math.Abs(step.GradientNorm-norm) > 1e-6*norm+1e-9 || distance(g, r.space.G.(vector)) > 1e-6*norm+1e-9 {
					t.Fatalf("%s on %s, step %d: the gradient is not that at X", name, p.name, i)
				}
			}
		}
	}
}

type ruleIn struct {
	rule  Rule
	space Space
}

// rulesOf makes every rule in a space of its own.
func rulesOf(start []float64) map[string]ruleIn {
	all := map[string]ruleIn{}
	for name := range rules(newSpace(start)) {
		s := newSpace(start)
		all[name] = ruleIn{rules(s)[name], s}
	}
	return all
}

func distance(a, b vector) (d float64) {
	for i := range a {
		d = max(d, math.Abs(a[i]-b[i]))
	}
	return d
}

// TestWolfeConditions verifies both conditions at each point that the search takes without an event,
// on random ill-conditioned functions that are not convex.
func TestWolfeConditions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 20).Draw(t, "n")
		start := rapid.SliceOfN(rapid.Float64Range(-3, 3), n, n).Draw(t, "start")
		scale := math.Pow(10, rapid.Float64Range(-6, 6).Draw(t, "scale"))
		spread := rapid.Float64Range(0, 5).Draw(t, "spread")
		p := problem{"bumps", func(x, g vector) (f float64) {
			for i := range x {
				c := scale * math.Pow(10, spread*float64(i)/float64(n))
				f += c * (x[i]*x[i] + 1.5*math.Cos(2*x[i]))
				g[i] = c * (2*x[i] - 3*math.Sin(2*x[i]))
			}
			return f
		}}
		s := newSpace(start)
		l := rules(s)["wolfe"].(*LBFGS)
		f := p.objective(s, nil)
		before, err := l.Start(context.Background(), f)
		for range 15 {
			if err != nil {
				t.Fatal(err)
			}
			x, g := append(vector(nil), s.X.(vector)...), append(vector(nil), s.G.(vector)...)
			var step Step
			step, err = l.Step(context.Background(), f)
			if step.Events&(SearchFailed|Stalled) != 0 {
				return // at a minimum, to the resolution of the loss
			}
			if step.Events == 0 {
				checkWolfe(t, before, step, x, g, s)
			}
			before = step
		}
	})
}

func checkWolfe(t *rapid.T, before, after Step, x, g vector, s Space) {
	var slope0, slope1 float64 // along the move, t times those along the direction
	for i, v := range s.X.(vector) {
		slope0 += g[i] * (v - x[i])
		slope1 += s.G.(vector)[i] * (v - x[i])
	}
	if slope0 >= 0 {
		t.Fatalf("the move leads uphill: slope %v", slope0)
	}
	if after.Loss > before.Loss+sufficientDecrease*slope0+1.01*lossResolution*math.Abs(before.Loss) {
		t.Fatalf("no sufficient decrease: from %v to %v with slope %v", before.Loss, after.Loss, slope0)
	}
	if math.Abs(slope1) > -curvature*slope0*(1+1e-6)+1e-12*math.Abs(before.Loss) {
		t.Fatalf("the slope is %v, was %v", slope1, slope0)
	}
}

func TestBounds(t *testing.T) {
	start := readTorch(t)["quartic"].Start // the minimum lies at 1
	for name := range rules(newSpace(start)) {
		s := newSpace(start)
		s.Low, s.High = -0.5, 0.75
		inside := s.calling(func(ctx context.Context) (float64, error) {
			for i, v := range s.X.(vector) {
				if v < -0.5 || v > 0.75 {
					t.Fatalf("%s evaluates at x[%d] = %v, outside the bounds", name, i, v)
				}
			}
			return quartic(s.X.(vector), s.G.(vector)), nil
		})
		last, _ := minimise(t, rules(s)[name], inside, 300)
		if want := quartic(fill(len(start), 0.75), make(vector, len(start))); name != "descent" && last.Loss > 1.2*want {
			t.Errorf("%s ends at %v, the minimum within the bounds is %v", name, last.Loss, want)
		}
	}
}

func fill(n int, v float64) vector {
	x := make(vector, n)
	for i := range x {
		x[i] = v
	}
	return x
}

// TestNotFinite makes the objective fail from the k-th evaluation on, once or for good.
func TestNotFinite(t *testing.T) {
	start := readTorch(t)["rosenbrock"].Start
	for _, bad := range []float64{math.NaN(), math.Inf(1), 1e30} {
		for name, r := range rulesOf(start) {
			count := 0
			f := r.space.calling(func(ctx context.Context) (float64, error) {
				count++
				v := rosenbrock(r.space.X.(vector), r.space.G.(vector))
				if count == 6 {
					if math.IsNaN(bad) {
						r.space.G.(vector)[3] = bad
					}
					return bad, nil
				}
				return v, nil
			})
			last, events := minimise(t, r.rule, f, 40)
			if name == "wolfe" && bad == 1e30 {
				continue // a high trial is daily bread for a line search
			}
			if !events.Has(Shortened) {
				t.Errorf("%s met %v in silence", name, bad)
			}
			first := rosenbrock(start, make(vector, len(start)))
			if !(last.Loss < first) || !allFinite(r.space.X.(vector)) {
				t.Errorf("%s after %v ends at %v, began at %v", name, bad, last.Loss, first)
			}
		}
	}
}

func TestNeverFinite(t *testing.T) {
	start := readTorch(t)["rosenbrock"].Start
	for name, r := range rulesOf(start) {
		count := 0
		f := r.space.calling(func(ctx context.Context) (float64, error) {
			if count++; count > 5 {
				return math.NaN(), nil
			}
			return rosenbrock(r.space.X.(vector), r.space.G.(vector)), nil
		})
		var events Event
		step, err := r.rule.Start(context.Background(), f)
		for i := 0; err == nil && i < 20 && !events.Has(Stalled); i++ {
			step, err = r.rule.Step(context.Background(), f)
			events |= step.Events
		}
		if err != nil && !errors.Is(err, ErrNotFinite) || err == nil && !events.Has(Stalled) {
			t.Errorf("%s ends with error %v and events %q", name, err, events)
		}
		if !allFinite(r.space.X.(vector)) {
			t.Errorf("%s leaves X not finite", name)
		}
	}
	s := newSpace(start)
	never := s.calling(func(context.Context) (float64, error) { return math.NaN(), nil })
	if _, err := rules(s)["wolfe"].Start(context.Background(), never); !errors.Is(err, ErrNotFinite) {
		t.Errorf("a start at NaN gives error %v", err)
	}
}

func allFinite(x vector) bool {
	for _, v := range x {
		if !finite(v) {
			return false
		}
	}
	return true
}

// TestDivergence: plain descent with a rate far too large recovers with smaller ones.
func TestDivergence(t *testing.T) {
	s := newSpace(readTorch(t)["quadratic"].Start)
	o := DescentOptions{Rate: 0.1}
	f := problems[1].objective(s, nil)
	last, events := minimise(t, NewDescent(s, o, vectors(1, s.X.Len())), f, 300)
	if first := quadratic(readTorch(t)["quadratic"].Start, make(vector, s.X.Len())); !(last.Loss < first/100) || !events.Has(Shortened|Restarted) {
		t.Errorf("ends at %v (began at %v) with events %q", last.Loss, first, events)
	}
}

// TestWrongGradient: a gradient of the wrong sign leads uphill; the rule says so and stays.
func TestWrongGradient(t *testing.T) {
	s := newSpace(fill(8, 1))
	f := s.calling(func(context.Context) (float64, error) {
		return norm1(s.X), host{}.Fill(s.G, -1)
	})
	last, events := minimise(t, rules(s)["wolfe"], f, 5)
	if !events.Has(SearchFailed|Stalled) || last.Loss != 8 || distance(s.X.(vector), fill(8, 1)) != 0 {
		t.Errorf("ends at %v with events %q", last.Loss, events)
	}
}

func TestZeroGradient(t *testing.T) {
	for name, r := range rulesOf(fill(8, 1)) {
		last, _ := minimise(t, r.rule, problems[2].objective(r.space, nil), 3)
		if !last.Events.Has(Stalled) || last.Evaluations != 0 {
			t.Errorf("%s at the minimum: %+v", name, last)
		}
		err := r.rule.Restore(r.rule.State())
		if err == nil {
			_, err = r.rule.Resume(context.Background(), problems[2].objective(r.space, nil))
		}
		if err != nil {
			t.Fatal(err)
		}
		if last, err = r.rule.Step(context.Background(), problems[2].objective(r.space, nil)); !last.Events.Has(Stalled) || last.Evaluations != 0 {
			t.Errorf("%s restored at the minimum: %+v (%v)", name, last, err)
		}
	}
}

// TestChosenRate: descent that chooses its rate moves at first by 1/64 at most, on any scale of loss.
func TestChosenRate(t *testing.T) {
	for _, scale := range []float64{1e-9, 1, 1e9} {
		start := readTorch(t)["quartic"].Start
		s := newSpace(start)
		f := s.calling(func(context.Context) (float64, error) {
			v := quartic(s.X.(vector), s.G.(vector))
			return scale * v, host{}.Scale(s.G, float32(scale))
		})
		d := NewDescent(s, DescentOptions{Momentum: 0.9}, vectors(1, s.X.Len()))
		first, _ := minimise(t, d, f, 1)
		if moved := distance(start, s.X.(vector)); math.Abs(moved-firstMove) > 1e-6 {
			t.Errorf("scale %v: the first step moves by %v", scale, moved)
		}
		if last, _ := minimise(t, d, f, 400); !(last.Loss < first.Loss/100) {
			t.Errorf("scale %v: from %v to %v", scale, first.Loss, last.Loss)
		}
	}
}

// TestError: an error of the objective interrupts a step, and the rule can continue.
func TestError(t *testing.T) {
	broken := errors.New("broken")
	start := readTorch(t)["rosenbrock"].Start
	for name, r := range rulesOf(start) {
		for after := 1; after < 12; after++ {
			s := r.space
			copy(s.X.(vector), start)
			count := 0
			f := s.calling(func(context.Context) (float64, error) {
				if count++; count > after {
					return 0, broken
				}
				return rosenbrock(s.X.(vector), s.G.(vector)), nil
			})
			step, err := r.rule.Start(context.Background(), f)
			loss := step.Loss
			for err == nil {
				if step, err = r.rule.Step(context.Background(), f); err == nil {
					loss = step.Loss
				}
			}
			if err != broken {
				t.Fatalf("%s: error %v", name, err)
			}
			end := rosenbrock(s.X.(vector), make(vector, len(start)))
			if name == "wolfe" && end > loss*(1+1e-6) || name == "fixed" && math.Abs(end-loss) > 1e-6*loss {
				t.Errorf("%s broken off after %d evaluations leaves loss %v, had %v", name, after, end, loss)
			}
		}
	}
}

func mustPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s does not panic", what)
		}
	}()
	f()
}

func TestBadOptions(t *testing.T) {
	s := newSpace(fill(4, 1))
	mustPanic(t, "no history", func() { NewLBFGS(s, LBFGSOptions{Rate: 1}, vectors(4, 4)) })
	mustPanic(t, "a vector too few", func() { NewLBFGS(s, LBFGSOptions{History: 2, Rate: 1}, vectors(7, 4)) })
	mustPanic(t, "a vector too short", func() { NewDescent(s, DescentOptions{Rate: 1}, vectors(1, 3)) })
	mustPanic(t, "levels in mere vectors", func() { NewLBFGS(s, LBFGSOptions{History: 2, Rate: 1, Levels: 1}, vectors(8, 4)) })
	mustPanic(t, "an infinite rate", func() { NewLBFGS(s, LBFGSOptions{History: 2, Rate: math.Inf(1)}, vectors(8, 4)) })
	mustPanic(t, "a rate of NaN", func() { NewDescent(s, DescentOptions{Rate: math.NaN()}, vectors(1, 4)) })
	mustPanic(t, "a beta of 1", func() { NewAdam(s, AdamOptions{Rate: 1, Beta1: 1, Epsilon: 1e-8}, vectors(2, 4)) })
}

// TestAdamStartWith: moments handed on give the same trajectory as one run.
func TestAdamStartWith(t *testing.T) {
	start := readTorch(t)["rosenbrock"].Start
	o := AdamOptions{Rate: 0.02, Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-8}
	one := newSpace(start)
	want, _ := minimise(t, NewAdam(one, o, vectors(2, len(start))), problems[0].objective(one, nil), 20)

	s, work := newSpace(start), vectors(2, len(start))
	first := NewAdam(s, o, work)
	minimise(t, first, problems[0].objective(s, nil), 12)
	second := NewAdam(s, o, work)
	got, err := second.StartWith(context.Background(), problems[0].objective(s, nil), first.Steps())
	for range 8 {
		if err == nil {
			got, err = second.Step(context.Background(), problems[0].objective(s, nil))
		}
	}
	if err != nil || got.Loss != want.Loss {
		t.Errorf("resumed run ends at %v (%v), one run at %v", got.Loss, err, want.Loss)
	}
}

// TestNoAllocation holds for steps with and without accidents.
func TestNoAllocation(t *testing.T) {
	start := readTorch(t)["rosenbrock"].Start
	for _, every := range []int{1000000, 7} {
		for name, r := range rulesOf(start) {
			count := 0
			f := r.space.calling(func(context.Context) (float64, error) {
				if count++; count%every == 0 {
					return math.NaN(), nil
				}
				return rosenbrock(r.space.X.(vector), r.space.G.(vector)), nil
			})
			ctx := context.Background()
			if _, err := r.rule.Start(ctx, f); err != nil {
				t.Fatal(err)
			}
			steps := func() {
				for range 40 {
					_, _ = r.rule.Step(ctx, f)
				}
			}
			if n := testing.AllocsPerRun(1, steps); n != 0 {
				t.Errorf("%s allocates %v times in 40 steps", name, n)
			}
		}
	}
}

func TestEventString(t *testing.T) {
	if got := (Uphill | Restarted).String(); got != "direction leads uphill; history restarted" {
		t.Errorf("%q", got)
	}
	if Event(0).String() != "" || Event(0x7f).String() == "" {
		t.Error("no events have a text, or all have none")
	}
}
