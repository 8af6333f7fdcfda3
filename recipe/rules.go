package recipe

import (
	"slices"
	"strings"
)

// Rule names a step rule of the optimiser: one of [Rules].
type Rule string

const (
	LBFGS   Rule = "lbfgs" // with or without a line search
	Adam    Rule = "adam"  // Kingma and Ba 2015
	Descent Rule = "gd"    // gradient descent with momentum
)

// Rules lists the step rules. Package optim implements each in a file of its own.
func Rules() []RuleInfo { return slices.Clone(rules) }

// RuleInfo is a row of the table of step rules.
type RuleInfo struct {
	Name     Rule
	Sentence string    // what it is, as a name within a sentence
	Usual    Optimizer // the parameters that naming the rule sets; Usual.Rule is Name
	Settings []string  // names of the parameters that it has besides the learning rate

	ranges func(*Optimizer) []interval // of all its parameters
	// again, if not nil, changes an optimiser that already has the rule when the rule is named again.
	again func(o, usual *Optimizer)
}

// rules is the table.
var rules = []RuleInfo{
	{
		Name: LBFGS, Sentence: "L-BFGS",
		Usual:    Optimizer{Rule: LBFGS, Rate: 1, History: 10, Search: Wolfe},
		Settings: []string{"history", "line-search", "levels"},
		ranges: func(o *Optimizer) []interval {
			return []interval{{"learning-rate", o.Rate, 0, huge, true},
				{"history", float64(o.History), 1, 1e4, false}, {"levels", float64(o.Levels), 0, 16, false}}
		},
	},
	{
		Name: Adam, Sentence: "Adam",
		Usual:    Optimizer{Rule: Adam, Rate: 0.02, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8},
		Settings: []string{"adam-betas", "adam-epsilon", "carry-moments"},
		ranges: func(o *Optimizer) []interval {
			return []interval{{"learning-rate", o.Rate, 0, huge, true},
				{"adam-betas", o.Beta1, 0, belowOne, false}, {"adam-betas", o.Beta2, 0, belowOne, false},
				{"adam-epsilon", o.Epsilon, 0, 1, true}}
		},
		again: func(o, usual *Optimizer) { o.Beta1, o.Beta2 = usual.Beta1, usual.Beta2 },
	},
	{
		Name: Descent, Sentence: "gradient descent with momentum",
		Usual:    Optimizer{Rule: Descent, Momentum: 0.9},
		Settings: []string{"momentum"},
		ranges: func(o *Optimizer) []interval {
			return []interval{{"learning-rate", o.Rate, 0, huge, false}, {"momentum", o.Momentum, 0, belowOne, false}}
		},
	},
}

// findRule returns the row of a rule.
func findRule(name Rule) (*RuleInfo, error) {
	for i := range rules {
		if rules[i].Name == name {
			return &rules[i], nil
		}
	}
	return nil, unknown(string(name), ruleNames())
}

func ruleNames() []string {
	names := make([]string, len(rules))
	for i := range rules {
		names[i] = string(rules[i].Name)
	}
	return names
}

// Usual returns the default parameters of a rule. It panics if the rule is not one of Rules.
func Usual(rule Rule) Optimizer {
	row, err := findRule(rule)
	if err != nil {
		panic("recipe: " + err.Error())
	}
	return row.Usual
}

// optimizerHelp is the help of the parameter that names the rule, one of several.
func optimizerHelp(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last] + "; naming one sets its usual parameters"
}

// optimizerParameters lists the parameters that naming a rule sets.
func optimizerParameters() []string {
	all := []string{"learning-rate"}
	for i := range rules {
		for _, name := range rules[i].Settings {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

// setOptimizer changes the rule. Naming the recipe's own rule keeps its parameters, except for those that its row
// says become usual again.
func setOptimizer(r *Recipe, s string) error {
	row, err := findRule(Rule(s))
	if err != nil {
		return err
	}
	o := &r.Optimizer
	switch {
	case o.Rule != row.Name:
		*o = row.Usual
	case row.again != nil:
		row.again(o, &row.Usual)
	}
	return nil
}
