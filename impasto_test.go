package impasto_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/weights"
)

// narrow is a VGG-16 of few channels with random parameters: all of the path, at little cost.
func narrow() *weights.Model {
	rng := rand.New(rand.NewPCG(1, 2))
	m := &weights.Model{Name: "narrow", Architecture: weights.VGG16}
	in := 3
	for b, n := range weights.VGG16.Blocks() {
		for range n {
			out := 4 + 2*b
			c := weights.Convolution{In: in, Out: out, Weight: make([]float32, 9*in*out), Bias: make([]float32, out)}
			for i := range c.Weight {
				c.Weight[i] = (rng.Float32() - 0.5) / float32(in)
			}
			m.Convolutions = append(m.Convolutions, c)
			in = out
		}
	}
	return m
}

func picture(seed uint64, width, height int) *canvas.Picture {
	rng := rand.New(rand.NewPCG(seed, 3))
	p := canvas.New(width, height)
	for i := range p.Pix {
		p.Pix[i] = rng.Float32()
	}
	return p
}

func model(t testing.TB, s impasto.Settings) *impasto.Model {
	t.Helper()
	m, err := impasto.Open(t.Context(), narrow(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

func options(t testing.TB, iterations int) impasto.Options {
	t.Helper()
	chosen, err := recipe.Find("gatys")
	if err != nil {
		t.Fatal(err)
	}
	chosen.Scales.Iterations = iterations
	return impasto.Options{Recipe: chosen}
}

func learn(t testing.TB, m *impasto.Model, paintings ...*canvas.Picture) *impasto.Style {
	t.Helper()
	var all []impasto.Painting
	for _, p := range paintings {
		all = append(all, impasto.Painting{Picture: p, Weight: 1})
	}
	style, err := m.Learn(t.Context(), all...)
	if err != nil {
		t.Fatal(err)
	}
	return style
}

// TestConcurrent paints several pictures concurrently and compares each with the result of painting it alone.
func TestConcurrent(t *testing.T) {
	m := model(t, impasto.Settings{Threads: 2})
	style := learn(t, m, picture(9, 40, 50), picture(10, 31, 64))
	paint := func(seed uint64) []float32 {
		r, err := m.Stylize(t.Context(), picture(seed, 37+int(seed), 45), style, options(t, 4))
		if err != nil {
			t.Error(err)
			return nil
		}
		return r.Picture.Pix
	}
	const n = 4
	var alone, together [n][]float32
	for i := range alone {
		alone[i] = paint(uint64(i))
	}
	var group sync.WaitGroup
	for i := range together {
		group.Go(func() { together[i] = paint(uint64(i)) })
	}
	group.Wait()
	for i := range alone {
		if !slices.Equal(alone[i], together[i]) {
			t.Errorf("picture %d differs when painted beside others", i)
		}
	}
}

// TestCancelKeepsPicture stops a run and looks for the picture so far.
func TestCancelKeepsPicture(t *testing.T) {
	m := model(t, impasto.Settings{})
	ctx, cancel := context.WithCancel(t.Context())
	o := options(t, 1000)
	o.Progress = func(p *impasto.Progress) {
		if p.Iteration == 3 {
			cancel()
		}
	}
	r, err := m.Stylize(ctx, picture(1, 64, 48), learn(t, m, picture(2, 64, 64)), o)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("a cancelled run returns %v", err)
	}
	if r == nil || r.Finished || r.Picture == nil || r.Picture.Width != 64 {
		t.Fatalf("a cancelled run keeps %+v", r)
	}
}

// TestBudget refuses what cannot fit before anything is done, and paints within the budget what can.
func TestBudget(t *testing.T) {
	m := model(t, impasto.Settings{Memory: 200 << 20})
	style := learn(t, m, picture(2, 64, 64))
	o := options(t, 1)
	o.Size, o.Enlarge = 6000, true
	var budget *impasto.BudgetError
	if _, err := m.Stylize(t.Context(), picture(1, 64, 48), style, o); !errors.As(err, &budget) {
		t.Errorf("6000 pixels in 200 MiB: %v", err)
	}
	o.Size = 128
	plan, err := m.Plan(picture(1, 64, 48), style, o)
	if err != nil {
		t.Fatal(err)
	}
	if plan.Peak() > m.Memory() {
		t.Errorf("a plan for %d bytes within a budget of %d", plan.Peak(), m.Memory())
	}
	if _, err := impasto.Open(t.Context(), narrow(), impasto.Settings{Memory: 1 << 20}); err == nil {
		t.Error("a budget of 1 MiB is accepted")
	}
}

// TestNeedIsTheLeast: the need in an error does not depend on the budget, is sufficient, and is the least.
func TestNeedIsTheLeast(t *testing.T) {
	plan := func(memory int64, size int, optimizer string) (*impasto.Plan, error) {
		m := model(t, impasto.Settings{Memory: memory})
		defer m.Close()
		o := options(t, 4)
		o.Size, o.Enlarge = size, true
		if err := o.Recipe.Override(map[string]string{"optimizer": optimizer, "scales": "3", "scale-ratio": "2"}); err != nil {
			t.Fatal(err)
		}
		return m.Plan(picture(1, 64, 48), learn(t, m, picture(2, 64, 64)), o)
	}
	for _, size := range []int{900, 2000, 3001} {
		for _, optimizer := range []string{"lbfgs", "adam"} {
			var first, second *impasto.BudgetError
			if _, err := plan(130<<20, size, optimizer); !errors.As(err, &first) {
				t.Fatalf("%d pixels in 130 MiB: %v", size, err)
			}
			if _, err := plan(first.Need-1, size, optimizer); !errors.As(err, &second) || second.Need != first.Need {
				t.Errorf("%d pixels, %s: needs %d bytes, and in one less: %v", size, optimizer, first.Need, err)
			}
			if p, err := plan(first.Need, size, optimizer); err != nil || p.Peak() > first.Need {
				t.Errorf("%d pixels, %s: in the %d bytes that it needs: %v", size, optimizer, first.Need, err)
			}
		}
	}
}

// TestEvaluateKeepsTheBudget: looking at a loss waits its turn as painting does, and begins with the default recipe.
func TestEvaluateKeepsTheBudget(t *testing.T) {
	m := model(t, impasto.Settings{Memory: 256 << 20})
	photo := picture(1, 64, 48)
	style := learn(t, m, picture(2, 64, 64))
	busy := make(chan struct{})
	end := make(chan struct{})
	bytes := func(*impasto.Loan) (int64, error) { return 150 << 20, nil }
	go m.Lend(t.Context(), bytes, func(*impasto.Loan) error {
		close(busy)
		<-end
		return nil
	})
	<-busy
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Evaluate(ctx, photo, style, photo, impasto.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("with the budget in use: %v", err)
	}
	close(end)
	e, err := m.Evaluate(t.Context(), photo, style, photo, impasto.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := recipe.Find(recipe.Default)
	if err != nil {
		t.Fatal(err)
	}
	same, err := m.Evaluate(t.Context(), photo, style, photo, impasto.Options{Recipe: r})
	if err != nil || same.Total != e.Total {
		t.Errorf("without a recipe the loss is %v, with the default %v (%v)", e.Total, same, err)
	}
	if _, err := m.Evaluate(t.Context(), picture(1, 2000, 2000), style, picture(1, 2000, 2000), impasto.Options{}); err == nil {
		t.Error("an evaluation beyond the budget is taken")
	}
}

// TestPeakCountsWhatIsHeld adds pictures and masks to a run: the predicted memory grows by their size.
func TestPeakCountsWhatIsHeld(t *testing.T) {
	m := model(t, impasto.Settings{Memory: 1 << 30})
	style := learn(t, m, picture(2, 64, 64))
	peak := func(change func(*impasto.Options)) int64 {
		t.Helper()
		o := options(t, 1)
		change(&o)
		plan, err := m.Plan(picture(1, 64, 48), style, o)
		if err != nil {
			t.Fatal(err)
		}
		return plan.Peak()
	}
	const side = 1000
	mask := canvas.NewPlane(side, side)
	for i := range mask.Pix {
		mask.Pix[i] = 1
	}
	plain := peak(func(*impasto.Options) {})
	if more := peak(func(o *impasto.Options) { o.StrengthMap = mask }) - plain; more < 4*side*side {
		t.Errorf("a strength map of %d bytes adds %d", 4*side*side, more)
	}
	if more := peak(func(o *impasto.Options) { o.Start = canvas.New(side, side) }) - plain; more < 12*side*side {
		t.Errorf("a start of %d bytes adds %d", 12*side*side, more)
	}
	masked, err := m.Learn(t.Context(), impasto.Painting{Picture: picture(2, 64, 64), Weight: 1, Mask: mask})
	if err != nil {
		t.Fatal(err)
	}
	style = masked
	if more := peak(func(*impasto.Options) {}) - plain; more < 4*side*side {
		t.Errorf("a painting's mask of %d bytes adds %d", 4*side*side, more)
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		network  *weights.Model
		settings impasto.Settings
	}{
		"an unknown instruction set": {narrow(), impasto.Settings{CPU: "abacus"}},
		"negative threads":           {narrow(), impasto.Settings{Threads: -1}},
		"negative memory":            {narrow(), impasto.Settings{Memory: -1}},
		"an unknown architecture":    {&weights.Model{Architecture: "resnet"}, impasto.Settings{}},
	} {
		if m, err := impasto.Open(t.Context(), c.network, c.settings); err == nil {
			t.Errorf("%s is accepted", name)
			_ = m.Close()
		}
	}
}
