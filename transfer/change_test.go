package transfer

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

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
	} {
		t.Run(name, func(t *testing.T) {
			in := twoPaintings(t, map[string]string{"loss-units": "plain", "scales": "1", "iterations": "4"})
			r := begun(t, in, 3)
			before := r.Progress().Loss
			at, err := r.live.read(r.live.objective.image)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Change(c); err != nil {
				t.Fatal(err)
			}
			if _, err := r.apply(t.Context()); err != nil {
				t.Fatal(err)
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
