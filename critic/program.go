package critic

import (
	"context"
	"math/bits"
	"slices"

	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"
)

// program is how a program that many have begun with computes its losses. Whoever compares it with a recipe differs
// from that in several conventions at once.
type program struct {
	says    string // the key of its name
	gram    gramForm
	content contentForm
	input   string // the key of the mistake of its preprocessing
	linear  bool   // it reads layers before their ReLU
}

// programs are well known. Keras' example: neural_style_transfer.py of keras-io; TensorFlow's: style_transfer.ipynb;
// the others are recipes.
var programs = []program{
	{"check.program.tensorflow", gramForms[recipe.Mean], contentForm{1, byElements}, "check.caffe", false},
	{"check.program.pytorch", gramForms[recipe.MeanElement], contentForm{1, byElements}, "check.torchvision", true},
	{"check.program.keras", gramForm{byNothing, byPicture, 0.25, false}, contentForm{1, byNothing}, "check.caffe", false},
	{"check.program.johnson", gramForms[recipe.MeanElement], contentForm{1, byElements}, "check.caffe", false},
	{"check.program.gordic", gramForms[recipe.SumElement], contentForm{1, byElements}, "check.rgb255", false},
	{"check.program.textbook", gramForms[recipe.Textbook], contentForm{0.5, byNothing}, "check.caffe", false},
}

// matching returns the first mistake of a kind that makes of the recipe what is wanted.
func (s *search) matching(kind string, wanted func(m mistake, c *convention) bool) []mistake {
	for _, m := range s.mistakes {
		if m.kind != kind {
			continue
		}
		c := s.base.clone()
		m.change(&c)
		if wanted(m, &c) {
			return []mistake{m}
		}
	}
	return nil
}

// differences lists by what a recipe differs from a program: in its formulas, and in what may have been kept.
func (s *search) differences(p program) (formulas, optional []mistake) {
	if len(s.base.style) > 0 && s.base.gram {
		formulas = s.matching("gram", func(_ mistake, c *convention) bool { return c.gramForm == p.gram })
	}
	formulas = append(formulas, s.matching("content", func(_ mistake, c *convention) bool { return c.contentForm == p.content })...)
	optional = s.matching("pooling", func(mistake, *convention) bool { return true })
	optional = append(optional, s.matching("input", func(m mistake, _ *convention) bool { return m.says.key == p.input })...)
	linear := len(s.base.style) > 0 && s.base.style[0].layer.Kind == feature.Conv
	if linear != p.linear {
		optional = append(optional, s.matching("relu", func(mistake, *convention) bool { return true })...)
	}
	optional = append(optional, s.matching("layer weights", func(m mistake, _ *convention) bool { return m.says.key == "check.weights.alike" })...)
	return formulas, optional
}

// wholePrograms tries well-known programs, with the recipe's weights and with any.
func (s *search) wholePrograms(ctx context.Context, list [][]group) ([]explanation, error) {
	var found explanation
	for _, p := range programs {
		formulas, optional := s.differences(p)
		for set := range 1 << len(optional) {
			if len(formulas)+bits.OnesCount(uint(set)) < 2 {
				continue // tried alone
			}
			mistakes := slices.Clone(formulas)
			for i, m := range optional {
				if set>>i&1 == 1 {
					mistakes = append(mistakes, m)
				}
			}
			e, err := s.weighted(ctx, list, 3, mistakes...)
			if err != nil {
				return nil, err
			}
			if len(formulas) > 0 {
				e.program = p.says
			}
			found = better(found, e)
		}
	}
	return found.list(), nil
}
