package study

import (
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/recipe"
)

// explainedDistance is how a report explains a distance. A distance without a row is only named.
type explainedDistance struct {
	formulas   func(*recipe.Recipe) []figure.Formula // what is compared, and the loss of a layer
	statistics string                                // what is known of a painting
	text       string                                // key of a sentence; "" if the formulas say it all
	code       []string                              // where it is computed
}

var explainedDistances = map[recipe.Distance]explainedDistance{
	recipe.Gram: {gramFormulas, "A", "", []string{"loss/gram.go", "engine/cpu/moments.go", "engine/cpu/affine.go"}},
	"wasserstein": {wassersteinFormulas, "m*, S*", "explain.wasserstein",
		[]string{"loss/wasserstein.go", "engine/cpu/polar.go", "engine/cpu/moments.go"}},
	"wasserstein-truncated": {wassersteinFormulas, "m*, S*", "explain.wasserstein",
		[]string{"loss/wasserstein.go", "engine/cpu/polar.go", "engine/cpu/moments.go"}},
}

func gramFormulas(r *recipe.Recipe) []figure.Formula {
	per := map[recipe.Normalization]string{
		recipe.Textbook:    `\frac{1}{4 C^2} Σ_{ij} {(\frac{G_{ij}}{N} − \frac{A_{ij}}{M})}^2`,
		recipe.Mean:        `\frac{1}{C^2} Σ_{ij} {(\frac{G_{ij}}{N} − \frac{A_{ij}}{M})}^2`,
		recipe.MeanElement: `\frac{1}{C^2} Σ_{ij} {(\frac{G_{ij}}{C N} − \frac{A_{ij}}{C M})}^2`,
		recipe.SumElement:  `Σ_{ij} {(\frac{G_{ij}}{C N} − \frac{A_{ij}}{C M})}^2`,
	}
	return []figure.Formula{`G_{ij} = Σ_p F_{ip} F_{jp}; G = F F^T`, figure.Formula(`E_l = ` + per[r.Style.Normalization])}
}

func wassersteinFormulas(*recipe.Recipe) []figure.Formula {
	return []figure.Formula{
		`m = \frac{1}{N} Σ_p F_p; S = \frac{1}{N} F F^T − m m^T`,
		`E_l = \frac{1}{C} ({|m − m^*|}^2 + \t{tr }S + \t{tr }S^* − 2 \t{tr }{(S^{*1/2} S S^{*1/2})}^{1/2})`,
	}
}

// styleFormulas are what a style loss compares, and the loss of a layer.
func styleFormulas(r *recipe.Recipe) []figure.Formula {
	if d, ok := explainedDistances[r.Style.Distance]; ok {
		return d.formulas(r)
	}
	return nil
}

// styleTexts are the sentences about a distance.
func styleTexts(d recipe.Distance, lang figure.Language) []string {
	switch known, ok := explainedDistances[d]; {
	case !ok:
		return []string{say(lang, "explain.otherdistance", string(d))}
	case known.text != "":
		return []string{say(lang, known.text)}
	}
	return nil
}

// statisticsName is what a distance knows of a painting.
func statisticsName(d recipe.Distance) string {
	if known, ok := explainedDistances[d]; ok {
		return known.statistics
	}
	return string(d)
}

// styleCode is where a distance is computed.
func styleCode(d recipe.Distance) []string {
	if known, ok := explainedDistances[d]; ok {
		return known.code
	}
	return []string{"loss/distance.go"}
}

// explainedRule is how a report explains a step rule. A rule without a row is only named.
type explainedRule struct {
	name, text string // keys of messages
	formulas   []figure.Formula
	code       []string // where it is
}

var explainedRules = map[recipe.Rule]explainedRule{
	recipe.LBFGS: {"rule.lbfgs", "explain.lbfgs",
		[]figure.Formula{`x_{k+1} = x_k − t_k H_k g_k; g_k = \frac{∂L}{∂x_k}`},
		[]string{"optim/lbfgs.go", "optim/search.go", "transfer/run.go"}},
	recipe.Adam: {"rule.adam", "explain.adam",
		[]figure.Formula{`m ← β_1 m + (1 − β_1) g; v ← β_2 v + (1 − β_2) g^2`, `x ← x − η \frac{\t{m̂}}{\t{v̂}^{1/2} + ε}`},
		[]string{"optim/adam.go", "transfer/run.go"}},
	recipe.Descent: {"rule.gd", "explain.gd",
		[]figure.Formula{`v ← μ v + g; x ← x − η v`},
		[]string{"optim/descent.go", "transfer/run.go"}},
}

// ruleName names a step rule.
func ruleName(r recipe.Rule, lang figure.Language) string {
	if known, ok := explainedRules[r]; ok {
		return say(lang, known.name)
	}
	return string(r)
}

// ruleText is the sentence about a step rule.
func ruleText(r recipe.Rule, lang figure.Language) string {
	if known, ok := explainedRules[r]; ok {
		return say(lang, known.text)
	}
	return say(lang, "explain.otherrule", string(r))
}

// ruleFormulas are those of a step rule.
func ruleFormulas(r recipe.Rule) []figure.Formula { return explainedRules[r].formulas }

// ruleCode is where a step rule is.
func ruleCode(r recipe.Rule) []string {
	if known, ok := explainedRules[r]; ok {
		return known.code
	}
	return []string{"optim/kind.go", "transfer/run.go"}
}
