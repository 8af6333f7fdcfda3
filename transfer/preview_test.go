package transfer

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
)

// previewed is a pyramid of 20x15 and 40x30 whose last scale counts what it looks like at the first.
func previewed(t *testing.T, dev engine.Device, weight string, more map[string]string) Job {
	t.Helper()
	overrides := map[string]string{"preview": "39", "preview-weight": weight, "scales": "2", "scale-ratio": "2", "iterations": "3",
		"style-layers": "relu1_1=1,relu3_1=2", "content-layers": "relu3_2=1", "content-taper": "0", "taper": "0"}
	for k, v := range more {
		overrides[k] = v
	}
	return newJob(t, dev, "impasto", overrides)
}

// lastPoint readies the last scale of a job.
func lastPoint(t *testing.T, job Job) (st *stage, p *point) {
	t.Helper()
	plan, err := NewPlan(job)
	if err != nil {
		t.Fatal(err)
	}
	arena, err := job.Network.Device().NewArena(plan.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { arena.Close() })
	st = plan.stages[len(plan.stages)-1]
	if p, err = st.prepare(context.Background(), arena); err != nil {
		t.Fatal(err)
	}
	return st, p
}

// at evaluates at a picture.
func (p *point) at(t *testing.T, dev engine.Device, pix []float32) (total float64, gradient []float32) {
	t.Helper()
	dev.Write(p.image, pix)
	total, err := p.evaluate(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	p.settle(total)
	gradient = make([]float32, len(pix))
	dev.Read(gradient, p.gradient)
	return total, gradient
}

// TestPreviewIsTheLossBelow holds the term to the recipe's loss of the picture brought down, with the
// photograph and the painting brought down, too.
func TestPreviewIsTheLossBelow(t *testing.T) {
	at := picture(11, 40, 30)
	job := previewed(t, reference.New32(), "3", nil)
	st, p := lastPoint(t, job)
	total, _ := p.at(t, st.dev, at.Pix)
	_, plain := lastPoint(t, previewed(t, reference.New32(), "0", nil))
	own, _ := plain.at(t, st.dev, at.Pix)

	below := job
	below.Content = canvas.Resize(job.Content, 20, 15, canvas.Lanczos)
	painting := job.Style.Paintings()[0]
	w, h := canvas.Fit(painting.Width, painting.Height, 20, false)
	below.Style, _ = NewStyle(Painting{Picture: canvas.Resize(painting, w, h, canvas.Lanczos), Weight: 1})
	e, err := Evaluate(context.Background(), below, canvas.Resize(at, 20, 15, canvas.Lanczos))
	if err != nil {
		t.Fatal(err)
	}
	if term := p.terms[len(p.terms)-1]; term.Kind != PreviewTerm || math.Abs(term.Value/(3*e.Total)-1) > 1e-5 {
		t.Errorf("the last term is %+v, want 3 times the loss below, %v", term, e.Total)
	}
	if math.Abs(total/(own+3*e.Total)-1) > 1e-5 {
		t.Errorf("the loss is %v, want %v of its own and 3 times %v", total, own, e.Total)
	}
}

// TestPreviewGradientByDifferences moves the picture along a random direction, in float64; what brings the
// picture down works in float32.
func TestPreviewGradientByDifferences(t *testing.T) {
	at := picture(11, 40, 30)
	for i, v := range at.Pix { // away from the limits, beyond which nothing is seen
		at.Pix[i] = 0.1 + 0.8*v
	}
	st, p := lastPoint(t, previewed(t, reference.New64(), "2", map[string]string{"tv-weight": "0"}))
	_, gradient := p.at(t, st.dev, at.Pix)
	const h = 1.0 / (1 << 10)
	slope, norm := 0.0, 0.0
	forward, back := slices.Clone(at.Pix), slices.Clone(at.Pix)
	for i, g := range gradient {
		d := float32(1 - 2*int(word(5, uint64(i))&1))
		forward[i] += h * d
		back[i] -= h * d
		slope += float64(g * d)
		norm += float64(g * g)
	}
	f, _ := p.at(t, st.dev, forward)
	b, _ := p.at(t, st.dev, back)
	if got := (f - b) / (2 * h); math.Abs(got-slope) > 5e-3*math.Sqrt(norm*float64(len(gradient))) {
		t.Errorf("the slope is %v by differences, %v by the gradient", got, slope)
	}
}

// TestPreviewKeepsTheLook paints with and without: brought down, the print is nearer to the painting with.
func TestPreviewKeepsTheLook(t *testing.T) {
	below := func(weight string) float64 {
		job := previewed(t, reference.New32(), weight, map[string]string{"iterations": "12"})
		result, rows := paint(t, job)
		kinds := map[Kind]int{}
		for _, r := range rows {
			for _, term := range r.Terms {
				kinds[term.Kind]++
			}
		}
		if want := map[string]int{"0": 0, "1": len(rows)}[weight]; kinds[PreviewTerm] != want {
			t.Errorf("weight %s: %d of %d rows have the preview's term", weight, kinds[PreviewTerm], len(rows))
		}
		_, p := lastPoint(t, previewed(t, reference.New32(), "1", nil))
		p.at(t, job.Network.Device(), result.Picture.Pix)
		return p.terms[len(p.terms)-1].Value
	}
	if with, without := below("1"), below("0"); with > 0.9*without {
		t.Errorf("brought down, the loss is %v with the preview's and %v without", with, without)
	}
}

// TestPreviewOnlyBeyond holds that scales up to its size have none, nor prints that have no such scale.
func TestPreviewOnlyBeyond(t *testing.T) {
	for _, more := range []map[string]string{{"preview": "40"}, {"preview": "0"}, {"preview": "19"}, {"scales": "1"}} {
		plan, err := NewPlan(previewed(t, reference.New32(), "1", more))
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range plan.stages {
			if st.preview != nil || st.previews {
				t.Errorf("%v: scale %v has a preview", more, st.size)
			}
		}
	}
}
