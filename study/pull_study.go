package study

import (
	"context"
	"fmt"
	"slices"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// Role says which picture a loss is looked at.
type Role string

// The pictures at which a loss is looked at. Each shows something else of it.
const (
	PhotographRole Role = "photograph" // its content loss is zero
	PaintingRole   Role = "painting"   // drawn out to the photograph's shape; its style loss is small
	NoiseRole      Role = "noise"
	ResultRole     Role = "result"
)

// Sitting is the loss at one picture.
type Sitting struct {
	Role    Role
	Picture *canvas.Picture // of the photograph's size
	Point                   // Pulls is nil where they were not asked for
}

// LossStudy is a recipe's loss at several pictures.
type LossStudy struct {
	Recipe   recipe.Recipe
	Sittings []Sitting
}

// StudyLoss takes the loss at pictures of its result's size. The gradient of each term is taken at those of the given
// roles.
func StudyLoss(ctx context.Context, l *Loss, pictures []Sitting, pulls ...Role) (*LossStudy, error) {
	plan, err := l.plan()
	if err != nil {
		return nil, err
	}
	s := &LossStudy{Recipe: plan.Recipe()}
	for _, one := range pictures {
		if slices.Contains(pulls, one.Role) {
			one.Evaluation, one.Pulls, err = Pulls(ctx, l, one.Picture)
		} else {
			one.Evaluation, err = plan.Evaluate(ctx, one.Picture)
		}
		if err != nil {
			return nil, fmt.Errorf("the loss at the %s: %w", one.Role, err)
		}
		s.Sittings = append(s.Sittings, one)
	}
	return s, nil
}

// at returns the sitting of a role, nil where there is none.
func (s *LossStudy) at(role Role) *Sitting {
	for i := range s.Sittings {
		if s.Sittings[i].Role == role {
			return &s.Sittings[i]
		}
	}
	return nil
}

// sumOf adds up the terms of a kind.
func sumOf(terms []transfer.Term, kind transfer.Kind) float64 {
	sum := 0.0
	for _, t := range terms {
		if t.Kind == kind {
			sum += t.Value
		}
	}
	return sum
}

// has reports whether there is a term of a kind.
func has(terms []transfer.Term, kind transfer.Kind) bool {
	return slices.ContainsFunc(terms, func(t transfer.Term) bool { return t.Kind == kind })
}

// ShareOfKind returns what a term is of all terms of its kind, in [0,1]; 0 where they are zero.
func ShareOfKind(terms []transfer.Term, i int) float64 {
	if sum := sumOf(terms, terms[i].Kind); sum > 0 {
		return terms[i].Value / sum
	}
	return 0
}

// largest returns the index of the largest term of a kind, -1 where there is none.
func largest(terms []transfer.Term, kind transfer.Kind) int {
	best := -1
	for i, t := range terms {
		if t.Kind == kind && (best < 0 || t.Value > terms[best].Value) {
			best = i
		}
	}
	return best
}

// Balance is how far the terms of a point pull against each other.
type Balance struct {
	Content, Style float64 // lengths of the gradients of both losses
	Cosine         float64 // between them
	Sum            float64 // of the lengths of the gradients of all terms
	Whole          float64 // length of the gradient of the total
}

// Balance returns that of the point's pulls.
func (p *Point) Balance() Balance {
	b := Balance{Whole: p.Evaluation.GradientNorm}
	var kinds [2][]Pull
	for _, pull := range p.Pulls {
		b.Sum += pull.Norm
		switch pull.Term.Kind {
		case transfer.ContentTerm:
			kinds[0] = append(kinds[0], pull)
		case transfer.StyleTerm:
			kinds[1] = append(kinds[1], pull)
		}
	}
	if len(kinds[0]) == 0 || len(kinds[1]) == 0 {
		return b
	}
	content := SumPulls(transfer.Term{Kind: transfer.ContentTerm}, kinds[0]...)
	style := SumPulls(transfer.Term{Kind: transfer.StyleTerm}, kinds[1]...)
	b.Content, b.Style, b.Cosine = content.Norm, style.Norm, content.Cosine(&style)
	return b
}
