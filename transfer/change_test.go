package transfer

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/optim"
	"github.com/impasto/impasto/recipe"
)

// twoPaintings are inputs whose paintings may change their shares.
func twoPaintings(t testing.TB, settings map[string]string) Inputs {
	in := heldInputs(t, processor(t), "impasto", settings)
	in.Style, _ = NewStyle(Painting{Picture: smooth(3, 50, 40), Weight: 1}, Painting{Picture: picture(4, 45, 45), Weight: 1})
	return in
}

// TestChangeIsTheChangedRecipe compares the loss after a change with that of a run that had the changed recipe from the start, at
// the same picture.
func TestChangeIsTheChangedRecipe(t *testing.T) {
	left, right := halves(40, 30)
	for name, c := range map[string]Change{
		"strength":      {Settings: map[string]string{"strength": "0.2"}},
		"content":       {Settings: map[string]string{"content-weight": "7"}},
		"style":         {Settings: map[string]string{"style-weight": "3"}},
		"variation":     {Settings: map[string]string{"tv-weight": "5"}},
		"layers weigh":  {Settings: map[string]string{"style-layers": "relu1_1=9,relu2_1=1,relu3_1=1,relu4_1=1,relu5_1=1"}},
		"fewer layers":  {Settings: map[string]string{"style-layers": "relu1_1=1,relu3_1=1"}},
		"other layers":  {Settings: map[string]string{"content-layers": "relu3_2=1"}},
		"no content":    {Settings: map[string]string{"content-weight": "0"}},
		"another loss":  {Settings: map[string]string{"style-loss": "wasserstein"}},
		"shares":        {Shares: []float64{5, 1}},
		"one painting":  {Shares: []float64{0, 1}},
		"several":       {Settings: map[string]string{"strength": "3", "tv-weight": "0"}, Shares: []float64{1, 3}},
		"everything":    {Settings: map[string]string{"strength": "2", "style-layers": "relu2_1=1", "content-weight": "1"}, Shares: []float64{2, 1}},
		"size of style": {Settings: map[string]string{"style-scale": "0.8"}},
		"masked":        {Shares: []float64{0, 1}},
		"masked weigh":  {Shares: []float64{2, 5}},
		"grey strength": {Settings: map[string]string{"strength": "0.2"}},
		"grey layers":   {Settings: map[string]string{"style-layers": "relu1_1=9,relu2_1=1,relu3_1=1,relu4_1=1,relu5_1=1"}},
		"grey shares":   {Shares: []float64{5, 1}},
		"grey reduced":  {Shares: []float64{5, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			settings := map[string]string{"loss-units": "plain", "scales": "1", "iterations": "4"}
			if strings.HasPrefix(name, "grey") {
				settings["loss-units"] = "grey"
			}
			if name == "grey reduced" {
				settings["reduced"], settings["scales"], settings["scale-ratio"] = "39", "2", "2"
				settings["style-layers"], settings["content-layers"] = "relu1_1=1,relu3_1=2", "relu3_2=1"
			}
			in := twoPaintings(t, settings)
			if strings.HasPrefix(name, "masked") {
				in.Masks = []*canvas.Plane{left, right}
			}
			if name == "masked" {
				in.Style, _ = NewStyle(Painting{Picture: smooth(3, 50, 40), Weight: 1}, Painting{Picture: picture(4, 45, 45)})
			}
			r := begun(t, in, 3)
			for r.index < len(r.scales)-1 {
				if err := r.Step(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			before := r.Progress().Loss
			at, err := r.live.read(r.live.objective.image)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Change(c); err != nil {
				t.Fatal(err)
			}
			if err := r.apply(t.Context()); err != nil {
				t.Fatal(err)
			}
			if r.live == nil {
				step, err := r.enter(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				r.carry(step)
				r.live.objective.settle(r.live.objective.rows, step.Loss)
			}
			changed := in
			changed.Recipe = in.Recipe.Clone()
			if err := changed.Recipe.Override(c.Settings); err != nil {
				t.Fatal(err)
			}
			if c.Shares != nil {
				changed.Style, _ = NewStyle(Painting{Picture: smooth(3, 50, 40), Weight: c.Shares[0]}, Painting{Picture: picture(4, 45, 45), Weight: c.Shares[1]})
			}
			plan, err := NewPlan(changed)
			if err != nil {
				t.Fatal(err)
			}
			want, err := plan.Evaluate(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(r.live.objective.rows, want.Terms) {
				t.Errorf("after the change the terms are %v, want %v", r.live.objective.rows, want.Terms)
			}
			if want.Total == before {
				t.Error("the change changes nothing")
			}
			if !r.restarted.Events.Has(optim.Restarted) {
				t.Error("the step rule was not restarted")
			}
		})
	}
}

// TestChangeIsReported: a change takes effect at the next step, and is part of that step's progress and of the result.
func TestChangeIsReported(t *testing.T) {
	r := begun(t, twoPaintings(t, nil), 4)
	if err := r.Change(Change{Settings: map[string]string{"strength": "2"}}); err != nil {
		t.Fatal(err)
	}
	if err := r.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := r.Progress()
	if len(p.Changes) != 1 || p.Changes[0].Iteration != 3 || p.Changes[0].Scale != 0 || p.Iteration != 4 || !p.Events.Has(optim.Restarted) {
		t.Errorf("progress %+v", p)
	}
	if err := r.Step(t.Context()); err != nil || len(r.Progress().Changes) != 0 {
		t.Errorf("the change is reported twice (%v)", err)
	}
	result, err := r.Result()
	if err != nil || len(result.Changes) != 1 || !maps.Equal(result.Changes[0].Settings, map[string]string{"strength": "2"}) {
		t.Errorf("result %+v (%v)", result.Changes, err)
	}
}

// TestChangeThatEndsTheRun is reported, too.
func TestChangeThatEndsTheRun(t *testing.T) {
	in := twoPaintings(t, map[string]string{"scales": "1", "iterations": "9", "first-iterations": "9"})
	for _, settings := range []map[string]string{
		{"iterations": "3", "first-iterations": "3"},
		{"iterations": "3", "first-iterations": "3", "strength": "2"},
		{"iterations": "3", "first-iterations": "3", "style-layers": "relu1_1=1"},
	} {
		r := begun(t, in, 4)
		before := *r.Progress()
		if err := r.Change(Change{Settings: settings}); err != nil {
			t.Fatal(err)
		}
		if err := r.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		p := r.Progress()
		if !r.Done() || len(p.Changes) != 1 || p.Iteration != 3 || p.Iterations != 3 {
			t.Errorf("%v: done %v, progress %+v", settings, r.Done(), p)
		}
		if same := len(settings) == 2; (p.Loss == before.Loss) != same || p.GradientNorm == 0 {
			t.Errorf("%v: the loss is %v, before %v, with a gradient of %v", settings, p.Loss, before.Loss, p.GradientNorm)
		}
	}
}

// TestInterruptedChange cancels a change at every point where it polls the context: the run continues with the change
// made, or still to be made, and can be saved.
func TestInterruptedChange(t *testing.T) {
	for _, c := range held {
		if !slices.Contains([]string{"wolfe", "adam", "moments carried and averaged", "reduced"}, c.name) {
			continue
		}
		for name, change := range map[string]Change{
			"weights": {Settings: map[string]string{"strength": "3"}},
			"shares":  {Shares: []float64{1, 4}},
			"layers":  {Settings: map[string]string{"style-layers": "relu1_1=1,relu2_1=1"}},
		} {
			in := heldInputs(t, processor(t), c.recipe, c.settings)
			in.Style, _ = NewStyle(Painting{Picture: smooth(3, 50, 40), Weight: 1}, Painting{Picture: picture(4, 45, 45), Weight: 1})
			finish := func(polls int64) (*Result, bool) {
				r := begun(t, in, 2)
				if err := r.Change(change); err != nil {
					t.Fatal(err)
				}
				err := r.Step(&cancelled{Context: t.Context(), after: polls})
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Fatal(err)
				}
				interrupted := err != nil
				reported := len(r.Progress().Changes)
				if interrupted {
					reported = 0
					s, err := ReadSnapshot(bytes.NewReader(snapshotOf(t, r)), 1<<30)
					if err != nil {
						t.Fatal(err)
					}
					pending := r.pending
					plan, err := NewPlan(in)
					if err != nil {
						t.Fatal(err)
					}
					if r, err = plan.Resume(t.Context(), s); err != nil {
						t.Fatalf("%s, %s: interrupted at poll %d: %v", c.name, name, polls, err)
					}
					defer r.Close()
					r.pending = pending
				}
				result, err := r.Finish(t.Context(), func(p *Progress) { reported += len(p.Changes) })
				if err != nil || !result.Finished || len(result.Changes) != 1 || !interrupted && reported != 1 {
					t.Fatalf("%s, %s: interrupted at poll %d: %+v, %d changes reported (%v)", c.name, name, polls, result, reported, err)
				}
				return result, interrupted
			}
			want, _ := finish(1 << 40)
			for polls := int64(0); ; polls += 1 + polls {
				got, interrupted := finish(polls)
				// Moments and averages restart if the change was interrupted.
				first := in.Recipe.Optimizer.Rule != recipe.LBFGS || in.Recipe.Averaging > 0
				if !first && !slices.Equal(got.Picture.Pix, want.Picture.Pix) {
					t.Fatalf("%s, %s: interrupted at poll %d: other bits", c.name, name, polls)
				}
				if !interrupted {
					break
				}
			}
		}
	}
}

// TestChangeKeepsTheMemory: a change that needs more than the run has is made with less, or refused.
func TestChangeKeepsTheMemory(t *testing.T) {
	in := twoPaintings(t, map[string]string{"scales": "1"})
	in.Photograph = smooth(2, 160, 120)
	r := begun(t, in, 3)
	if err := r.Change(Change{Settings: map[string]string{"style-layers": "relu1_1=1,relu1_2=1,relu2_1=1,relu2_2=1,relu3_1=1,relu5_1=1"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Finish(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if reserved := r.layout.original().bytes; r.layout.bytes > reserved {
		t.Errorf("the run takes %d bytes; %d were reserved", r.layout.bytes, reserved)
	}
	shallow := map[string]string{"style-layers": "relu1_1=1", "content-layers": "relu1_1=1"}
	deeper := Change{Settings: map[string]string{"style-layers": "relu5_1=1"}}
	in = twoPaintings(t, nil)
	if err := in.Recipe.Override(shallow); err != nil {
		t.Fatal(err)
	}
	var over *BudgetError
	if err := begun(t, in, 3).Change(deeper); !errors.As(err, &over) {
		t.Errorf("a change that needs more memory: %v", err)
	}
	var beyond *feature.DepthError
	if err := begun(t, twoPaintings(t, shallow), 3).Change(deeper); !errors.As(err, &beyond) {
		t.Errorf("a change to a layer that was not prepared: %v", err)
	}
}

// TestChangeOfIterationsAndRate: neither restarts the rule.
func TestChangeOfIterationsAndRate(t *testing.T) {
	r := begun(t, twoPaintings(t, map[string]string{"optimizer": "adam", "first-iterations": "2"}), 3)
	if err := r.Change(Change{Settings: map[string]string{"learning-rate": "0.001", "iterations": "2"}}); err != nil {
		t.Fatal(err)
	}
	result, err := r.Finish(t.Context(), func(p *Progress) {
		if p.Events.Has(optim.Restarted) {
			t.Errorf("restarted at %d/%d", p.Scale, p.Iteration)
		}
		if want := []int{4, 2}[p.Scale]; p.Iterations != want {
			t.Errorf("scale %d has %d iterations, want %d", p.Scale, p.Iterations, want)
		}
	})
	if err != nil || !result.Finished || result.Iterations != 6 {
		t.Errorf("%d iterations, finished %v (%v)", result.Iterations, result.Finished, err)
	}
}

// TestSteeredRunResumes: a run that was changed, at several moments and in several ways, continues from every boundary with
// the bits that it had.
func TestSteeredRunResumes(t *testing.T) {
	changes := map[int]Change{
		2: {Settings: map[string]string{"strength": "2"}},
		4: {Settings: map[string]string{"style-layers": "relu1_1=1,relu3_1=2"}, Shares: []float64{1, 2}},
		8: {Settings: map[string]string{"iterations": "4", "tv-weight": "1"}},
	}
	for _, optimizer := range []string{"lbfgs", "adam"} {
		in := twoPaintings(t, map[string]string{"optimizer": optimizer})
		finish := func(r *Run, step int, note func(step int)) *Result {
			for ; !r.Done(); step++ {
				if note != nil {
					note(step)
				}
				if c, ok := changes[step]; ok {
					if err := r.Change(c); err != nil {
						t.Fatal(err)
					}
				}
				if err := r.Step(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			result, err := r.Result()
			if err != nil {
				t.Fatal(err)
			}
			return result
		}
		var saved [][]byte
		r := begun(t, in, 0)
		want := finish(r, 0, func(int) { saved = append(saved, snapshotOf(t, r)) })
		for step, data := range saved {
			s, err := ReadSnapshot(bytes.NewReader(data), 1<<30)
			if err != nil {
				t.Fatal(err)
			}
			plan, err := NewPlan(twoPaintings(t, map[string]string{"optimizer": optimizer}))
			if err != nil {
				t.Fatal(err)
			}
			again, err := plan.Resume(t.Context(), s)
			if err != nil {
				t.Fatalf("%s: resume at step %d: %v", optimizer, step, err)
			}
			got := finish(again, step, nil)
			if !slices.Equal(got.Picture.Pix, want.Picture.Pix) || len(got.Changes) != len(want.Changes) {
				t.Fatalf("%s: resumed at step %d of %d: other bits, or changes (%d, want %d)", optimizer, step, len(saved), len(got.Changes), len(want.Changes))
			}
			again.Close()
		}
	}
}

// TestChangeRefuses: impossible changes are refused at once, and the run continues as it was.
func TestChangeRefuses(t *testing.T) {
	in := twoPaintings(t, nil)
	want, _ := paint(t, in)
	r := begun(t, in, 3)
	for _, c := range []struct {
		change Change
		want   string
	}{
		{Change{Settings: map[string]string{"scales": "3"}}, "scales: it applies to the whole run"},
		{Change{Settings: map[string]string{"optimizer": "adam"}}, "optimizer"},
		{Change{Settings: map[string]string{"strength": "-1"}}, "strength: -1 is too small"},
		{Change{Settings: map[string]string{"style-layers": "relu9_9=1"}}, "relu9_9"},
		{Change{Settings: map[string]string{"no-such": "1"}}, "no-such"},
		{Change{Shares: []float64{1}}, "1 shares for 2 paintings"},
		{Change{Shares: []float64{0, 0}}, "all shares are 0"},
	} {
		if err := r.Change(c.change); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: %v, want %q", c.change, err, c.want)
		}
	}
	got, err := r.Finish(t.Context(), nil)
	if err != nil || !slices.Equal(got.Picture.Pix, want.Picture.Pix) {
		t.Errorf("refused changes changed the picture (%v)", err)
	}
}

// TestChangeableAreSettings: every name is one of a recipe's.
func TestChangeableAreSettings(t *testing.T) {
	r, err := recipe.Find(recipe.Default)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Changeable() {
		if _, err := r.Get(name); err != nil {
			t.Error(err)
		}
	}
	var refused *ChangeError
	if err := begun(t, twoPaintings(t, nil), 1).Change(Change{Settings: map[string]string{"init": "noise"}}); !errors.As(err, &refused) {
		t.Errorf("%v is not a ChangeError", err)
	}
}
