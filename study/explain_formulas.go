package study

import (
	"fmt"
	"strings"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// lossFormulas are the total of a recipe that has the given terms, and its weights, as numbers.
func lossFormulas(r *recipe.Recipe, terms []transfer.Term) []figure.Formula {
	total := `L = α Σ_l w_l D_l + β Σ_l w_l E_l`
	weights := fmt.Sprintf(`α = %s; β = %s`, figure.Value(r.Content.Weight), figure.Value(r.Style.Weight*r.Style.Strength))
	if r.Content.Reference > 0 {
		weights = fmt.Sprintf(`α = %s · \frac{%s}{\t{H}·\t{W}}; β = %s`, figure.Value(r.Content.Weight), figure.Value(r.Content.Reference), figure.Value(r.Style.Weight*r.Style.Strength))
	}
	if r.TotalVariation.Weight > 0 {
		total += ` + γ V`
		weights += fmt.Sprintf(`; γ = %s`, figure.Value(r.TotalVariation.Weight))
	}
	if has(terms, transfer.ReducedTerm) {
		total += ` + δ L_s`
		weights += fmt.Sprintf(`; δ = %s`, figure.Value(r.Reduced.Weight))
	}
	return []figure.Formula{figure.Formula(total), figure.Formula(weights)}
}

// contentFormula is the content loss of a layer.
func contentFormula(r *recipe.Recipe) figure.Formula {
	if r.Content.Normalization == recipe.ContentMean {
		return `D_l = \frac{1}{C N} Σ_{c,p} {(F_{cp} − P_{cp})}^2; \frac{∂D_l}{∂F} = \frac{2}{C N} {(F − P)}`
	}
	return `D_l = \frac{1}{2} Σ_{c,p} {(F_{cp} − P_{cp})}^2; \frac{∂D_l}{∂F} = F − P`
}

// styleFormulas are what a style loss compares, and the loss of a layer.
func styleFormulas(r *recipe.Recipe) []figure.Formula {
	if r.Style.Distance != recipe.Gram {
		return []figure.Formula{
			`m = \frac{1}{N} Σ_p F_p; S = \frac{1}{N} F F^T − m m^T`,
			`E_l = \frac{1}{C} ({|m − m^*|}^2 + \t{tr }S + \t{tr }S^* − 2 \t{tr }{(S^{*1/2} S S^{*1/2})}^{1/2})`,
		}
	}
	per := map[recipe.Normalization]string{
		recipe.Textbook:    `\frac{1}{4 C^2} Σ_{ij} {(\frac{G_{ij}}{N} − \frac{A_{ij}}{M})}^2`,
		recipe.Mean:        `\frac{1}{C^2} Σ_{ij} {(\frac{G_{ij}}{N} − \frac{A_{ij}}{M})}^2`,
		recipe.MeanElement: `\frac{1}{C^2} Σ_{ij} {(\frac{G_{ij}}{C N} − \frac{A_{ij}}{C M})}^2`,
		recipe.SumElement:  `Σ_{ij} {(\frac{G_{ij}}{C N} − \frac{A_{ij}}{C M})}^2`,
	}
	return []figure.Formula{`G_{ij} = Σ_p F_{ip} F_{jp}; G = F F^T`, figure.Formula(`E_l = ` + per[r.Style.Normalization])}
}

// styleCode is where the style loss of a recipe is computed.
func styleCode(r *recipe.Recipe) []string {
	if r.Style.Distance != recipe.Gram {
		return []string{"loss/wasserstein.go", "engine/cpu/polar.go", "engine/cpu/moments.go"}
	}
	return []string{"loss/gram.go", "engine/cpu/moments.go", "engine/cpu/affine.go"}
}

// ruleFormulas are the step rule.
func ruleFormulas(o *recipe.Optimizer) []figure.Formula {
	switch o.Rule {
	case recipe.Adam:
		return []figure.Formula{`m ← β_1 m + (1 − β_1) g; v ← β_2 v + (1 − β_2) g^2`, `x ← x − η \frac{\t{m̂}}{\t{v̂}^{1/2} + ε}`}
	case recipe.Descent:
		return []figure.Formula{`v ← μ v + g; x ← x − η v`}
	}
	return []figure.Formula{`x_{k+1} = x_k − t_k H_k g_k; g_k = \frac{∂L}{∂x_k}`}
}

// ruleCode is where the step rule is.
func ruleCode(o *recipe.Optimizer) []string {
	if o.Rule == recipe.LBFGS {
		return []string{"optim/lbfgs.go", "optim/search.go", "transfer/run.go"}
	}
	return []string{"optim/" + map[recipe.Rule]string{recipe.Adam: "adam.go", recipe.Descent: "descent.go"}[o.Rule], "transfer/run.go"}
}

// inputFormula is the preprocessing of a network, with its numbers where it acts on each channel alone.
func inputFormula(p engine.Preprocessing) figure.Formula {
	m := p.Matrix
	if m[0][1] != 0 || m[0][2] != 0 || m[1][0] != 0 || m[1][2] != 0 || m[2][0] != 0 || m[2][1] != 0 {
		return `y = M x + b`
	}
	var means, deviations []string
	for c := range 3 {
		means = append(means, fmt.Sprintf("%.3g", -p.Offset[c]/m[c][c]))
		deviations = append(deviations, fmt.Sprintf("%.3g", 1/m[c][c]))
	}
	return figure.Formula(fmt.Sprintf(`y_c = \frac{x_c − μ_c}{σ_c}; μ = (%s); σ = (%s)`, strings.Join(means, ", "), strings.Join(deviations, ", ")))
}
