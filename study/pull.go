package study

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/loss"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// Pull is the gradient of one term of a loss with respect to the picture. It points uphill; the term pulls the pixels in
// the opposite direction.
type Pull struct {
	Term     transfer.Term
	Gradient []float32 // with respect to RGB in [0,1]; [3,H,W]
	Norm     float64   // Euclidean, of Gradient
}

// Pulls returns the loss at a picture and the gradient of each of its terms, in the order of the terms of the evaluation.
// Up to rounding, the gradients add up to that of the total.
func Pulls(ctx context.Context, l *Loss, at *canvas.Picture) (*transfer.Evaluation, []Pull, error) {
	plan, err := l.plan()
	if err != nil {
		return nil, nil, err
	}
	whole, err := plan.Evaluate(ctx, at)
	if err != nil {
		return nil, nil, err
	}
	pulls := make([]Pull, len(whole.Terms))
	for i, term := range whole.Terms {
		gradient, err := l.gradientOf(ctx, plan, whole, term, at)
		if err != nil {
			return nil, nil, fmt.Errorf("the gradient of %s %s: %w", term.Kind, term.Layer, err)
		}
		pulls[i] = newPull(term, gradient)
	}
	return whole, pulls, nil
}

func newPull(term transfer.Term, gradient []float32) Pull {
	return Pull{Term: term, Gradient: gradient, Norm: math.Sqrt(inner(gradient, gradient))}
}

// gradientOf returns the gradient of one term of an evaluation.
func (l *Loss) gradientOf(ctx context.Context, plan *impasto.Plan, whole *transfer.Evaluation, term transfer.Term, at *canvas.Picture) ([]float32, error) {
	switch term.Kind {
	case transfer.ReducedTerm:
		return l.reducedGradient(ctx, plan, whole, at)
	case transfer.TotalVariationTerm:
		return l.variationGradient(ctx, plan, term, at)
	}
	return l.layerGradient(ctx, plan, term, at)
}

// layerGradient returns the gradient of a term of a layer, computed with a recipe that has no other term. Factors common
// to all terms of a kind may depend on all of them; since the gradient is proportional to the value, they follow from
// the values.
func (l *Loss) layerGradient(ctx context.Context, plan *impasto.Plan, term transfer.Term, at *canvas.Picture) ([]float32, error) {
	alone, err := l.last(plan)
	if err != nil {
		return nil, err
	}
	r := &alone.Options.Recipe
	r.TotalVariation.Weight, r.Reduced.Weight, r.Units = 0, 0, recipe.PlainUnits
	if term.Kind == transfer.ContentTerm {
		r.Style.Weight = 0
		r.Content.Layers = only(r.Content.Layers, term.Layer)
	} else {
		r.Content.Weight = 0
		r.Style.Layers = only(r.Style.Layers, term.Layer)
	}
	e, err := alone.Evaluate(ctx, at)
	if err != nil {
		return nil, err
	}
	return rescaled(e.Gradient, term.Value, e.Total), nil
}

// only returns the layers that a term names: one, or several joined by plus signs.
func only(layers recipe.LayerWeights, name string) recipe.LayerWeights {
	names := strings.Split(name, "+")
	return slices.DeleteFunc(layers, func(l recipe.LayerWeight) bool { return !slices.Contains(names, l.Layer) })
}

// reducedGradient returns the difference between the gradients with and without the loss of the reduced picture. Since
// that loss is added last, the difference is its gradient up to the rounding of the total.
func (l *Loss) reducedGradient(ctx context.Context, plan *impasto.Plan, whole *transfer.Evaluation, at *canvas.Picture) ([]float32, error) {
	without := l.exact(plan)
	if err := without.Options.Recipe.Set("reduced-weight", "0"); err != nil {
		return nil, err
	}
	e, err := without.Evaluate(ctx, at)
	if err != nil {
		return nil, err
	}
	gradient := make([]float32, len(whole.Gradient))
	for i, v := range whole.Gradient {
		gradient[i] = v - e.Gradient[i]
	}
	return gradient, nil
}

// variationGradient returns the gradient of total variation, which needs no network.
func (l *Loss) variationGradient(ctx context.Context, plan *impasto.Plan, term transfer.Term, at *canvas.Picture) ([]float32, error) {
	last, err := l.last(plan)
	if err != nil {
		return nil, err
	}
	kind := transfer.TotalVariation(last.Options.Recipe.TotalVariation.Kind)
	gradient, value := make([]float32, len(at.Pix)), 0.0
	image := engine.Align(4 * int64(len(at.Pix)))
	bytes := func(*impasto.Loan) (int64, error) { return 4 * image, nil }
	err = l.Model.Lend(ctx, bytes, func(loan *impasto.Loan) (err error) {
		value, err = variationAt(loan.Device(), kind, at, gradient)
		return err
	})
	return rescaled(gradient, term.Value, value), err
}

// variationAt returns the total variation of a picture and stores its gradient in gradient.
func variationAt(dev engine.Device, kind engine.TotalVariation, at *canvas.Picture, gradient []float32) (value float64, err error) {
	image := engine.Align(4 * int64(len(at.Pix)))
	arena, err := dev.NewArena(2*image + engine.Align(dev.ScalarsBytes(1)))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, arena.Close()) }()
	x, g, results := arena.Image(0, at.Height, at.Width), arena.Image(image, at.Height, at.Width), arena.Scalars(2*image, 1)
	v := loss.NewTotalVariation(dev, kind)
	if err := v.Place(loss.Site{Arena: arena, Results: results}); err != nil {
		return 0, err
	}
	if err := dev.Write(x, at.Pix); err != nil {
		return 0, err
	}
	if err := v.Add(x, g); err != nil { // a new arena is zero
		return 0, err
	}
	if err := dev.Read(gradient, g); err != nil {
		return 0, err
	}
	values := make([]float64, 1)
	if err := dev.ReadScalars(values, results); err != nil {
		return 0, err
	}
	return v.Value(values)
}

// rescaled multiplies a gradient by the ratio of two values of its term.
func rescaled(gradient []float32, value, alone float64) []float32 {
	if value == alone || alone == 0 {
		return gradient
	}
	for i, v := range gradient {
		gradient[i] = float32(float64(v) * value / alone)
	}
	return gradient
}

// SumPulls returns the sum of several pulls as the pull of the given term.
func SumPulls(term transfer.Term, pulls ...Pull) Pull {
	total := make([]float32, len(pulls[0].Gradient))
	term.Value = 0
	for _, p := range pulls {
		term.Value += p.Term.Value
		for i, v := range p.Gradient {
			total[i] += v
		}
	}
	return newPull(term, total)
}

// Strength returns the norm of the gradient at each pixel, sqrt(r^2 + g^2 + b^2); [H,W].
func (p *Pull) Strength() []float64 {
	n := len(p.Gradient) / 3
	out := make([]float64, n)
	for i := range out {
		r, g, b := float64(p.Gradient[i]), float64(p.Gradient[n+i]), float64(p.Gradient[2*n+i])
		out[i] = math.Sqrt(float64(r*r) + float64(g*g) + float64(b*b))
	}
	return out
}

// Cosine returns the cosine of the angle between two pulls, in [-1,1]; 0 if one of them is zero.
func (p *Pull) Cosine(q *Pull) float64 {
	if p.Norm == 0 || q.Norm == 0 {
		return 0
	}
	return inner(p.Gradient, q.Gradient) / (p.Norm * q.Norm)
}

// Half returns the smallest share of the pixels with half of the squared norm of the gradient, a measure of how
// concentrated the pull is. A pull of uniform strength has 0.5.
func (p *Pull) Half() float64 {
	squares := p.Strength()
	total := 0.0
	for i, v := range squares {
		squares[i] = float64(v * v)
		total += squares[i]
	}
	if total == 0 {
		return 0
	}
	slices.Sort(squares)
	slices.Reverse(squares)
	sum := 0.0
	for i, v := range squares {
		if sum += v; sum >= total/2 {
			return float64(i+1) / float64(len(squares))
		}
	}
	return 1
}

// areaSide is the side in pixels of the squares of Areas, which a viewer perceives as a spot of colour and not as
// grain.
const areaSide = 8

// Areas returns the share of the squared norm of the gradient that remains when it is averaged over squares of 8 pixels:
// near 1 if the term acts on the colours of areas, near 1/64 if it acts on grain. The picture is width pixels wide.
func (p *Pull) Areas(width int) float64 {
	if p.Norm == 0 {
		return 0
	}
	height := len(p.Gradient) / 3 / width
	kept := 0.0
	for c := range 3 {
		plane := p.Gradient[c*width*height : (c+1)*width*height]
		for y := 0; y < height; y += areaSide {
			for x := 0; x < width; x += areaSide {
				kept += squareOfMean(plane, width, x, y, min(x+areaSide, width), min(y+areaSide, height))
			}
		}
	}
	return kept / (p.Norm * p.Norm)
}

// squareOfMean returns n m^2 for the n values of a rectangle and their mean m.
func squareOfMean(plane []float32, width, x0, y0, x1, y1 int) float64 {
	sum := 0.0
	for y := y0; y < y1; y++ {
		for _, v := range plane[y*width+x0 : y*width+x1] {
			sum += float64(v)
		}
	}
	return sum * sum / float64((x1-x0)*(y1-y0))
}

// place is one of the nine parts of a picture.
type place struct{ column, row int }

// strongest returns the ninth of the picture with the largest share of the squared norm of the gradient, as column and
// row from 0 to 2, and that share.
func (p *Pull) strongest(width int) (place, float64) {
	var parts [3][3]float64
	strength := p.Strength()
	height := len(strength) / width
	for i, v := range strength {
		parts[3*(i/width)/height][3*(i%width)/width] += float64(v * v)
	}
	best := place{1, 1}
	for row := range parts {
		for column, v := range parts[row] {
			if v > parts[best.row][best.column] {
				best = place{column, row}
			}
		}
	}
	if p.Norm == 0 {
		return best, 0
	}
	return best, parts[best.row][best.column] / (p.Norm * p.Norm)
}

// Shift is a step against a gradient, large enough to be visible.
type Shift struct {
	Picture *canvas.Picture // within [0,1]
	// Percent is the root mean square change of the pixels, as a percentage of their range, in a step that reduces
	// the term by one per cent to first order.
	Percent float64
	// Times is the length of the step shown relative to that step.
	Times float64
}

// shownMove is the change of the pixels in a shift: 99 % of the values change by less. A larger change would exceed the
// range; a smaller one would be invisible.
const shownMove = 0.3

// Along returns a picture moved visibly against the gradient, or the picture itself if the gradient is zero.
func (p *Pull) Along(picture *canvas.Picture) Shift {
	s := Shift{Picture: picture.Clone()}
	most := quantile(p.Gradient, 0.99)
	if p.Norm == 0 || most == 0 {
		return s
	}
	step := shownMove / most
	for i, v := range p.Gradient {
		s.Picture.Pix[i] -= float32(step * float64(v))
	}
	s.Picture.Clamp()
	// To first order a step of length t along -g reduces the term by t |g|^2.
	percent := 0.01 * p.Term.Value / (p.Norm * p.Norm)
	s.Percent = percent * p.Norm / math.Sqrt(float64(len(p.Gradient)))
	s.Times = step / percent
	return s
}

// quantile returns the quantile of the absolute values.
func quantile(values []float32, share float64) float64 {
	sorted := make([]float64, len(values))
	for i, v := range values {
		sorted[i] = math.Abs(float64(v))
	}
	slices.Sort(sorted)
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}

// inner returns the inner product of two vectors of equal length, summed in float64.
func inner(x, y []float32) float64 {
	sum := 0.0
	for i, v := range x {
		sum += float64(v) * float64(y[i])
	}
	return sum
}
