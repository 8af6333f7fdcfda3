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

// reducing is a pyramid of 20x15 and 40x30 whose last scale counts what it looks like at the first.
func reducing(t *testing.T, dev engine.Device, weight string, more map[string]string) Inputs {
	t.Helper()
	overrides := map[string]string{"reduced": "39", "reduced-weight": weight, "scales": "2", "scale-ratio": "2", "iterations": "3",
		"style-layers": "relu1_1=1,relu3_1=2", "content-layers": "relu3_2=1", "content-taper": "0", "taper": "0"}
	for k, v := range more {
		overrides[k] = v
	}
	return newJob(t, dev, "impasto", overrides)
}

// lastObjective readies the last scale of a job.
func lastObjective(t *testing.T, job Inputs) (sc *scale, o *objective) {
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
	sc = plan.scales[len(plan.scales)-1]
	if o, err = sc.open(context.Background(), arena, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.close() })
	return sc, o
}

// at evaluates at a picture.
func (o *objective) at(t *testing.T, pix []float32) (total float64, gradient []float32) {
	t.Helper()
	e := &Evaluation{}
	if err := o.evaluateAt(context.Background(), &canvas.Picture{Width: o.scale.size.width, Height: o.scale.size.height, Pix: pix}, e); err != nil {
		t.Fatal(err)
	}
	return e.Total, e.Gradient
}

// TestReducedIsTheLossBelow compares the term with the recipe's loss of the reduced picture, with the
// photograph and the painting also reduced.
func TestReducedIsTheLossBelow(t *testing.T) {
	at := picture(11, 40, 30)
	job := reducing(t, reference.New32(), "3", nil)
	_, p := lastObjective(t, job)
	total, _ := p.at(t, at.Pix)
	_, plain := lastObjective(t, reducing(t, reference.New32(), "0", nil))
	own, _ := plain.at(t, at.Pix)

	below := job
	below.Photograph = canvas.Resize(job.Photograph, 20, 15, canvas.Lanczos)
	painting := job.Style.Paintings()[0]
	w, h := canvas.Fit(painting.Width, painting.Height, 20, false)
	below.Style, _ = NewStyle(Painting{Picture: canvas.Resize(painting, w, h, canvas.Lanczos), Weight: 1})
	e, err := evaluate(context.Background(), below, canvas.Resize(at, 20, 15, canvas.Lanczos))
	if err != nil {
		t.Fatal(err)
	}
	if term := p.rows[len(p.rows)-1]; term.Kind != ReducedTerm || math.Abs(term.Value/(3*e.Total)-1) > 1e-5 {
		t.Errorf("the last term is %+v, want 3 times the loss below, %v", term, e.Total)
	}
	if math.Abs(total/(own+3*e.Total)-1) > 1e-5 {
		t.Errorf("the loss is %v, want %v of its own and 3 times %v", total, own, e.Total)
	}
}

// TestReducedGradientByDifferences moves the picture along a random direction, in float64; what brings the
// picture down works in float32.
func TestReducedGradientByDifferences(t *testing.T) {
	at := picture(11, 40, 30)
	for i, v := range at.Pix { // away from the limits, beyond which nothing is seen
		at.Pix[i] = 0.1 + 0.8*v
	}
	_, p := lastObjective(t, reducing(t, reference.New64(), "2", map[string]string{"tv-weight": "0"}))
	_, gradient := p.at(t, at.Pix)
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
	f, _ := p.at(t, forward)
	b, _ := p.at(t, back)
	if got := (f - b) / (2 * h); math.Abs(got-slope) > 5e-3*math.Sqrt(norm*float64(len(gradient))) {
		t.Errorf("the slope is %v by differences, %v by the gradient", got, slope)
	}
}

// TestReducedKeepsTheLook checks that with the term the reduced print is closer to the painting.
func TestReducedKeepsTheLook(t *testing.T) {
	below := func(weight string) float64 {
		job := reducing(t, reference.New32(), weight, map[string]string{"iterations": "12"})
		result, rows := paint(t, job)
		kinds := map[Kind]int{}
		for _, r := range rows {
			for _, term := range r.Terms {
				kinds[term.Kind]++
			}
		}
		if want := map[string]int{"0": 0, "1": len(rows)}[weight]; kinds[ReducedTerm] != want {
			t.Errorf("weight %s: %d of %d rows have the term", weight, kinds[ReducedTerm], len(rows))
		}
		_, p := lastObjective(t, reducing(t, reference.New32(), "1", nil))
		p.at(t, result.Picture.Pix)
		return p.rows[len(p.rows)-1].Value
	}
	if with, without := below("1"), below("0"); with > 0.9*without {
		t.Errorf("the loss of the reduced print is %v with the term and %v without", with, without)
	}
}

// TestReducedOnlyBeyond checks that scales up to its size have none, nor prints that have no such scale.
func TestReducedOnlyBeyond(t *testing.T) {
	for _, more := range []map[string]string{{"reduced": "40"}, {"reduced": "0"}, {"reduced": "19"}, {"scales": "1"}} {
		plan, err := NewPlan(reducing(t, reference.New32(), "1", more))
		if err != nil {
			t.Fatal(err)
		}
		for _, sc := range plan.scales {
			if sc.reduced != nil || sc.listsReduced {
				t.Errorf("%v: scale %v has a reduced one", more, sc.size)
			}
		}
	}
}
