package optim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
)

// landscape is a function on the reference device, computed on the host from the bits of X. Here and there it is
// not a number, or explodes, or slopes the wrong way: always where it did before, so that a run that is resumed meets
// the same accidents.
type landscape struct {
	space  Space
	kind   func(x []float64, g []float64) float64
	scale  float64 // of value and gradient; what a change from outside changes
	seed   uint64
	calm   []float32 // where nothing happens: the start
	spoilt uint64    // one evaluation in so many is; 0: none
	value  float64
}

func (l *landscape) Evaluate(context.Context) error {
	n := l.space.X.Len()
	x32, x, g := make([]float32, n), make([]float64, n), make([]float64, n)
	if err := l.space.Device.Read(x32, l.space.X); err != nil {
		return err
	}
	for i, v := range x32 {
		x[i] = float64(v)
	}
	l.value = l.scale * l.kind(x, g)
	l.spoil(x32, g)
	for i, v := range g {
		x32[i] = float32(l.scale * v)
	}
	return l.space.Device.Write(l.space.G, x32)
}

func (l *landscape) spoil(x []float32, g []float64) {
	if l.spoilt == 0 || slices.Equal(x, l.calm) {
		return
	}
	h := fnv.New64a()
	fmt.Fprint(h, l.seed)
	for _, v := range x {
		b := math.Float32bits(v)
		h.Write([]byte{byte(b), byte(b >> 8), byte(b >> 16), byte(b >> 24)})
	}
	switch h.Sum64() % (4 * l.spoilt) {
	case 0:
		l.value = math.NaN()
	case 1:
		l.value = 1e30
	case 2:
		g[0] = math.Inf(1)
	case 3:
		for i := range g {
			g[i] = -g[i]
		}
	}
}

func (l *landscape) Value([]float64) (float64, error) { return l.value, nil }

// Two functions of any number of variables.
func valley(x, g []float64) float64 { return rosenbrock(x, g) }

func bowlOf(x, g []float64) (f float64) {
	for i := range x {
		c := math.Pow(10, 3*float64(i)/float64(len(x)))
		d := x[i] - 0.3*float64(i%5)
		f += 0.5 * c * d * d
		g[i] = c * d
	}
	return f
}

// setting is what a run is made of; two runs of one setting are alike.
type setting struct {
	make     func(Space, []engine.Vector) Rule
	vectors  int
	name     string
	kind     func(x, g []float64) float64
	start    []float32
	height   int
	bounded  bool
	seed     uint64
	spoilt   uint64
	moments  [][]float32 // carried over: Adam starts with them
	setRate  int         // before which step the rate is set
	change   int         // before which step the function changes
	newScale float64
	steps    int
}

func drawSetting(t *rapid.T) setting {
	s := setting{height: rapid.IntRange(1, 3).Draw(t, "height")}
	n := 3 * s.height * rapid.IntRange(1, 3).Draw(t, "width")
	s.start = rapid.SliceOfN(rapid.Float32Range(-1.5, 1.5), n, n).Draw(t, "start")
	s.kind = rapid.SampledFrom([]func(x, g []float64) float64{valley, bowlOf}).Draw(t, "function")
	s.bounded = rapid.Bool().Draw(t, "bounded")
	s.seed = rapid.Uint64().Draw(t, "seed")
	s.spoilt = rapid.SampledFrom([]uint64{0, 2, 5}).Draw(t, "spoilt")
	s.steps = rapid.IntRange(1, 14).Draw(t, "steps")
	s.setRate = rapid.IntRange(0, 2*s.steps).Draw(t, "rate before step")
	s.change = rapid.IntRange(0, 2*s.steps).Draw(t, "change before step")
	s.newScale = math.Pow(10, rapid.Float64Range(-3, 3).Draw(t, "power"))
	s.drawRule(t)
	return s
}

func (s *setting) drawRule(t *rapid.T) {
	s.name = rapid.SampledFrom([]string{ruleLBFGS, ruleLBFGS, ruleAdam, ruleDescent}).Draw(t, "rule")
	switch s.name {
	case ruleLBFGS:
		o := LBFGSOptions{
			History: rapid.IntRange(1, 6).Draw(t, "history"),
			Rate:    rapid.Float64Range(0.1, 1).Draw(t, "rate"),
			Search:  rapid.SampledFrom([]Search{Wolfe, Fixed}).Draw(t, "search"),
			Levels:  rapid.IntRange(0, 2).Draw(t, "levels"),
		}
		s.vectors = o.Vectors()
		s.make = func(space Space, work []engine.Vector) Rule { return NewLBFGS(space, o, work) }
	case ruleAdam:
		o := AdamOptions{Rate: rapid.Float64Range(0.001, 1).Draw(t, "rate"), Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-8}
		s.vectors = o.Vectors()
		s.make = func(space Space, work []engine.Vector) Rule { return NewAdam(space, o, work) }
		if rapid.Bool().Draw(t, "carried") {
			s.moments = [][]float32{make([]float32, len(s.start)), make([]float32, len(s.start))}
			for i := range s.start {
				s.moments[0][i], s.moments[1][i] = s.start[i]/8, s.start[i]*s.start[i]
			}
		}
	case ruleDescent:
		o := DescentOptions{Rate: rapid.SampledFrom([]float64{0, 1e-5, 1e-2}).Draw(t, "rate"), Momentum: rapid.SampledFrom([]float64{0, 0.9}).Draw(t, "momentum")}
		s.vectors = o.Vectors()
		s.make = func(space Space, work []engine.Vector) Rule { return NewDescent(space, o, work) }
	}
}

// journey is one run of a setting, or what is left of it.
type journey struct {
	setting
	space Space
	work  []engine.Vector
	f     *landscape
	rule  Rule
}

// travel makes a run on a device of its own. Nothing is in its vectors but numbers that must not matter.
func (s setting) travel(t *rapid.T) *journey {
	dev := reference.New32()
	n := len(s.start)
	width := n / 3 / s.height
	size := engine.Align(4 * int64(n))
	scalars := engine.Align(dev.ScalarsBytes(Results))
	arena, err := dev.NewArena(size*int64(2+s.vectors) + scalars)
	if err != nil {
		t.Fatal(err)
	}
	j := &journey{setting: s}
	at := scalars
	place := func() engine.Vector {
		v := arena.Image(at, s.height, width)
		at += size
		must(t, dev.Fill(v, -987))
		return v
	}
	j.space = Space{Device: dev, X: place(), G: place(), Scalars: arena.Scalars(0, Results)}
	if s.bounded {
		j.space.Low, j.space.High = -1, 0.75
	}
	for range s.vectors {
		j.work = append(j.work, place())
	}
	j.f = &landscape{space: j.space, kind: s.kind, scale: 1, seed: s.seed, spoilt: s.spoilt, calm: slices.Clone(s.start)}
	for i, v := range j.f.calm {
		if s.bounded {
			j.f.calm[i] = min(max(v, j.space.Low), j.space.High)
		}
	}
	j.rule = s.make(j.space, j.work)
	return j
}

func must(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (j *journey) start(t *rapid.T) (Step, error) {
	must(t, j.space.Device.Write(j.space.X, j.setting.start))
	if j.moments == nil {
		return j.rule.Start(context.Background(), j.f)
	}
	for i, m := range j.moments {
		must(t, j.space.Device.Write(j.work[i], m))
	}
	return j.rule.(*Adam).StartWith(context.Background(), j.f, 5)
}

// step makes the i-th step of the run, from 1, and what is done to it before.
func (j *journey) step(i int) (step Step, err error) {
	if i == j.setRate {
		j.rule.SetRate(0.125)
	}
	if i == j.change {
		j.f.scale = j.newScale
		if _, err := j.rule.Restart(context.Background(), j.f); err != nil {
			return step, err
		}
	}
	return j.rule.Step(context.Background(), j.f)
}

func (j *journey) read(t *rapid.T, v engine.Vector) []float32 {
	numbers := make([]float32, v.Len())
	must(t, j.space.Device.Read(numbers, v))
	return numbers
}

// snapshot is a run between two steps, as a file could hold it.
type snapshot struct {
	after   int
	step    Step
	x       []float32
	state   []byte
	vectors map[int][]float32
}

func (j *journey) save(t *rapid.T, after int, step Step) snapshot {
	state := j.rule.State()
	data, err := json.Marshal(state)
	must(t, err)
	s := snapshot{after: after, step: step, x: j.read(t, j.space.X), state: data, vectors: map[int][]float32{}}
	for _, v := range state.Vectors {
		s.vectors[v] = j.read(t, j.work[v])
	}
	return s
}

// resume continues from a snapshot where nothing else is left of the run that it was taken of.
func (s setting) resume(t *rapid.T, from snapshot) *journey {
	j := s.travel(t)
	if from.after >= s.change && s.change > 0 {
		j.f.scale = s.newScale
	}
	var state State
	must(t, json.Unmarshal(from.state, &state))
	must(t, j.rule.Restore(state))
	must(t, j.space.Device.Write(j.space.X, from.x))
	for v, numbers := range from.vectors {
		must(t, j.space.Device.Write(j.work[v], numbers))
	}
	step, err := j.rule.Resume(context.Background(), j.f)
	must(t, err)
	if step.Events != 0 || step.Loss != from.step.Loss || step.GradientNorm != from.step.GradientNorm {
		t.Fatalf("%s resumed after step %d: %+v, was %+v", s.name, from.after, step, from.step)
	}
	again, err := json.Marshal(j.rule.State())
	must(t, err)
	if string(again) != string(from.state) {
		t.Fatalf("%s resumed after step %d has state %s, was %s", s.name, from.after, again, from.state)
	}
	return j
}

// TestResume: a run that ends after any step and continues elsewhere, from its state alone, makes the same steps.
func TestResume(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSetting(t)
		j := s.travel(t)
		step, err := j.start(t)
		must(t, err)
		saved := []snapshot{j.save(t, 0, step)}
		for i := 1; i <= s.steps; i++ {
			if step, err = j.step(i); err != nil {
				break
			}
			saved = append(saved, j.save(t, i, step))
		}
		for _, from := range saved {
			other := s.resume(t, from)
			for i, want := range saved[from.after+1:] {
				got, err := other.step(from.after + 1 + i)
				must(t, err)
				if got != want.step || !slices.Equal(other.read(t, other.space.X), want.x) {
					t.Fatalf("%s resumed after step %d: step %d is %+v, was %+v", s.name, from.after, want.after, got, want.step)
				}
			}
		}
		checkIncrements(t, saved)
	})
}

// checkIncrements: a pair never changes, and its number is used once.
func checkIncrements(t *rapid.T, saved []snapshot) {
	type contents struct {
		pair Pair
		s, y []float32
	}
	known, newest := map[uint64]contents{}, -1
	for _, from := range saved {
		var state State
		must(t, json.Unmarshal(from.state, &state))
		for _, p := range state.Pairs {
			now := contents{p, from.vectors[p.S], from.vectors[p.Y]}
			was, ok := known[p.Serial]
			switch {
			case !ok && int(p.Serial) <= newest:
				t.Fatalf("pair %d is made after pair %d", p.Serial, newest)
			case ok && (was.pair != p || !slices.Equal(was.s, now.s) || !slices.Equal(was.y, now.y)):
				t.Fatalf("pair %d changes", p.Serial)
			}
			known[p.Serial], newest = now, max(newest, int(p.Serial))
		}
	}
}

// TestDeviated: where the function is another than when the state was saved, the rule says so and continues.
func TestDeviated(t *testing.T) {
	start := readTorch(t)["quartic"].Start
	for name, r := range rulesOf(start) {
		f := problems[2].objective(r.space, nil)
		minimise(t, r.rule, f, 3)
		other := r.space.calling(func(context.Context) (float64, error) {
			return quartic(numbers(r.space.X), numbers(r.space.G)) + 1e-6, nil
		})
		must := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		before := r.rule.State()
		must(r.rule.Restore(before))
		step, err := r.rule.Resume(context.Background(), other)
		must(err)
		if step.Events != Deviated || math.Abs(step.Loss-before.Loss-1e-6) > 1e-9 {
			t.Errorf("%s resumed with another function: %+v, saved with loss %v", name, step, before.Loss)
		}
		if state := r.rule.State(); state.Loss != step.Loss {
			t.Errorf("%s goes on from loss %v, it is %v", name, state.Loss, step.Loss)
		}
		_, err = r.rule.Step(context.Background(), other)
		must(err)
	}
}

// TestDamagedState: a state that does not fit is refused, and the rule is as it was.
func TestDamagedState(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	common := map[string]func(*State){
		"another rule":     func(s *State) { s.Rule = "newton" },
		"loss":             func(s *State) { s.Loss = nan },
		"first loss":       func(s *State) { s.First = inf },
		"lowest loss":      func(s *State) { s.Lowest = -inf },
		"norm":             func(s *State) { s.Norm2 = -1 },
		"norm not finite":  func(s *State) { s.Norm2 = inf },
		"rate":             func(s *State) { s.Rate = nan },
		"negative rate":    func(s *State) { s.Rate = -1 },
		"a vector missing": func(s *State) { s.Vectors = s.Vectors[1:] },
		"a vector more":    func(s *State) { s.Vectors = append(s.Vectors, 3) },
		"no vectors":       func(s *State) { s.Vectors = nil },
	}
	lbfgs := map[string]func(*State){
		"no rate":            func(s *State) { s.Rate = 0 },
		"gamma":              func(s *State) { s.Gamma = 0 },
		"gamma not finite":   func(s *State) { s.Gamma = inf },
		"rho":                func(s *State) { s.Pairs[1].Rho = nan },
		"negative curvature": func(s *State) { s.Pairs[1].Rho = -1 },
		"out of order":       func(s *State) { slices.Reverse(s.Pairs) },
		"twice":              func(s *State) { s.Pairs[1].Serial = s.Pairs[0].Serial },
		"from the future":    func(s *State) { s.Made = s.Pairs[len(s.Pairs)-1].Serial },
		"too many": func(s *State) {
			for len(s.Pairs) < 9 {
				s.Pairs = append(s.Pairs, Pair{Serial: s.Made, Rho: 1})
				s.Made++
			}
		},
		"shared vector":     func(s *State) { s.move(&s.Pairs[1].S, s.Pairs[0].Y) },
		"one for both":      func(s *State) { s.move(&s.Pairs[1].S, s.Pairs[1].Y) },
		"vector beyond":     func(s *State) { s.move(&s.Pairs[1].Y, 20) },
		"vector before":     func(s *State) { s.move(&s.Pairs[1].Y, -1) },
		"vectors disagree":  func(s *State) { s.Pairs[1].S, s.Pairs[1].Y = 18, 19 },
		"history of others": func(s *State) { s.Rule = ruleAdam },
	}
	moments := map[string]func(*State){
		"first rate":       func(s *State) { s.Given = nan },
		"negative steps":   func(s *State) { s.Steps = -1 },
		"rate not finite":  func(s *State) { s.Rate = inf },
		"negative, at all": func(s *State) { s.Given = -1 },
	}
	start := readTorch(t)["quartic"].Start
	for name, r := range rulesOf(start) {
		f := problems[0].objective(r.space, nil)
		minimise(t, r.rule, f, 4)
		kinds := []map[string]func(*State){common, moments}
		if name == "wolfe" || name == "fixed" {
			kinds[1] = lbfgs
		}
		before, _ := json.Marshal(r.rule.State())
		for _, damages := range kinds {
			for what, damage := range damages {
				state := r.rule.State()
				damage(&state)
				var refused *StateError
				if err := r.rule.Restore(state); !errors.As(err, &refused) {
					t.Errorf("%s, %s: error %v", name, what, err)
				}
				if after, _ := json.Marshal(r.rule.State()); string(after) != string(before) {
					t.Fatalf("%s, %s: the state becomes %s, was %s", name, what, after, before)
				}
			}
		}
		if _, err := r.rule.Step(context.Background(), f); err != nil {
			t.Errorf("%s after states that were refused: %v", name, err)
		}
	}
}

// move puts a part of a pair into another vector, and says so in the list.
func (s *State) move(part *int, to int) {
	*part = to
	s.Vectors = s.held()
}

// TestOnlyResume: between Restore and Resume the rule has no gradient.
func TestOnlyResume(t *testing.T) {
	for name, r := range rulesOf(readTorch(t)["quartic"].Start) {
		ctx, f := context.Background(), problems[2].objective(r.space, nil)
		mustPanic(t, name+" resumed before anything", func() { _, _ = r.rule.Resume(ctx, f) })
		mustPanic(t, name+" has a state before Start", func() { r.rule.State() })
		minimise(t, r.rule, f, 2)
		mustPanic(t, name+" resumed while it runs", func() { _, _ = r.rule.Resume(ctx, f) })
		if err := r.rule.Restore(r.rule.State()); err != nil {
			t.Fatal(err)
		}
		mustPanic(t, name+" stepped before Resume", func() { _, _ = r.rule.Step(ctx, f) })
		mustPanic(t, name+" restarted before Resume", func() { _, _ = r.rule.Restart(ctx, f) })
		mustPanic(t, name+" changed before Resume", func() { r.rule.SetRate(1) })
		mustPanic(t, name+" saved before Resume", func() { r.rule.State() })
		if _, err := r.rule.Resume(ctx, badValue{f}); !errors.Is(err, errLost) {
			t.Errorf("%s: error %v", name, err)
		}
		if _, err := r.rule.Resume(ctx, f); err != nil {
			t.Errorf("%s resumed again after an error: %v", name, err)
		}
	}
}
