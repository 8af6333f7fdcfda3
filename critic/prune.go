package critic

import (
	"context"
	"math"
	"slices"

	"github.com/impasto/impasto/transfer"
)

// What pairs cost is the passes over pictures, one set for each way to see them. Of claimed terms most of them need not
// be seen: a term that the second mistake of a pair leaves alone must be right with the first alone.

// untouched reports whether a mistake leaves a claimed term as the other mistake of a pair makes it.
func (s *search) untouched(m mistake, t transfer.Term) bool {
	c := s.base.clone()
	m.change(&c)
	if c.lens != s.base.lens {
		return s.unchanged(m.kind, t)
	}
	if c.layout != s.base.layout {
		return t.Kind == transfer.ContentTerm
	}
	in := s.shapes(c.lens)
	base, changed := s.base.summands(in), c.summands(in)
	same := func(a, b summand) bool {
		return a.kind == b.kind && a.layer == b.layer && slices.Equal(a.parts, b.parts)
	}
	for i, term := range base {
		if claims(t, term) && !(i < len(changed) && same(term, changed[i])) {
			return false
		}
	}
	return true
}

// unchanged reports whether a lens shows all that a term reads as the recipe does.
func (s *search) unchanged(kind string, t transfer.Term) bool {
	switch {
	case t.Kind == transfer.TotalVariationTerm:
		return true // it reads the picture itself
	case kind == "resize":
		return t.Kind == transfer.ContentTerm
	case kind == "pooling":
		for _, layers := range [...][]tapped{s.base.content, s.base.style} {
			for _, l := range layers {
				if l.name == t.Layer && l.layer.Block == 1 {
					return true
				}
			}
		}
	}
	return false
}

// strange is the part of a gradient that no weights of the terms explain, from which on another formula or layer does not
// explain the rest either: all of them point roughly where the right ones do (a cosine of 0.44).
const strange = 0.9

// foreign is the part from which on two mistakes in how pictures are seen do not explain the rest together where neither
// does alone (a cosine of 0.24). Of a program that has both, each alone leaves 0.95 of the gradient at most, at noise and
// with three recipes.
const foreign = 0.97

// hopeless reports whether a claimed gradient has little to do with the terms as they are seen with a mistake in how
// pictures are seen, so that a second mistake in a formula, a layer or a weight, need not be tried; or with those of the
// recipe and of two mistakes in how pictures are seen, each alone, so that they need not be tried together.
func (s *search) hopeless(ctx context.Context, a, b mistake) (bool, error) {
	both := s.base.clone()
	a.change(&both)
	b.change(&both)
	if both.lens.mistakes() == s.base.lens.mistakes() {
		return false, nil
	}
	if both.lens.mistakes() == 1 {
		if s.sights[both.lens] == nil {
			return false, nil
		}
		left, err := s.beyond(ctx, both.lens, both.reading)
		return left > strange, err
	}
	for _, mistakes := range [...][]mistake{nil, {a}, {b}} {
		alone := s.base.clone()
		for _, m := range mistakes {
			m.change(&alone)
		}
		left, err := s.beyond(ctx, alone.lens, alone.reading)
		if left <= foreign || err != nil {
			return false, err
		}
	}
	return true, nil
}

// beyond returns the part of a claimed gradient that no weights of the recipe's terms explain, as they are seen through a
// lens; 0 where the weights are not determined.
func (s *search) beyond(ctx context.Context, l lens, r reading) (float64, error) {
	c := s.base.clone()
	c.lens, c.reading = l, r
	m, err := s.measure(ctx, &c)
	if err != nil || m == nil {
		return 0, err
	}
	var groups []group
	for _, t := range m.terms {
		groups = append(groups, own(t))
	}
	f := m.fit(groups...)
	if f.factors == nil {
		return 0, nil
	}
	return f.miss, nil
}

// excluded reports whether two mistakes cannot explain the claim together, with factors of any of the groups listed. Of
// gradients, matrices of a wrong layout are tried with pooling and with what needs no passes of its own; with the rest
// they would take as long as all other pairs.
func (s *search) excluded(ctx context.Context, list [][]group, a, b mistake) (bool, error) {
	if s.claim.Gradient != nil {
		if a.kind == "input" && b.kind == "layout" || a.kind == "layout" && (b.kind == "padding" || b.kind == "resize") {
			return true, nil
		}
		return s.hopeless(ctx, a, b)
	}
	for _, order := range [...][2]mistake{{a, b}, {b, a}} {
		var known []transfer.Term
		for _, t := range s.claim.Terms {
			if s.untouched(order[1], t) {
				known = append(known, t)
			}
		}
		if len(known) == 0 {
			continue
		}
		c := s.base.clone()
		order[0].change(&c)
		m, err := s.measure(ctx, &c)
		if err != nil {
			return false, err
		}
		if m == nil {
			continue // it cannot be computed alone, and perhaps with the other
		}
		part := *m
		part.claimed = known
		if !part.agrees(list, s.bound(a, b)) {
			return true, nil
		}
	}
	return false, nil
}

// dull reports whether two layers' distances, which are cheap, already tell that a convention is not the claim's with
// factors of any of the groups listed: where distances are not made of Gram matrices, those of many channels are dear.
func (s *search) dull(ctx context.Context, c *convention, list [][]group, bound float64) (bool, error) {
	if s.base.gram || s.claim.Gradient != nil || len(c.style) < 3 {
		return false, nil
	}
	in := s.shapes(c.lens)
	part := c.clone()
	part.content, part.gamma = nil, 0
	slices.SortStableFunc(part.style, func(a, b tapped) int { return in.picture(a.layer).Channels - in.picture(b.layer).Channels })
	part.style = part.style[:2]
	m, err := s.measure(ctx, &part)
	if err != nil || m == nil {
		return false, err
	}
	m.claimed = nil
	for _, t := range s.claim.Terms {
		if t.Kind == transfer.StyleTerm && slices.ContainsFunc(part.style, func(l tapped) bool { return l.name == t.Layer }) {
			m.claimed = append(m.claimed, t)
		}
	}
	return len(m.claimed) > 0 && !m.agrees(list, bound), nil
}

// agrees reports whether the convention explains the claim with factors of any of the groups listed.
func (m *measured) agrees(list [][]group, bound float64) bool {
	// Least squares of some terms and of all of them share the error in other ways.
	slack := math.Sqrt(float64(len(m.terms)))
	return slices.ContainsFunc(list, func(groups []group) bool {
		claimed := slices.DeleteFunc(slices.Clone(groups), func(g group) bool { return !m.claimsAny(g) })
		return m.fit(claimed...).miss <= slack*bound
	})
}

// claimsAny reports whether a claimed term has a term of a group in it that is not zero.
func (m *measured) claimsAny(g group) bool {
	for i, term := range m.terms {
		if g.has(term) && m.values[i] != 0 && slices.ContainsFunc(m.claimed, func(t transfer.Term) bool { return claims(t, term) }) {
			return true
		}
	}
	return false
}

// unseen reports whether mistakes need passes that no other explanation has needed yet.
func (s *search) unseen(mistakes ...mistake) bool {
	c := s.base.clone()
	for _, m := range mistakes {
		m.change(&c)
	}
	v := s.sights[c.lens]
	if v == nil {
		return true
	}
	for _, l := range c.style {
		b := basis{gramDistance, l.layer, c.layout}
		_, valued := v.values[b]
		if c.layout != asRead && !valued && v.gradients[b] == nil {
			return true
		}
	}
	return false
}
