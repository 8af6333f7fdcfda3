package critic

import (
	"context"
	"math"
	"strconv"

	"github.com/impasto/impasto/transfer"
)

// The groups that weights are given to.
var (
	everything = group{}
	contents   = group{kind: transfer.ContentTerm}
	styles     = group{kind: transfer.StyleTerm}
	variations = group{kind: transfer.TotalVariationTerm}
)

// own is the group of one term.
func own(t summand) group { return group{t.kind, t.layer} }

// weightings lists the factors that weights can have: of everything, of the losses, of single layers; those of the fewest
// factors first.
func weightings(terms []summand) (one, two, three [][]group) {
	var kinds []group
	count := map[transfer.Kind]int{}
	for _, t := range terms {
		if count[t.kind]++; count[t.kind] == 1 {
			kinds = append(kinds, group{kind: t.kind})
		}
	}
	one = append(one, []group{everything})
	var layers []group
	for _, g := range kinds {
		if len(kinds) > 1 {
			one = append(one, []group{g})
		}
	}
	for _, t := range terms {
		if count[t.kind] > 1 {
			layers = append(layers, own(t))
			one = append(one, []group{own(t)})
		}
	}
	for i, a := range kinds {
		for _, b := range kinds[i+1:] {
			two = append(two, []group{a, b})
		}
	}
	for i, a := range layers {
		two = append(two, []group{a, everything})
		for _, k := range kinds {
			two = append(two, []group{a, k})
		}
		for _, b := range layers[i+1:] {
			two = append(two, []group{a, b})
		}
	}
	if len(kinds) == 3 {
		three = append(three, kinds)
	}
	for _, l := range layers {
		if len(kinds) > 1 {
			three = append(three, append([]group{l}, kinds...))
		}
	}
	return one, two, three
}

// losses lists the factors of whole losses, which mistakes are combined with.
func losses() [][]group {
	return [][]group{{everything}, {contents}, {styles}, {contents, styles}, {contents, styles, variations}}
}

// meaningful reports whether the factors are weights that a program can have.
func (f fit) meaningful() bool {
	for i, by := range f.factors {
		if by < -f.least[i] && (f.groups[i] != everything || len(f.groups) > 1) {
			return false
		}
	}
	return true
}

// weighted finds the factors with which mistakes explain the claim best. At least spare numbers of the claim must be
// left over to confirm them.
func (s *search) weighted(ctx context.Context, list [][]group, spare int, mistakes ...mistake) (explanation, error) {
	c := s.base.clone()
	for _, m := range mistakes {
		m.change(&c)
	}
	best := explanation{miss: math.Inf(1)}
	if no, err := s.dull(ctx, &c, list, s.bound(mistakes...)); no || err != nil {
		return best, err
	}
	m, err := s.measure(ctx, &c)
	if err != nil {
		return best, err
	}
	for _, groups := range list {
		f := m.fit(groups...)
		if f.spare >= spare && f.miss <= s.bound(mistakes...) && f.miss < best.miss && f.meaningful() {
			best = explanation{mistakes: mistakes, fit: f, by: c, miss: f.miss}
		}
	}
	return best, nil
}

// reweighted explains a claim by factors of the recipe's own terms, by as few as will do.
func (s *search) reweighted(ctx context.Context) ([]explanation, error) {
	m, err := s.measure(ctx, &s.base)
	if err != nil || m == nil {
		return nil, err
	}
	one, two, three := weightings(m.terms)
	var found explanation
	for _, list := range [][][]group{one, two, three} {
		e, err := s.weighted(ctx, list, 1)
		if err != nil {
			return nil, err
		}
		// More factors are believed where they explain what the kinks of a gradient would not.
		if e.fits() && (!found.fits() || found.miss > exactly && e.miss <= found.miss/10) {
			found = e
		}
	}
	return found.list(), nil
}

// reweightedSingles tries every mistake with factors of whole losses.
func (s *search) reweightedSingles(ctx context.Context) ([]explanation, error) {
	var found explanation
	for _, m := range s.mistakes {
		e, err := s.weighted(ctx, losses(), 2, m)
		if err != nil {
			return nil, err
		}
		found = better(found, e)
	}
	return found.list(), nil
}

// reweightedPairs tries every two mistakes of different kinds with factors of whole losses, where that needs no further
// passes over the pictures.
func (s *search) reweightedPairs(ctx context.Context) ([]explanation, error) {
	var found explanation
	for i, a := range s.mistakes {
		for _, b := range s.mistakes[i+1:] {
			if a.kind == b.kind || s.unseen(a, b) {
				continue
			}
			no, err := s.excluded(ctx, losses(), a, b)
			if err != nil {
				return nil, err
			}
			if no {
				continue
			}
			e, err := s.weighted(ctx, losses(), 3, a, b)
			if err != nil {
				return nil, err
			}
			found = better(found, e)
		}
	}
	return found.list(), nil
}

// better returns the explanation that fits clearly better, and else the one with fewer factors, or the first.
func better(a, b explanation) explanation {
	switch {
	case !a.fits():
		return b
	case !b.fits():
		return a
	case b.miss < a.miss/3-rounding:
		return b
	case b.miss < 3*a.miss+rounding && b.cost() < a.cost():
		return b
	}
	return a
}

// factors names the factors of an explanation.
func (e *explanation) factors(s *search) []phrase {
	var all []phrase
	exact := float64(exactly)
	if s.claim.Gradient != nil {
		exact = max(exact, 3*e.miss)
	}
	for i, g := range e.fit.groups {
		by := e.fit.factors[i]
		if math.Abs(by-1) <= exact || !e.hasTerms(s, g) {
			continue
		}
		if by <= e.fit.least[i] {
			by = 0
		}
		all = append(all, s.factor(e, g, by))
	}
	return all
}

// hasTerms reports whether any term of the explanation is in the group.
func (e *explanation) hasTerms(s *search, g group) bool {
	for _, t := range e.by.summands(s.shapes(e.by.lens)) {
		if g.has(t) {
			return true
		}
	}
	return false
}

// factor names the factor of one group.
func (s *search) factor(e *explanation, g group, by float64) phrase {
	kind := saying("check.kind." + string(g.kind))
	switch {
	case g == everything && len(e.fit.groups) > 1:
		return saying("check.factor.rest", by, s.name())
	case g == everything && len(e.mistakes) > 0:
		return saying("check.then.all", by)
	case g == everything && s.claim.Gradient != nil && by < 0:
		return saying("check.gradient.against", by, s.name())
	case g == everything && s.claim.Gradient != nil:
		return saying("check.gradient.factor", by, s.name())
	case g == everything:
		return saying("check.factor.all", by, s.name())
	case by == 0 && g.layer != "":
		return saying("check.missing.layer", kind, g.layer)
	case by == 0:
		return saying("check.missing", kind)
	case g.layer != "":
		return saying("check.factor.layer", kind, g.layer, by, s.name())
	}
	weight := map[transfer.Kind]float64{transfer.ContentTerm: e.by.alpha, transfer.StyleTerm: e.by.beta, transfer.TotalVariationTerm: e.by.gamma}[g.kind]
	if g == contents {
		if form, rounder := s.rounder(e.by.contentForm, by*weight); rounder != 0 {
			return saying("check.factor.form", by, by*weight, weight, rounder, form.says())
		}
	}
	if len(e.mistakes) > 0 {
		return saying("check.then", kind, by, by*weight, weight)
	}
	key := "check.factor.kind"
	if len(e.fit.groups) > 1 && e.fit.groups[0].layer != "" && e.fit.groups[0].kind == g.kind {
		key = "check.factor.others"
	}
	return saying(key, kind, by, s.name(), by*weight, weight)
}

// rounder finds a form of the content loss in which a weight, that has many digits in the form given, has few: of one
// layer, forms and weights cannot be told apart by numbers, but people choose round ones.
func (s *search) rounder(given contentForm, weight float64) (form contentForm, rounder float64) {
	if s.claim.Gradient != nil || len(s.base.content) != 1 || round(weight) {
		return form, 0
	}
	in := s.shapes(s.base.lens)
	d := dimensionsOf(in.picture(s.base.content[0].layer), asRead, in.pixels)
	of := func(f contentForm) float64 { return f.factor / f.divisor.of(d) }
	for _, f := range []contentForm{{1, byElements}, {1, byNothing}, {0.5, byNothing}, {0.5, byElements}} {
		if w := weight * of(given) / of(f); round(w) {
			return f, w
		}
	}
	return form, 0
}

// round reports whether a number has two digits, but for rounding.
func round(x float64) bool {
	near, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', 1, 64), 64)
	return err == nil && math.Abs(x-near) <= exactly*math.Abs(x)
}
