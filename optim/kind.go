package optim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/impasto/impasto/engine"
)

// Kind is a step rule by name: a row of the table of [Kinds]. The row is in the file of its rule, so a new rule is
// one file here and one row for its name in package recipe.
type Kind struct {
	Name string // as in package recipe and in State.Rule
	// Vectors returns the number of working vectors that New needs.
	Vectors func(o Options) int
	// Levels returns the number of halvings with which the rule uses engine.Multilevel; 0: it does not use it.
	Levels func(o Options) int
	// Evaluations returns the expected number of evaluations of the objective at the start and in the given number of
	// steps, at least 0.
	Evaluations func(o Options, steps int) float64
	// Carries reports whether the rule is a Carrier.
	Carries bool
	// New returns the rule. It panics if an option that concerns the rule is out of range, or a vector does not match.
	New func(space Space, o Options, work []engine.Vector) Rule
}

// Options are the parameters of all rules; zeros have no special meaning unless the rule's own options say so. A rule
// ignores those that do not concern it.
type Options struct {
	Rate float64 // as in AdamOptions, DescentOptions and LBFGSOptions

	History int    // of L-BFGS
	Search  Search // of L-BFGS
	Levels  int    // of L-BFGS

	Beta1, Beta2 float64 // of Adam
	Epsilon      float64 // of Adam

	Momentum float64 // of gradient descent
}

var kinds []Kind

// register adds a row to the table and returns it. The file of a rule calls it in the initialiser of a variable.
// Without Levels a rule never uses engine.Multilevel; without Evaluations every step takes one.
func register(k Kind) Kind {
	if _, err := FindRule(k.Name); err == nil {
		panic("optim: two rules named " + k.Name)
	}
	if k.Levels == nil {
		k.Levels = func(Options) int { return 0 }
	}
	if k.Evaluations == nil {
		k.Evaluations = func(_ Options, steps int) float64 { return float64(steps + 1) }
	}
	kinds = append(kinds, k)
	return k
}

// Kinds returns the table, sorted by name. No field of a row is nil.
func Kinds() []Kind {
	return slices.SortedFunc(slices.Values(kinds), func(a, b Kind) int { return strings.Compare(a.Name, b.Name) })
}

// FindRule returns the rule of the given name, or an *UnknownRuleError.
func FindRule(name string) (Kind, error) {
	for _, k := range kinds {
		if k.Name == name {
			return k, nil
		}
	}
	return Kind{}, &UnknownRuleError{Name: name}
}

// UnknownRuleError reports that there is no step rule with the given name.
type UnknownRuleError struct {
	Name string
}

// Error lists the names.
func (e *UnknownRuleError) Error() string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, k.Name)
	}
	return fmt.Sprintf("unknown step rule %q; must be one of %s", e.Name, strings.Join(names, ", "))
}
