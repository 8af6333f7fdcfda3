package recipe

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Effort is how much work a recipe is given: its iterations at the last scale, at the first of several
// and at those between are multiplied. Sizes and the number of scales stay, and with them the look.
type Effort struct {
	Name     string // as users type it
	Sentence string // what it is for

	Last, First, Coarse float64 // factors of the iterations
}

// efforts is the table. Coarse scales are cheap and decide where the strokes go, so that a draft saves most
// at the last one, which only refines.
var efforts = []Effort{
	{"draft", "to see what a pair comes to: 15 s at 512 pixels with recipe impasto", 0.1, 0.3, 0.2},
	{"normal", "the recipe as it is: 75 s at 512 pixels with recipe impasto", 1, 1, 1},
	{"best", "for those who wait: the loss goes as low as it will", 3, 2, 2},
}

// Efforts lists the efforts, from the quickest.
func Efforts() []Effort { return append([]Effort(nil), efforts...) }

// FindEffort returns the effort of a name, or an error that lists the names.
func FindEffort(name string) (Effort, error) {
	names := make([]string, len(efforts))
	for i, e := range efforts {
		if e.Name == name {
			return e, nil
		}
		names[i] = e.Name
	}
	return Effort{}, fmt.Errorf("effort %q is not known; known are %s", name, strings.Join(names, ", "))
}

// Apply changes the iterations of a recipe. A scale that had some keeps at least one.
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

// applyAt changes the iterations of single scales, where they have some of their own.
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

// multiplied returns a factor times a number of iterations, at least 1 where the number rounds to one or more.
func multiplied(iterations, factor float64) float64 {
	if math.Round(iterations) < 1 {
		return factor * iterations
	}
	return max(factor*iterations, 1)
}
