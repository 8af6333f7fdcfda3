package recipe

import (
	"slices"
	"strings"
	"testing"
)

// TestRules checks every row: its usual parameters are a valid optimiser of that rule, its settings exist, and a
// recipe that names it has just these.
func TestRules(t *testing.T) {
	for _, row := range Rules() {
		if row.Usual.Rule != row.Name || Usual(row.Name) != row.Usual || row.Sentence == "" {
			t.Errorf("%s: the row is %+v", row.Name, row)
		}
		r, err := Find(Default)
		if err != nil {
			t.Fatal(err)
		}
		r.Optimizer = Optimizer{Rule: "another"}
		if err := r.Set("optimizer", string(row.Name)); err != nil || r.Optimizer != row.Usual {
			t.Errorf("naming %s sets %+v (%v)", row.Name, r.Optimizer, err)
		}
		if err := r.Validate(); err != nil {
			t.Error(err)
		}
		for _, name := range row.Settings {
			if _, err := findParameter(name); err != nil {
				t.Errorf("%s: %v", row.Name, err)
			}
		}
		for _, c := range row.ranges(&row.Usual) {
			if c.name != "learning-rate" && !slices.Contains(row.Settings, c.name) {
				t.Errorf("%s has a range for %s, which is not a setting of it", row.Name, c.name)
			}
		}
	}
}

// TestRangesOfRules: gradient descent chooses a learning rate of 0, the other rules refuse it.
func TestRangesOfRules(t *testing.T) {
	for _, c := range []struct {
		rule                 Rule
		name, value, mention string
	}{
		{LBFGS, "learning-rate", "0", "too small"}, {LBFGS, "history", "0", "too small"}, {LBFGS, "levels", "17", "too large"},
		{Adam, "learning-rate", "0", "too small"}, {Adam, "adam-betas", "0.9,1", "too large"}, {Adam, "adam-epsilon", "0", "too small"},
		{Descent, "learning-rate", "0", ""}, {Descent, "momentum", "1", "too large"}, {Descent, "history", "0", ""},
	} {
		r, err := Find(Default)
		if err != nil {
			t.Fatal(err)
		}
		err = r.Override(map[string]string{"optimizer": string(c.rule), c.name: c.value})
		if c.mention == "" && err != nil || c.mention != "" && (err == nil || !strings.Contains(err.Error(), c.name+": ") || !strings.Contains(err.Error(), c.mention)) {
			t.Errorf("%s with %s=%s: %v", c.rule, c.name, c.value, err)
		}
	}
}

func TestUnknownRule(t *testing.T) {
	r, err := Find(Default)
	if err != nil {
		t.Fatal(err)
	}
	r.Optimizer.Rule = "newton"
	if err := r.Validate(); err == nil || !strings.Contains(err.Error(), `optimizer: unknown value "newton"`) {
		t.Errorf("error %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("an unknown rule has usual parameters")
		}
	}()
	Usual("newton")
}

// TestTextsOfRules: the table gives the texts that files and the help of commands have always had, and those of further
// rules after them.
func TestTextsOfRules(t *testing.T) {
	if got, want := optimizerHelp(ruleNames()[:3]), "lbfgs, adam or gd; naming one sets its usual parameters"; got != want {
		t.Errorf("help %q, want %q", got, want)
	}
	want := []string{"learning-rate", "history", "line-search", "levels", "adam-betas", "adam-epsilon", "carry-moments", "momentum"}
	if got := optimizerParameters(); !slices.Equal(got[:len(want)], want) {
		t.Errorf("naming a rule sets %v, want %v", got, want)
	}
}
