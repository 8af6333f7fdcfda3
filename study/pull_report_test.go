package study

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/transfer"
)

// TestLossReport studies three pictures and checks table, chart and sentences against the evaluations.
func TestLossReport(t *testing.T) {
	photo, painting := example(t, "cat", 40), example(t, "mosaic", 48)
	l := lossOf(t, found(t, "gatys", shallow(map[string]string{"tv-weight": "0.01"})), photo, painting)
	study, err := StudyLoss(t.Context(), l, []Sitting{
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
	for _, lang := range []figure.Language{figure.English, figure.Korean} {
		r := LossReport(study, lang)
		selfContained(t, r)
		checkCode(t, r)
		checkColumns(t, r.Sections[1].Table)
	}
	english := strings.Join(LossReport(study, figure.English).Sections[1].Findings, " ")
	for _, want := range []string{"At the photograph the content loss is zero", "fell by a factor of"} {
		if !strings.Contains(english, want) {
			t.Errorf("missing %q in: %s", want, english)
		}
	}
}

// checkColumns adds up each column of a table of terms, as printed: three digits each.
func checkColumns(t *testing.T, table *figure.Table) {
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
	terms := []transfer.Term{{Kind: transfer.ContentTerm, Value: 5}, {Kind: transfer.StyleTerm, Value: 1}, {Kind: transfer.StyleTerm, Value: 3}, {Kind: transfer.TotalVariationTerm}}
	for i, want := range []float64{1, 0.25, 0.75, 0} {
		if got := ShareOfKind(terms, i); got != want {
			t.Errorf("share of term %d: %v, want %v", i, got, want)
		}
	}
	if i := largest(terms, transfer.StyleTerm); i != 2 {
		t.Errorf("the largest style term is %d", i)
	}
}

// TestBalance checks two terms that pull against each other with norms 3 and 5.
func TestBalance(t *testing.T) {
	content := newPull(transfer.Term{Kind: transfer.ContentTerm}, []float32{3, 0, 0})
	style := newPull(transfer.Term{Kind: transfer.StyleTerm}, []float32{-5, 0, 0})
	p := Point{Evaluation: &transfer.Evaluation{GradientNorm: 2}, Pulls: []Pull{content, style}}
	if b := p.Balance(); b != (Balance{Content: 3, Style: 5, Cosine: -1, Sum: 8, Whole: 2}) {
		t.Errorf("%+v", b)
	}
	said := strings.Join(balanceFindings(&p, figure.English), " ")
	if !strings.Contains(said, "against each other") || !strings.Contains(said, "75\u00a0%") {
		t.Error(said)
	}
}
