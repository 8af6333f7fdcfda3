package recipe

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Effort scales the work of a recipe: its iterations at the last scale, at the first of several scales and
// at those between are multiplied. Sizes and the number of scales, and with them the look, do not change.
type Effort struct {
	Name     string // as typed by the user
	Sentence string // one line of help

	Last, First, Coarse float64 // factors of the iterations
}

// efforts is the table. Coarse scales are cheap and decide where the strokes go, so a draft saves most
// at the last scale, which only refines.
var efforts = []Effort{
	{"draft", "a first impression of a pair: 15 s at 512 pixels with recipe impasto", 0.1, 0.3, 0.2},
	{"normal", "the recipe as it is: 75 s at 512 pixels with recipe impasto", 1, 1, 1},
	{"best", "slow: until the loss hardly falls any further", 3, 2, 2},
}

// Efforts lists the efforts, fastest first.
func Efforts() []Effort { return append([]Effort(nil), efforts...) }

// FindEffort returns the effort of the given name, or an error that lists the names.
func FindEffort(name string) (Effort, error) {
	names := make([]string, len(efforts))
	for i, e := range efforts {
		if e.Name == name {
			return e, nil
		}
		names[i] = e.Name
	}
	return Effort{}, fmt.Errorf("unknown effort %q; must be one of %s", name, strings.Join(names, ", "))
}

// Apply multiplies the iterations of a recipe. A scale with at least one iteration keeps at least one.
func (e Effort) Apply(r *Recipe) {
	for i := range r.ByScale {
		e.applyAt(&r.ByScale[i])
	}
	s := &r.Scales
	if s.Iterations == 0 {
		return
	}
	first, coarse := s.First*float64(s.Iterations), s.Coarse*float64(s.Iterations)
	s.Iterations = int(multiplied(float64(s.Iterations), e.Last) + 0.5)
	s.First = multiplied(first, e.First) / float64(s.Iterations)
	s.Coarse = multiplied(coarse, e.Coarse) / float64(s.Iterations)
}

// applyAt multiplies the iterations of scales that have their own.
func (e Effort) applyAt(s *ScaleSettings) {
	iterations, err := strconv.ParseFloat(s.Values["iterations"], 64)
	if err != nil {
		return
	}
	factor := e.Coarse
	switch s.Scale {
	case "first":
		factor = e.First
	case "last":
		factor = e.Last
	}
	s.Values["iterations"] = strconv.Itoa(int(multiplied(iterations, factor) + 0.5))
}

// multiplied returns factor times iterations, at least 1 where iterations rounds to one or more.
func multiplied(iterations, factor float64) float64 {
	if math.Round(iterations) < 1 {
		return factor * iterations
	}
	return max(factor*iterations, 1)
}
