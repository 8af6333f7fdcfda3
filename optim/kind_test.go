package optim

import (
	"errors"
	"strings"
	"testing"
)

// TestKinds makes every rule of the table: it takes the vectors that its row says, has the row's name in its state,
// and is a Carrier if the row says so.
func TestKinds(t *testing.T) {
	o := Options{Rate: 0.25, History: 3, Search: Fixed, Beta1: 0.5, Beta2: 0.75, Epsilon: 1e-8, Momentum: 0.5}
	for _, k := range Kinds() {
		s := newSpace(readTorch(t)["quartic"].Start)
		rule := k.New(s, o, vectors(k.Vectors(o), s.X.Len()))
		minimise(t, rule, problems[2].objective(s, nil), 3)
		if state := rule.State(); state.Rule != k.Name {
			t.Errorf("%s names itself %q in its state", k.Name, state.Rule)
		}
		if _, carries := rule.(Carrier); carries != k.Carries {
			t.Errorf("%s: Carries is %v, its rule says %v", k.Name, k.Carries, carries)
		}
		if got := k.Evaluations(o, 0); got != 1 {
			t.Errorf("%s takes %v evaluations to start", k.Name, got)
		}
		if found, err := FindRule(k.Name); err != nil || found.Name != k.Name {
			t.Errorf("%s is found as %q (%v)", k.Name, found.Name, err)
		}
	}
}

// TestOptionsReachTheirRule: every option of a rule comes from the one of the same name.
func TestOptionsReachTheirRule(t *testing.T) {
	o := Options{Rate: 1, History: 2, Search: Fixed, Levels: 3, Beta1: 0.5, Beta2: 0.25, Epsilon: 4, Momentum: 0.75}
	if got, want := o.lbfgs(), (LBFGSOptions{History: 2, Rate: 1, Search: Fixed, Levels: 3}); got != want {
		t.Errorf("L-BFGS has %+v", got)
	}
	if got, want := o.adam(), (AdamOptions{Rate: 1, Beta1: 0.5, Beta2: 0.25, Epsilon: 4}); got != want {
		t.Errorf("Adam has %+v", got)
	}
	if got, want := o.descent(), (DescentOptions{Rate: 1, Momentum: 0.75}); got != want {
		t.Errorf("gradient descent has %+v", got)
	}
}

func TestUnknownRule(t *testing.T) {
	_, err := FindRule("newton")
	var unknown *UnknownRuleError
	if !errors.As(err, &unknown) || unknown.Name != "newton" || !strings.Contains(err.Error(), "adam, gd, lbfgs") {
		t.Errorf("error %v", err)
	}
	mustPanic(t, "a second adam", func() { register(Kind{Name: ruleAdam}) })
}
