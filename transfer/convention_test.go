package transfer

import (
	"fmt"
	"slices"
	"testing"

	"github.com/impasto/impasto/engine/reference"
	"github.com/impasto/impasto/loss"
	"github.com/impasto/impasto/optim"
	"github.com/impasto/impasto/recipe"
)

// TestConventionsMeanWhatTheySay: a recipe's convention and the operation that it is mapped to have one name.
func TestConventionsMeanWhatTheySay(t *testing.T) {
	check := func(convention, operation fmt.Stringer) {
		if convention.String() != operation.String() {
			t.Errorf("%T %v is mapped to %v", convention, convention, operation)
		}
	}
	for i, p := range paddings {
		check(recipe.Padding(i), p)
	}
	for i, p := range poolings {
		check(recipe.Pooling(i), p)
	}
	for i, n := range normalizations {
		check(recipe.Normalization(i), n)
	}
	for i, s := range searches {
		check(recipe.Search(i), s)
	}
}

// TestEveryDistanceIsARecipes: the tables of package recipe and of package loss have the same names.
func TestEveryDistanceIsARecipes(t *testing.T) {
	var ours, theirs []string
	for _, d := range recipe.Distances() {
		ours = append(ours, string(d.Name))
	}
	for _, d := range loss.Distances() {
		theirs = append(theirs, d.Name)
	}
	slices.Sort(ours)
	if slices.Sort(theirs); !slices.Equal(ours, theirs) {
		t.Errorf("recipes know the distances %v, package loss has %v", ours, theirs)
	}
}

// TestEveryRuleIsARecipes: the tables of package recipe and of package optim have the same step rules.
func TestEveryRuleIsARecipes(t *testing.T) {
	var ours, theirs []string
	for _, r := range recipe.Rules() {
		ours = append(ours, string(r.Name))
	}
	for _, k := range optim.Kinds() {
		theirs = append(theirs, k.Name)
	}
	slices.Sort(ours)
	if slices.Sort(theirs); !slices.Equal(ours, theirs) {
		t.Errorf("recipes know the step rules %v, package optim has %v", ours, theirs)
	}
}

// TestKindsAreListed: every kind of term that a run reports is one of Kinds.
func TestKindsAreListed(t *testing.T) {
	in := heldInputs(t, reference.New32(), "impasto", map[string]string{"reduced": "39", "scale-ratio": "2",
		"style-layers": "relu1_1=1,relu3_1=2", "content-layers": "relu3_2=1"})
	seen := map[Kind]bool{}
	_, rows := paint(t, in)
	for _, row := range rows {
		for _, term := range row.Terms {
			seen[term.Kind] = true
		}
	}
	for _, kind := range Kinds() {
		if !seen[kind] {
			t.Errorf("no term of kind %q in a run that has all", kind)
		}
		delete(seen, kind)
	}
	if len(seen) > 0 {
		t.Errorf("kinds that are not listed: %v", seen)
	}
}
