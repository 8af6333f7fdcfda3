package study

import (
	"fmt"
	"strings"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// lossFormulas returns the formula of the total of a recipe with the given terms, and the values of its weights.
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

// contentFormula returns the formula of the content loss of a layer.
func contentFormula(r *recipe.Recipe) figure.Formula {
	if r.Content.Normalization == recipe.ContentMean {
		return `D_l = \frac{1}{C N} Σ_{c,p} {(F_{cp} − P_{cp})}^2; \frac{∂D_l}{∂F} = \frac{2}{C N} {(F − P)}`
	}
	return `D_l = \frac{1}{2} Σ_{c,p} {(F_{cp} − P_{cp})}^2; \frac{∂D_l}{∂F} = F − P`
}

// inputFormula returns the formula of the preprocessing, with its numbers if it acts on each channel separately.
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
