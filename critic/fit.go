package critic

import (
	"context"
	"math"

	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/transfer"
)

// measured is a convention's loss beside the claim, term by term, before any term is given a factor.
type measured struct {
	terms []summand

	// Of claimed terms.
	claimed []transfer.Term
	values  []float64 // of terms

	// Of a claimed gradient: the inner products of the terms' gradients with each other and with the claim, and the
	// claim's squared norm. They are all that distances need of vectors.
	products [][]float64
	along    []float64
	target   float64
}

// measure computes what a convention gives for the claim. It returns nil where the convention cannot be computed.
func (s *search) measure(ctx context.Context, c *convention) (*measured, error) {
	in := s.shapes(c.lens)
	if !c.fits(in) {
		return nil, nil
	}
	view, err := s.sight(ctx, c)
	if err != nil {
		return nil, err
	}
	m := &measured{terms: c.summands(in), claimed: s.claim.Terms}
	if s.claim.Gradient != nil {
		return m, s.measureGradient(ctx, view, m, c.reading)
	}
	if c.layout != asRead {
		if err := s.reshape(ctx, view, c); err != nil {
			return nil, err
		}
	}
	for _, term := range m.terms {
		value := 0.0
		for _, p := range term.parts {
			value += p.by * view.values[p.basis]
		}
		m.values = append(m.values, value)
	}
	return m, nil
}

// measureOnce measures a gradient whose parts nothing else will ask for, in one pass, as a single term.
func (s *search) measureOnce(ctx context.Context, c *convention) (*measured, error) {
	in := s.shapes(c.lens)
	if !c.fits(in) {
		return nil, nil
	}
	var parts, further []part
	var content, style []feature.Layer
	for _, t := range c.summands(in) {
		for _, p := range t.parts {
			switch p.kind {
			case paintingSquare:
				continue
			case totalVariation:
				further = append(further, p)
				continue
			case contentDistance:
				content = append(content, p.layer)
			default:
				style = append(style, p.layer)
			}
			parts = append(parts, p)
		}
	}
	v := newSight(c.lens)
	sum := make([]float32, len(s.claim.Gradient))
	if len(parts) > 0 {
		if err := s.learn(ctx, v, content, style); err != nil {
			return nil, err
		}
		g, err := s.slope(ctx, v, parts)
		if err != nil {
			return nil, err
		}
		copy(sum, g)
	}
	for _, p := range further {
		g, err := s.gradient(ctx, v, p.basis)
		if err != nil {
			return nil, err
		}
		for i, x := range g {
			sum[i] += float32(p.by) * x
		}
	}
	return &measured{terms: []summand{{}}, products: [][]float64{{inner(sum, sum)}},
		along: []float64{inner(sum, s.readings[c.reading])}, target: s.norms[c.reading]}, nil
}

func (s *search) measureGradient(ctx context.Context, view *sight, m *measured, r reading) error {
	m.target = s.norms[r]
	m.along = make([]float64, len(m.terms))
	m.products = make([][]float64, len(m.terms))
	for i, a := range m.terms {
		m.products[i] = make([]float64, len(m.terms))
		for _, p := range a.parts {
			if p.kind == paintingSquare {
				continue
			}
			d, err := s.against(ctx, view, p.basis, r)
			if err != nil {
				return err
			}
			m.along[i] += p.by * d
		}
		for j, b := range m.terms[:i+1] {
			d, err := s.between(ctx, view, a.parts, b.parts)
			if err != nil {
				return err
			}
			m.products[i][j], m.products[j][i] = d, d
		}
	}
	return nil
}

// between returns the inner product of two terms' gradients.
func (s *search) between(ctx context.Context, view *sight, a, b []part) (sum float64, err error) {
	for _, p := range a {
		for _, q := range b {
			if p.kind == paintingSquare || q.kind == paintingSquare {
				continue
			}
			d, err := s.dot(ctx, view, p.basis, q.basis)
			if err != nil {
				return 0, err
			}
			sum += p.by * q.by * d
		}
	}
	return sum, nil
}

// group are terms that share a factor: those of a kind, or of all kinds, of a layer or of all layers. A term belongs to
// the first group that it fits, and one that fits none keeps its weight.
type group struct {
	kind  transfer.Kind
	layer string
}

func (g group) has(t summand) bool {
	return (g.kind == "" || g.kind == t.kind) && (g.layer == "" || g.layer == t.layer)
}

// fit is what factors leave unexplained.
type fit struct {
	groups  []group
	factors []float64
	least   []float64 // below which a factor cannot be distinguished from zero
	miss    float64
	spare   int // numbers of the claim beyond the free factors: what makes a fit evidence
}

// noFit is what does not fit at all.
var noFit = fit{miss: math.Inf(1)}

// fit returns the factors of groups with which the convention comes nearest to the claim.
func (m *measured) fit(groups ...group) fit {
	if m == nil {
		return noFit
	}
	if m.products != nil {
		return m.fitGradient(groups)
	}
	return m.fitTerms(groups)
}

// member returns the group of each term; 0 is none.
func (m *measured) member(groups []group) []int {
	of := make([]int, len(m.terms))
	for i, t := range m.terms {
		for g := range groups {
			if of[i] == 0 && groups[g].has(t) {
				of[i] = g + 1
			}
		}
	}
	return of
}

// claims reports whether a claimed term has a term of the loss in it.
func claims(t transfer.Term, term summand) bool {
	return t.Kind == "" || t.Kind == term.kind && (t.Layer == "" || t.Layer == term.layer)
}

// fitTerms solves the least squares of relative errors. Its miss is the largest relative error.
func (m *measured) fitTerms(groups []group) fit {
	of, k := m.member(groups), len(groups)
	rows := make([][]float64, len(m.claimed))
	normal, right := square(k), make([]float64, k)
	out := fit{groups: groups, spare: -k}
	for i, t := range m.claimed {
		rows[i] = make([]float64, k+1)
		scale := math.Abs(t.Value)
		for j, term := range m.terms {
			if claims(t, term) {
				rows[i][of[j]] += m.values[j]
				scale = max(scale, math.Abs(m.values[j]))
			}
		}
		if scale == 0 {
			continue
		}
		out.spare++
		for a := range k {
			for b := range k {
				normal[a][b] += rows[i][a+1] * rows[i][b+1] / (scale * scale)
			}
			right[a] += rows[i][a+1] * (t.Value - rows[i][0]) / (scale * scale)
		}
	}
	var ok bool
	if out.factors, ok = solve(normal, right); !ok {
		return noFit
	}
	out.least = make([]float64, k)
	for i, t := range m.claimed {
		predicted := rows[i][0]
		for g, by := range out.factors {
			predicted += by * rows[i][g+1]
		}
		if scale := max(math.Abs(t.Value), math.Abs(predicted)); scale > 0 {
			out.miss = max(out.miss, math.Abs(t.Value-predicted)/scale)
		}
	}
	return out
}

// fitGradient solves the least squares of gradients. Its miss is the relative L2 distance.
func (m *measured) fitGradient(groups []group) fit {
	of, k := m.member(groups), len(groups)
	products, along := square(k+1), make([]float64, k+1)
	for i := range m.terms {
		along[of[i]] += m.along[i]
		for j := range m.terms {
			products[of[i]][of[j]] += m.products[i][j]
		}
	}
	normal, right := square(k), make([]float64, k)
	for a := range k {
		copy(normal[a], products[a+1][1:])
		right[a] = along[a+1] - products[a+1][0]
	}
	found, ok := solve(normal, right)
	if !ok {
		return noFit
	}
	out := fit{groups: groups, factors: found, spare: len(m.terms)}
	by := append([]float64{1}, found...)
	left, own := m.target, 0.0
	for i, x := range by {
		left -= 2 * x * along[i]
		for j, y := range by {
			own += x * y * products[i][j]
		}
	}
	out.miss = math.Sqrt(max(0, left+own) / max(m.target, own, math.SmallestNonzeroFloat64))
	for g := range k {
		const float = 1e-6 // what gradients in float32 agree to at best
		out.least = append(out.least, 3*max(out.miss, float)*math.Sqrt(m.target/normal[g][g]))
	}
	return out
}

func square(n int) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
	}
	return m
}

// solve solves symmetric equations by elimination, with the unknowns brought to one scale first. It fails where they
// are not determined.
func solve(m [][]float64, right []float64) (x []float64, ok bool) {
	n := len(right)
	scale := make([]float64, n)
	for i := range n {
		if !(m[i][i] > 0) {
			return nil, false
		}
		scale[i] = math.Sqrt(m[i][i])
	}
	a, x := square(n), make([]float64, n)
	for i := range n {
		x[i] = right[i] / scale[i]
		for j := range n {
			a[i][j] = m[i][j] / scale[i] / scale[j]
		}
	}
	const least = 1e-9
	for i := range n {
		if a[i][i] < least {
			return nil, false
		}
		for r := range n {
			if r == i {
				continue
			}
			by := a[r][i] / a[i][i]
			for j := i; j < n; j++ {
				a[r][j] -= by * a[i][j]
			}
			x[r] -= by * x[i]
		}
	}
	for i := range n {
		x[i] /= a[i][i] * scale[i]
	}
	return x, true
}
