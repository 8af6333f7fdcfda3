package critic

import (
	"context"
	"math"

	"github.com/impasto/impasto/transfer"
)

// What pairs cost is the passes over pictures, one set for each way to see them. Of claimed terms most of them need not
// be seen: a term that the second mistake of a pair leaves alone must be right with the first alone.

// untouched reports whether a kind of mistakes leaves a term of the recipe alone, however it is made.
func (s *search) untouched(kind string, t transfer.Term) bool {
	switch kind {
	case "resize", "layout":
		return t.Kind == transfer.ContentTerm
	case "pooling":
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

// hopeless reports whether a claimed gradient has little to do with the terms as they are seen with a mistake in how
// pictures are seen, so that a second mistake in a formula, a layer or a weight, need not be tried.
func (s *search) hopeless(ctx context.Context, a, b mistake) (bool, error) {
	both := s.base.clone()
	a.change(&both)
	b.change(&both)
	alone := s.base.clone()
	alone.lens, alone.reading = both.lens, both.reading
	if both.lens == s.base.lens || s.sights[both.lens] == nil {
		return false, nil
	}
	m, err := s.measure(ctx, &alone)
	if err != nil || m == nil {
		return false, err
	}
	var groups []group
	for _, t := range m.terms {
		groups = append(groups, own(t))
	}
	f := m.fit(groups...)
	return f.factors != nil && f.miss > strange, nil
}

// excluded reports whether two mistakes cannot explain the claim together. Of gradients, matrices of a wrong layout are
// tried with pooling and with what needs no passes of its own; with the rest they would take as long as all other pairs.
func (s *search) excluded(ctx context.Context, a, b mistake) (bool, error) {
	if s.claim.Gradient != nil {
		if a.kind == "input" && b.kind == "layout" || a.kind == "layout" && (b.kind == "padding" || b.kind == "resize") {
			return true, nil
		}
		return s.hopeless(ctx, a, b)
	}
	for _, order := range [...][2]mistake{{a, b}, {b, a}} {
		var known []int
		for i, t := range s.claim.Terms {
			if s.untouched(order[1].kind, t) {
				known = append(known, i)
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
		for _, i := range known {
			if !m.agrees(i, s.bound(a, b)) {
				return true, nil
			}
		}
	}
	return false, nil
}

// agrees reports whether a claimed term is what the convention gives.
func (m *measured) agrees(claim int, bound float64) bool {
	if m == nil {
		return true // it cannot be computed alone, and perhaps with the other
	}
	t, sum := m.claimed[claim], 0.0
	for j, term := range m.terms {
		if claims(t, term) {
			sum += m.values[j]
		}
	}
	return math.Abs(t.Value-sum) <= bound*max(math.Abs(t.Value), math.Abs(sum))
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
