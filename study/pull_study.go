package study

import (
	"context"
	"fmt"
	"slices"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// Role identifies a picture at which a loss is studied.
type Role string

// The pictures at which a loss is studied.
const (
	PhotographRole Role = "photograph" // its content loss is zero
	PaintingRole   Role = "painting"   // stretched to the photograph's shape; its style loss is small
	NoiseRole      Role = "noise"
	ResultRole     Role = "result"
)

// Sitting is the loss at one picture.
type Sitting struct {
	Role    Role
	Picture *canvas.Picture // of the photograph's size
	Point                   // Pulls is nil if they were not requested
}

// LossStudy is a recipe's loss at several pictures.
type LossStudy struct {
	Recipe   recipe.Recipe
	Sittings []Sitting
}

// StudyLoss evaluates the loss at pictures of the size of its result. It computes the gradients of the terms at the
// pictures with the given roles.
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

// at returns the sitting of a role, nil if there is none.
func (s *LossStudy) at(role Role) *Sitting {
	for i := range s.Sittings {
		if s.Sittings[i].Role == role {
			return &s.Sittings[i]
		}
	}
	return nil
}

// sumOf returns the sum of the terms of a kind.
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

// ShareOfKind returns the share of a term in the sum of the terms of its kind, in [0,1]; 0 if the sum is zero.
func ShareOfKind(terms []transfer.Term, i int) float64 {
	if sum := sumOf(terms, terms[i].Kind); sum > 0 {
		return terms[i].Value / sum
	}
	return 0
}

// largest returns the index of the largest term of a kind, -1 if there is none.
func largest(terms []transfer.Term, kind transfer.Kind) int {
	best := -1
	for i, t := range terms {
		if t.Kind == kind && (best < 0 || t.Value > terms[best].Value) {
			best = i
		}
	}
	return best
}

// Balance describes how far the terms of a point pull against each other.
type Balance struct {
	Content, Style float64 // norms of the gradients of both losses
	Cosine         float64 // between them
	Sum            float64 // of the norms of the gradients of all terms
	Whole          float64 // norm of the gradient of the total
}

// Balance returns the balance of the point's pulls.
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
