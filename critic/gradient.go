package critic

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/loss"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/weights"
)

// most is how many numbers the gradients of all sights may have together: 256 MiB.
const most = 1 << 26

// gradient returns that of a basis by RGB in [0,1], [3,H,W].
func (s *search) gradient(ctx context.Context, v *sight, b basis) (gradient []float32, err error) {
	if g := v.gradients[b]; g != nil {
		return g, nil
	}
	if b.kind == totalVariation {
		err := s.totalVariations(v)
		return v.gradients[b], err
	}
	if s.held > most {
		for _, other := range s.sights {
			if other != v {
				clear(other.gradients)
			}
		}
		s.held = 0
	}
	r, needed := s.few, s.few.style
	if b.kind == contentDistance {
		needed = s.few.content
	}
	if !slices.Contains(needed, b.layer) {
		r = s.all
	}
	if err := s.learn(ctx, v, r.content, r.style); err != nil {
		return nil, err
	}
	g, err := s.slope(ctx, v, []part{{b, 1}})
	if err != nil {
		return nil, err
	}
	v.gradients[b] = g
	s.held += len(g)
	return g, nil
}

// slope returns the gradient of a sum of bases that the network makes, in one pass.
func (s *search) slope(ctx context.Context, v *sight, parts []part) ([]float32, error) {
	for _, p := range parts {
		if p.layout != asRead {
			layers := []feature.Layer{p.layer}
			if slices.Contains(s.few.style, p.layer) {
				layers = s.few.style // the others' turn comes next
			}
			if err := s.readMaps(ctx, v, layers...); err != nil {
				return nil, err
			}
		}
	}
	pass, err := s.newPass(v.lens, s.trial.At, true)
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		s.addTerm(pass, v, p)
	}
	out, err := pass.run(ctx)
	if err != nil {
		return nil, err
	}
	return throughInput(s.inputs[v.lens.input], out.gradient), nil
}

// addTerm adds the term whose gradient is that of a part.
func (s *search) addTerm(to *pass, v *sight, p part) {
	shape := to.shape(p.layer)
	c := shape.Channels
	switch {
	case p.layout != asRead:
		target, scale := v.reshapedTarget(p.basis, shape)
		to.addContent(p.layer, target, p.by*scale)
	case p.kind == contentDistance:
		to.addContent(p.layer, v.photo[p.layer], p.by)
	case p.kind == gramDistance:
		to.addStyle(p.layer, recipe.Gram, v.painting[p.layer], p.by*float64(c*c))
	case p.kind == gramSquare:
		nothing := engine.Statistics{Weight: 1, Sum: make([]float64, c), Gram: make([]float64, c*c)}
		to.addStyle(p.layer, recipe.Gram, nothing, p.by*float64(c*c))
	case p.kind == transport:
		to.addStyle(p.layer, s.trial.Recipe.Style.Distance, v.painting[p.layer], p.by)
	default:
		panic(fmt.Sprintf("critic: basis %d has no term", p.kind))
	}
}

// addContent adds the squared distance from a target.
func (p *pass) addContent(l feature.Layer, target []float32, by float64) {
	shape := p.shape(l)
	term := loss.NewContent(p.dev, shape)
	term.Weigh(by)
	p.add(l, term, func() error { return p.dev.WriteMap(term.Target(), engine.All(shape), target) })
}

// addStyle adds a distance from a painting, of those that compare moments; of Gram matrices in its mean.
func (p *pass) addStyle(l feature.Layer, distance recipe.Distance, painting engine.Statistics, by float64) {
	d, err := loss.FindDistance(string(distance))
	if err != nil {
		panic(err) // newSearch has found it
	}
	term := d.New(p.dev, []engine.Shape{p.shape(l)}, loss.Options{Normalization: loss.Mean})
	term.Weigh(by)
	p.add(l, term, func() error { return term.Teach([]loss.Lesson{loss.Moments{painting}}, []float64{1}) })
}

// totalVariations sets the values and the gradients of every form of total variation, which reads the picture itself.
func (s *search) totalVariations(v *sight) (err error) {
	at := s.trial.At
	image := engine.Align(4 * int64(len(at.Pix)))
	arena, err := s.dev.NewArena(2*image + engine.Align(s.dev.ScalarsBytes(1)))
	if err != nil {
		return fmt.Errorf("take %d MiB of memory: %w", 2*image>>20, err)
	}
	defer func() { err = errors.Join(err, arena.Close()) }()
	shown, slope, results := arena.Image(0, at.Height, at.Width), arena.Image(image, at.Height, at.Width), arena.Scalars(2*image, 1)
	if err := s.dev.Write(shown, at.Pix); err != nil {
		return err
	}
	value := make([]float64, 1)
	for _, kind := range []engine.TotalVariation{engine.AbsoluteVariation, engine.SquaredVariation, engine.NinePointVariation} {
		term := loss.NewTotalVariation(s.dev, kind)
		g := make([]float32, len(at.Pix))
		if err := cmp.Or(term.Place(loss.Site{Arena: arena, Results: results}), s.dev.Fill(slope, 0), s.dev.ResetScalars(results),
			term.Add(shown, slope), s.dev.ReadScalars(value, results), s.dev.Read(g, slope)); err != nil {
			return err
		}
		b := variationBasis(kind)
		v.values[b] = value[0]
		if s.claim.Gradient != nil {
			v.gradients[b] = g
		}
	}
	return nil
}

// throughInput brings the gradient by a recoloured picture back to the picture's own colours.
func throughInput(m canvas.ColourMap, g []float32) []float32 {
	n := len(g) / 3
	out := make([]float32, len(g))
	for c := range 3 {
		for i := range n {
			out[c*n+i] = float32(m.A[0][c]*float64(g[i]) + m.A[1][c]*float64(g[n+i]) + m.A[2][c]*float64(g[2*n+i]))
		}
	}
	return out
}

// dot returns the inner product of two bases' gradients.
func (s *search) dot(ctx context.Context, v *sight, a, b basis) (float64, error) {
	if d, ok := v.dots[[2]basis{a, b}]; ok {
		return d, nil
	}
	x, err := s.gradient(ctx, v, a)
	if err != nil {
		return 0, err
	}
	y, err := s.gradient(ctx, v, b)
	if err != nil {
		return 0, err
	}
	d := inner(x, y)
	v.dots[[2]basis{a, b}], v.dots[[2]basis{b, a}] = d, d
	return d, nil
}

// against returns the inner product of a basis' gradient with the claimed one.
func (s *search) against(ctx context.Context, v *sight, b basis, r reading) (float64, error) {
	key := claimedKey{b, r}
	if d, ok := v.claimed[key]; ok {
		return d, nil
	}
	x, err := s.gradient(ctx, v, b)
	if err != nil {
		return 0, err
	}
	v.claimed[key] = inner(x, s.readings[r])
	return v.claimed[key], nil
}

func inner(x, y []float32) float64 {
	sum := 0.0
	for i, v := range x {
		sum += float64(v) * float64(y[i])
	}
	return sum
}

// readClaim turns the claimed gradient into one by RGB in [0,1], for everything it may be taken by.
func (s *search) readClaim(model *weights.Model) {
	claimed := s.claim.Gradient
	if claimed == nil {
		return
	}
	n := len(claimed) / 3
	matrix, _ := s.preprocessing(model)
	scaled, reversed, input := make([]float32, 3*n), make([]float32, 3*n), make([]float32, 3*n)
	for c := range 3 {
		for i := range n {
			scaled[c*n+i] = 255 * claimed[c*n+i]
			reversed[c*n+i] = claimed[(2-c)*n+i]
			for k := range 3 {
				input[c*n+i] += float32(matrix[k][c]) * claimed[k*n+i]
			}
		}
	}
	s.readings = [][]float32{byUnit: claimed, byRange: scaled, byReversed: reversed, byInput: input}
	for _, r := range s.readings {
		s.norms = append(s.norms, inner(r, r))
	}
}
