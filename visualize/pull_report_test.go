package visualize

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/transfer"
)

// TestLossReport makes a study of three pictures and holds table, chart and sentences to the evaluations.
func TestLossReport(t *testing.T) {
	photo, painting := example(t, "cat", 40), example(t, "mosaic", 48)
	job := jobOf(t, found(t, "gatys", shallow(map[string]string{"tv-weight": "0.01"})), photo, painting)
	study, err := StudyLoss(t.Context(), job, []Sitting{
		{Role: PhotographRole, Picture: photo},
		{Role: PaintingRole, Picture: canvas.Resize(painting, photo.Width, photo.Height, canvas.Lanczos)},
		{Role: ResultRole, Picture: canvas.Resize(painting, photo.Width, photo.Height, canvas.Lanczos)},
	}, ResultRole)
	if err != nil {
		t.Fatal(err)
	}
	if study.Sittings[0].Pulls != nil || len(study.Sittings[2].Pulls) != len(study.Sittings[2].Evaluation.Terms) {
		t.Errorf("%d and %d pulls", len(study.Sittings[0].Pulls), len(study.Sittings[2].Pulls))
	}
	for _, lang := range []Language{English, Korean} {
		r := LossReport(study, lang)
		selfContained(t, r)
		checkCode(t, r)
		checkColumns(t, r.Sections[1].Table)
	}
	english := strings.Join(LossReport(study, English).Sections[1].Findings, " ")
	for _, want := range []string{"At the photograph there is no content loss", "fell by a factor of"} {
		if !strings.Contains(english, want) {
			t.Errorf("%q is not said: %s", want, english)
		}
	}
}

// checkColumns adds up each column of a table of terms, as printed: three digits each.
func checkColumns(t *testing.T, table *Table) {
	t.Helper()
	total := len(table.Rows) - 2 // the last row is the gradient
	for column := 1; column < len(table.Head); column++ {
		sum := 0.0
		for _, row := range table.Rows[:total] {
			sum += parse64(t, row[column])
		}
		if want := parse64(t, table.Rows[total][column]); math.Abs(sum-want) > 0.01*want {
			t.Errorf("column %s adds up to %v, it says %v", table.Head[column], sum, want)
		}
	}
}

func parse64(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSharesAddUp(t *testing.T) {
	terms := []transfer.Term{{Kind: transfer.ContentTerm, Value: 5}, {Kind: transfer.StyleTerm, Value: 1}, {Kind: transfer.StyleTerm, Value: 3}, {Kind: transfer.VariationTerm}}
	for i, want := range []float64{1, 0.25, 0.75, 0} {
		if got := ShareOfKind(terms, i); got != want {
			t.Errorf("share of term %d: %v, want %v", i, got, want)
		}
	}
	if i := largest(terms, transfer.StyleTerm); i != 2 {
		t.Errorf("the largest style term is %d", i)
	}
}

// TestBalance has two terms that pull against each other with 3 and 5.
func TestBalance(t *testing.T) {
	content := newPull(transfer.Term{Kind: transfer.ContentTerm}, []float32{3, 0, 0})
	style := newPull(transfer.Term{Kind: transfer.StyleTerm}, []float32{-5, 0, 0})
	p := Point{Evaluation: &transfer.Evaluation{GradientNorm: 2}, Pulls: []Pull{content, style}}
	if b := p.Balance(); b != (Balance{Content: 3, Style: 5, Cosine: -1, Sum: 8, Whole: 2}) {
		t.Errorf("%+v", b)
	}
	said := strings.Join(balanceFindings(&p, English), " ")
	if !strings.Contains(said, "against each other") || !strings.Contains(said, "75\u00a0%") {
		t.Error(said)
	}
}

// TestDotChartPlacesValues finds each sign where its value belongs; zero stands left of the axis.
func TestDotChartPlacesValues(t *testing.T) {
	c := dotChart{rows: []string{"a", "b"}, names: []string{"one", "two"}, values: [][]float64{{0, 100}, {1, 10000}}, label: "loss"}
	d := c.draw(400)
	var centres []float64
	for _, m := range d.marks {
		if b, ok := m.(*blot); ok {
			low, high := math.Inf(1), math.Inf(-1)
			for _, p := range b.points {
				low, high = min(low, p.x), max(high, p.x)
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
	d := drawStack([]string{"start", "end"}, [][]float64{{0.25, 0.75}, {1, 0}}, []string{"content", "style"}, 400)
	var widths []float64
	for _, m := range d.marks {
		if b, ok := m.(*blot); ok {
			widths = append(widths, b.points[1].x-b.points[0].x)
		}
	}
	if math.Abs(widths[0]*3-widths[1]) > 1e-9 || math.Abs(widths[0]+widths[1]-widths[2]) > 1e-9 || widths[3] != 0 {
		t.Errorf("%v", widths)
	}
}
