package recipe

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTable(t *testing.T) {
	for _, name := range Names() {
		r, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Validate(); err != nil {
			t.Error(err)
		}
		if r.Sentence == "" || r.Source == "" || r.Network == "" {
			t.Errorf("recipe %s lacks a sentence, a source or a network", name)
		}
	}
}

// TestFindCopies checks that changing a recipe does not change the table.
func TestFindCopies(t *testing.T) {
	a, _ := Find("gatys")
	a.Style.Layers[0].Weight = 99
	if b, _ := Find("gatys"); b.Style.Layers[0].Weight == 99 {
		t.Error("the table was changed")
	}
}

func TestNearestNames(t *testing.T) {
	for wrong, right := range map[string]string{"gatis": "gatys", "gordic": "gordicaleksa", "neural-style": "neural-style-pt", "impsto": "impasto"} {
		_, err := Find(wrong)
		if err == nil || !strings.Contains(err.Error(), "similar names: "+right) {
			t.Errorf("%s is not reported as similar to %s: %v", wrong, right, err)
		}
	}
}

// TestParametersDescribeRecipes checks that a recipe rebuilt from its parameters, as from a file, is the same.
func TestParametersDescribeRecipes(t *testing.T) {
	for _, name := range Names() {
		r, _ := Find(name)
		values := map[string]string{}
		for _, s := range r.Settings() {
			values[s.Name] = s.Value
		}
		base := "gatys"
		if name == base {
			base = "impasto"
		}
		copied, _ := Find(base)
		copied.Name, copied.Sentence, copied.Source = r.Name, r.Sentence, r.Source
		if err := copied.Override(values); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(copied, r) {
			t.Errorf("%s comes back as %+v, was %+v", name, copied, r)
		}
	}
}

func TestOverride(t *testing.T) {
	r, _ := Find("gatys")
	err := r.Override(map[string]string{"learning-rate": "0.05", "optimizer": "adam", "content-weight": "1e-3", "style-layers": "relu1_1,relu2_1"})
	if err != nil {
		t.Fatal(err)
	}
	o := r.Optimizer
	if o.Rule != Adam || o.Rate != 0.05 || o.Beta1 != 0.9 || o.Beta2 != 0.999 || r.Content.Reference != 0 {
		t.Errorf("%+v", r)
	}
	if got := r.Style.Layers.String(); got != "relu1_1=0.5,relu2_1=0.5" {
		t.Errorf("layers %s", got)
	}
	r.Optimizer.Beta2 = 0.99
	if err := r.Set("optimizer", "adam"); err != nil || r.Optimizer.Beta2 != 0.999 || r.Optimizer.Rate != 0.05 {
		t.Errorf("naming adam gives %+v (%v)", r.Optimizer, err)
	}
}

func TestBadParameters(t *testing.T) {
	tests := []struct{ name, value, want string }{
		{"content-weight", "-1", "content-weight"},
		{"content-weight", "NaN", "not finite"},
		{"style-weight", "+Inf", "not finite"},
		{"style-weight", "strong", "not a number"},
		{"iterations", "1.5", "whole number"},
		{"iterations", "-3", "too small"},
		{"pooling", "median", "max, average"},
		{"optimizer", "sgd", "lbfgs, adam, gd"},
		{"learning-rate", "0", "greater than 0"},
		{"adam-betas", "0.9", "two numbers"},
		{"style-layers", "relu1_1=-1", "not negative"},
		{"style-layers", "relu1_1,relu1_1", "twice"},
		{"style-layers", "=0.2", "no layer"},
		{"scale-ratio", "1", "too small"},
		{"averaging", "1", "too large"},
		{"history", "0", "too small"},
		{"tv", "l3", "l1, l2, nine"},
		{"clamp", "maybe", "true or false"},
		{"styl-weight", "1", "style-weight"},
	}
	for _, test := range tests {
		r, _ := Find("gatys")
		err := r.Override(map[string]string{test.name: test.value})
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s=%s gives %v, want a line with %q", test.name, test.value, err, test.want)
		}
	}
	r, _ := Find("gatys")
	if err := r.Override(map[string]string{"content-weight": "0", "style-weight": "0"}); err == nil {
		t.Error("a recipe without weights is accepted")
	}
}

func TestLayerWeightsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l LayerWeights
		for i := range rapid.IntRange(1, 8).Draw(t, "n") {
			l = append(l, LayerWeight{fmt.Sprintf("relu%d_%d", i/3+1, i%3+1), rapid.Float64Range(0, 1e6).Draw(t, "w")})
		}
		got, err := ParseLayerWeights(l.String())
		if err != nil || !slices.Equal(got, l) {
			t.Fatalf("%v comes back as %v (%v)", l, got, err)
		}
	})
}

func FuzzParseLayerWeights(f *testing.F) {
	f.Add("relu1_1=0.2,relu2_1")
	f.Add(" relu1_1 = 1e3 ,,")
	f.Fuzz(func(t *testing.T, s string) {
		l, err := ParseLayerWeights(s)
		if err != nil {
			return
		}
		again, err := ParseLayerWeights(l.String())
		if err != nil || !slices.Equal(l, again) {
			t.Errorf("%q is read as %v, then as %v (%v)", s, l, again, err)
		}
	})
}
