package transfer

import (
	"context"
	"math"
	"testing"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine/reference"
	"github.com/impasto/impasto/recipe"
)

// At the flat grey picture each loss is its weight, whatever the size, the pair and the formula.
func TestGreyUnits(t *testing.T) {
	for _, name := range []string{"gatys", "crowsonkb", "gordicaleksa"} {
		for _, size := range []int{20, 40} {
			job := newJob(t, reference.New32(), name, map[string]string{
				"loss-units": "grey", "content-weight": "3", "style-weight": "5", "strength": "2"})
			job.Photograph = smooth(9, size, size)
			grey := canvas.New(size, size)
			for c, v := range recipe.MeanColour {
				for i := range grey.Channel(c) {
					grey.Channel(c)[i] = float32(v)
				}
			}
			e, err := evaluate(context.Background(), job, grey)
			if err != nil {
				t.Fatal(err)
			}
			sums := map[Kind]float64{}
			for _, term := range e.Terms {
				sums[term.Kind] += term.Value
			}
			if math.Abs(sums[ContentTerm]-3) > 1e-4 || math.Abs(sums[StyleTerm]-10) > 1e-4 {
				t.Errorf("%s at %d: content is %v and style %v, want 3 and 10", name, size, sums[ContentTerm], sums[StyleTerm])
			}
		}
	}
}

// A flat photograph has no content to be measured by.
func TestGreyUnitsOfFlatPhotograph(t *testing.T) {
	job := newJob(t, reference.New32(), "gatys", map[string]string{"loss-units": "grey"})
	for c, v := range recipe.MeanColour {
		for i := range job.Photograph.Channel(c) {
			job.Photograph.Channel(c)[i] = float32(v)
		}
	}
	e := evaluated(t, job)
	if math.IsNaN(e.Total) || math.IsInf(e.Total, 0) || e.GradientNorm == 0 {
		t.Errorf("the loss is %v with a gradient of %v", e.Total, e.GradientNorm)
	}
}
