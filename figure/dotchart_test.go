package figure

import (
	"math"
	"testing"
)

// TestDotChartPlacesValues finds each sign where its value belongs; zero stands left of the axis.
func TestDotChartPlacesValues(t *testing.T) {
	c := DotChart{Rows: []string{"a", "b"}, Names: []string{"one", "two"}, Values: [][]float64{{0, 100}, {1, 10000}}, Label: "loss"}
	d := c.Draw(400)
	var centres []float64
	for _, m := range d.marks {
		if b, ok := m.(*blot); ok {
			low, high := math.Inf(1), math.Inf(-1)
			for _, p := range b.points {
				low, high = min(low, p.X), max(high, p.X)
			}
			centres = append(centres, (low+high)/2)
		}
	}
	// Of row a 0 and 1, of row b 100 and 10000; then the legend.
	if len(centres) != 6 || !(centres[0] < centres[1] && centres[1] < centres[2] && centres[2] < centres[3]) {
		t.Fatalf("%v", centres)
	}
	if math.Abs((centres[2]-centres[1])-(centres[3]-centres[2])) > 0.5 {
		t.Errorf("1, 100 and 10000 stand at %v", centres[1:4])
	}
	wellFormed(t, d.SVG())
}

// TestStackIsAsLongAsItsShares adds up the areas of each bar.
func TestStackIsAsLongAsItsShares(t *testing.T) {
	d := DrawStack([]string{"start", "end"}, [][]float64{{0.25, 0.75}, {1, 0}}, []string{"content", "style"}, 400)
	var widths []float64
	for _, m := range d.marks {
		if b, ok := m.(*blot); ok {
			widths = append(widths, b.points[1].X-b.points[0].X)
		}
	}
	if math.Abs(widths[0]*3-widths[1]) > 1e-9 || math.Abs(widths[0]+widths[1]-widths[2]) > 1e-9 || widths[3] != 0 {
		t.Errorf("%v", widths)
	}
}
