package critic

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/impasto/impasto/transfer"
)

// Ratio is a term of a claim beside the recipe's.
type Ratio struct {
	Kind  transfer.Kind // empty for the total
	Layer string        // empty for the sum of a kind
	// Theirs and Ours are the values of a term. Of a gradient they are zero: only the ratio is known.
	Theirs, Ours float64
	// Ratio is Theirs/Ours, and NaN where Ours is zero. Of a gradient it is the factor of this term's gradient in
	// the combination of all terms' that comes nearest to the claim.
	Ratio float64
}

// row is a ratio with what formulas make of it.
type row struct {
	Ratio
	dimensions
}

// rows returns the ratios of a claim by term, and for a gradient what no combination of the terms explains.
func (s *search) rows(ctx context.Context) (rows []row, left float64, err error) {
	m, err := s.measure(ctx, &s.base)
	if err != nil || m == nil {
		return nil, 0, err
	}
	in := s.shapes(s.base.lens)
	sizes := map[group]dimensions{}
	for i, layers := range [][]tapped{s.base.content, s.base.style} {
		kind := [...]transfer.Kind{transfer.ContentTerm, transfer.StyleTerm}[i]
		for _, l := range layers {
			sizes[group{kind, l.name}] = dimensionsOf(in.picture(l.layer), asRead, in.pixels)
		}
	}
	add := func(kind transfer.Kind, layer string, theirs, ours, ratio float64) {
		rows = append(rows, row{Ratio{kind, layer, theirs, ours, ratio}, sizes[group{kind, layer}]})
	}
	if s.claim.Gradient == nil {
		for _, t := range m.claimed {
			ours := 0.0
			for i, term := range m.terms {
				if claims(t, term) {
					ours += m.values[i]
				}
			}
			ratio := math.NaN()
			if ours != 0 {
				ratio = t.Value / ours
			}
			add(t.Kind, t.Layer, t.Value, ours, ratio)
		}
		return rows, 0, nil
	}
	var groups []group
	for _, t := range m.terms {
		groups = append(groups, own(t))
	}
	f := m.fit(groups...)
	for i, by := range f.factors {
		if math.Abs(by) <= f.least[i] {
			by = 0
		}
		add(groups[i].kind, groups[i].layer, 0, 0, by)
	}
	return rows, f.miss, nil
}

// compare tells what the ratios of the terms are like, where no known mistake explains them.
func (s *search) compare(ctx context.Context, v *Verdict) error {
	rows, left, err := s.rows(ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		v.Ratios = append(v.Ratios, r.Ratio)
	}
	var hints []phrase
	if s.claim.Gradient != nil && len(rows) > 0 && left > nearly {
		hints = append(hints, saying("check.hint.left", 100*left))
		if left > 0.5 {
			rows = nil // factors of what explains so little mean nothing
		}
	}
	for _, kind := range []transfer.Kind{transfer.ContentTerm, transfer.StyleTerm, transfer.TotalVariationTerm} {
		var own []row
		for _, r := range rows {
			if r.Kind == kind && !math.IsNaN(r.Ratio.Ratio) {
				own = append(own, r)
			}
		}
		hints = append(hints, s.hintsOf(kind, own)...)
	}
	if len(hints) == 0 {
		hints = append(hints, saying("check.hint.none"))
	}
	for _, h := range hints {
		v.Hints = append(v.Hints, h.in(s.trial.Language))
	}
	return nil
}

// tolerance is how constant a ratio is that is called so.
func (s *search) tolerance() float64 {
	if s.claim.Gradient != nil {
		return 0.02
	}
	return 1e-3
}

// hintsOf reads the ratios of the terms of a kind.
func (s *search) hintsOf(kind transfer.Kind, rows []row) []phrase {
	if len(rows) == 0 {
		return nil
	}
	name := saying("check.kind." + string(kind))
	for _, r := range rows {
		switch {
		case r.Ratio.Ratio == 0:
			return []phrase{saying("check.hint.zero", name, r.Layer)}
		case r.Ratio.Ratio < 0:
			return []phrase{saying("check.hint.negative", name, r.Layer)}
		}
	}
	near := s.tolerance()
	if scale, power := inputScale(kind, rows); scale != 0 {
		return []phrase{saying("check.hint.scale", name, scale, power, saying(fmt.Sprintf("check.hint.scale.%d", scale)))}
	}
	if spread(rows, 0, 0) <= near {
		by := rows[0].Ratio.Ratio
		switch {
		case math.Abs(by-1) <= near:
			return []phrase{saying("check.hint.same", name)}
		case len(rows) == 1:
			return []phrase{saying("check.hint.single", name, by)}
		}
		return []phrase{saying("check.hint.constant", name, by)}
	}
	if kind == transfer.TotalVariationTerm || len(rows) < 3 {
		return []phrase{saying("check.hint.uneven", name)}
	}
	if odd := oddOne(rows, near); odd != "" {
		return []phrase{saying("check.hint.odd", name, odd)}
	}
	if c, n, ok := powers(rows, near); ok {
		return []phrase{saying("check.hint.powers", name, formula(c, n))}
	}
	agree := 0
	for agree < len(rows) && math.Abs(rows[agree].Ratio.Ratio-1) <= near {
		agree++
	}
	if agree > 0 {
		return []phrase{saying("check.hint.from", name, rows[agree-1].Layer, rows[agree].Layer)}
	}
	for _, r := range rows {
		if r.Ratio.Ratio < 0.5 || r.Ratio.Ratio > 2 {
			return []phrase{saying("check.hint.uneven", name)}
		}
	}
	return []phrase{saying("check.hint.near", name)}
}

// spread returns by how much ratios over C^c N^n differ from layer to layer, relative to the least.
func spread(rows []row, c, n float64) float64 {
	low, high := math.Inf(1), 0.0
	for _, r := range rows {
		by := r.Ratio.Ratio
		if c != 0 || n != 0 {
			by /= math.Pow(r.channels, c) * math.Pow(r.positions, n)
		}
		low, high = min(low, by), max(high, by)
	}
	return high/low - 1
}

// powers finds small powers of channels and positions that the ratios are proportional to.
func powers(rows []row, near float64) (c, n int, ok bool) {
	const most = 4
	for size := 1; size <= 2*most; size++ {
		for c = -most; c <= most; c++ {
			for n = -most; n <= most; n++ {
				if max(c, -c)+max(n, -n) == size && spread(rows, float64(c), float64(n)) <= near {
					return c, n, true
				}
			}
		}
	}
	return 0, 0, false
}

// formula writes powers of C and N.
func formula(c, n int) string {
	var parts []string
	for i, p := range []int{c, n} {
		switch letter := "CN"[i : i+1]; {
		case p == 1:
			parts = append(parts, letter)
		case p != 0:
			parts = append(parts, fmt.Sprintf("%s^%d", letter, p))
		}
	}
	return strings.Join(parts, " ")
}

// oddOne returns the layer that alone does not have the ratio that all others share.
func oddOne(rows []row, near float64) string {
	for i, r := range rows {
		others := slices.Delete(slices.Clone(rows), i, i+1)
		if spread(others, 0, 0) <= near {
			return r.Layer
		}
	}
	return ""
}

// inputScale finds the scale of the input that ratios are a power of: 255 for pixels of another range, and 58 for
// those of another range that are not divided by the standard deviation (255 x 0.226). Features follow the input but for
// the biases, so that the power is only near: the second for content, which is square, and the fourth for style.
func inputScale(kind transfer.Kind, rows []row) (scale, power int) {
	power = map[transfer.Kind]int{transfer.ContentTerm: 2, transfer.StyleTerm: 4}[kind]
	if power == 0 {
		return 0, 0
	}
	for _, scale := range []int{255, 58} {
		for _, sign := range []int{1, -1} {
			fits := true
			for _, r := range rows {
				// A factor of 1.4 for the input itself.
				off := math.Log(r.Ratio.Ratio)/float64(power) - float64(sign)*math.Log(float64(scale))
				fits = fits && math.Abs(off) < 0.35
			}
			if fits {
				return scale, sign * power
			}
		}
	}
	return 0, 0
}
