package recipe

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSettingsByScaleApplyWhereTheySay(t *testing.T) {
	r, _ := Find("gatys")
	if err := r.Override(map[string]string{"iterations": "40", "coarse-iterations": "1", "first-iterations": "2",
		"scale.coarse.strength": "2", "scale.first.strength": "3", "scale.last-1.strength": "4", "scale.2.iterations": "5",
		"scale.coarse.optimizer": "adam", "scale.coarse.learning-rate": "0.05", "scale.last.style-layers": "relu1_1=0.5",
	}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"3 80 adam 0.05", "2 5 adam 0.05", "4 40 adam 0.05", "1 40 lbfgs 1"} {
		at, err := r.At(i, 4)
		if err != nil {
			t.Fatal(err)
		}
		if len(at.ByScale) != 0 {
			t.Errorf("scale %d has settings by scale of its own: %v", i, at.ByScale)
		}
		got := fmt.Sprintf("%v %v %v %v", at.Style.Strength, at.Scales.Iterations, at.Optimizer.Rule, at.Optimizer.Rate)
		if layers := len(at.Style.Layers); got != want || (layers == 1) != (i == 3) {
			t.Errorf("scale %d is %s with %d style layers, want %s", i, got, layers, want)
		}
	}
	if got, err := r.Get("scale.1.strength"); got != "3" || err != nil {
		t.Errorf("scale.1 is not the first: strength %s (%v)", got, err)
	}
	if got, err := r.Get("scale.5.strength"); got != "1" || err != nil {
		t.Errorf("a scale without settings has strength %s (%v)", got, err)
	}
}

func TestSettingsEverywhereTakeThePlaceOfThoseByScale(t *testing.T) {
	r, _ := Find("gatys")
	changes := map[string]string{"scale.coarse.optimizer": "adam", "scale.coarse.learning-rate": "0.05", "scale.last.strength": "2"}
	if err := r.Override(changes); err != nil {
		t.Fatal(err)
	}
	if err := r.Override(map[string]string{"optimizer": "lbfgs", "scale.last.strength": "3"}); err != nil {
		t.Fatal(err)
	}
	if want := []ScaleSettings{{"last", map[string]string{"strength": "3"}}}; !reflect.DeepEqual(r.ByScale, want) {
		t.Errorf("after --optimizer the settings by scale are %v, want %v", r.ByScale, want)
	}
	if err := r.Set("strength", "1"); err != nil || len(r.ByScale) != 0 {
		t.Errorf("after --strength %v remain (%v)", r.ByScale, err)
	}
}

func TestSettingsByScaleRefuse(t *testing.T) {
	for name, want := range map[string]string{
		"scale.lats.strength": "similar names: last",
		"scale.0.strength":    `unknown scale "0"`,
		"scale.99.strength":   `unknown scale "99"`,
		"scale.last.strenth":  "scale.last: unknown parameter \"strenth\"; similar names: strength",
		"scale.first.init":    "cannot differ by scale",
		"scale.first.scales":  "cannot differ by scale",
		"scale.first":         "names no parameter",
	} {
		r, _ := Find("gatys")
		if err := r.Override(map[string]string{name: "1"}); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	r, _ := Find("gatys")
	for value, want := range map[string]string{"-1": "scale.2: strength: -1 is too small", "much": "not a number", "NaN": "not finite"} {
		own := r.Clone()
		if err := own.Override(map[string]string{"scale.2.strength": value}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", value, err, want)
		}
	}
	r.ByScale = []ScaleSettings{{"coarsest", nil}, {"last", map[string]string{"network": "x"}}}
	if err := r.Validate(); err == nil {
		t.Error("Validate accepts settings that Set refuses")
	}
	for _, name := range append(wholeRun, optimizerParameters()...) {
		if _, err := findParameter(name); err != nil {
			t.Error(err)
		}
	}
}

// TestSettingsByScaleRoundTrip checks that the listed settings, in any order, give the same recipe.
func TestSettingsByScaleRoundTrip(t *testing.T) {
	places := []string{"coarse", "first", "2", "17", "last", "last-1", "last-3"}
	values := map[string][]string{"strength": {"2", "2.50"}, "optimizer": {"adam", "gd"}, "style-layers": {"relu1_1,relu2_1"}, "clamp": {"1"}, "iterations": {"7"}}
	rapid.Check(t, func(t *rapid.T) {
		want, _ := Find("gatys")
		for range rapid.IntRange(0, 6).Draw(t, "settings") {
			name := rapid.SampledFrom([]string{"strength", "optimizer", "style-layers", "clamp", "iterations"}).Draw(t, "name")
			place := rapid.SampledFrom(places).Draw(t, "place")
			if err := want.Set("scale."+place+"."+name, rapid.SampledFrom(values[name]).Draw(t, "value")); err != nil {
				t.Fatal(err)
			}
		}
		settings := map[string]string{}
		for _, s := range want.Settings() {
			settings[s.Name] = s.Value
			if v, err := want.Get(s.Name); err != nil || v != s.Value {
				t.Fatalf("%s is %q, listed as %q (%v)", s.Name, v, s.Value, err)
			}
		}
		got, _ := Find("gatys")
		if err := got.Override(settings); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("comes back as %+v, was %+v", got, want)
		}
	})
}

func TestEffortMultipliesIterationsByScale(t *testing.T) {
	r, _ := Find("gatys")
	if err := r.Override(map[string]string{"scale.first.iterations": "100", "scale.coarse.iterations": "50", "scale.last.iterations": "30", "scale.last.strength": "2"}); err != nil {
		t.Fatal(err)
	}
	e, _ := FindEffort("draft")
	e.Apply(&r)
	for name, want := range map[string]string{"scale.first.iterations": "30", "scale.coarse.iterations": "10", "scale.last.iterations": "3", "scale.last.strength": "2"} {
		if got, err := r.Get(name); got != want || err != nil {
			t.Errorf("%s is %s, want %s (%v)", name, got, want, err)
		}
	}
}
