package transfer

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/impasto/impasto/recipe"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine/reference"
)

func colourJob(t *testing.T, kind string) Inputs {
	job := newJob(t, reference.New32(), "impasto", small(map[string]string{"preserve-colors": kind}))
	job.Size = 36
	return job
}

func TestLuminanceKeepsHues(t *testing.T) {
	job := colourJob(t, "luminance")
	plan, err := NewPlan(job)
	if err != nil {
		t.Fatal(err)
	}
	var last *canvas.Picture
	result, err := plan.Run(context.Background(), func(p *Progress) { last = now(t, p) })
	if err != nil {
		t.Fatal(err)
	}
	own := canvas.Resize(job.Photograph, 36, 27, canvas.Lanczos)
	moved := 0.0
	for i := range 36 * 27 {
		want := own.Channel(0)[i] - own.Channel(1)[i]
		got := result.Picture.Channel(0)[i] - result.Picture.Channel(1)[i]
		if math.Abs(float64(got-want)) > 1e-5 {
			t.Fatalf("red minus green at %d is %v, the photograph has %v", i, got, want)
		}
		moved = max(moved, math.Abs(float64(own.Channel(0)[i]-result.Picture.Channel(0)[i])))
	}
	if moved < 1e-3 {
		t.Error("nothing was painted")
	}
	if !slices.Equal(last.Pix, result.Picture.Pix) {
		t.Error("what the progress shows is not what comes out")
	}
}

func TestLuminanceIgnoresThePaintingsHues(t *testing.T) {
	job := colourJob(t, "luminance")
	job.Size, job.Recipe.Scales.Count = 0, 1 // brightness is taken in encoded values, resampling in linear light
	result, _ := paint(t, job)
	grey := canvas.Grey().Apply(job.Style.Paintings()[0])
	job.Style, _ = NewStyle(Painting{Picture: grey, Weight: 1})
	again, _ := paint(t, job)
	if d := relative(again.Picture.Pix, result.Picture.Pix); d > 1e-3 {
		t.Errorf("a grey copy of the painting paints otherwise: %v", d)
	}
}

func TestHistogramRecoloursThePainting(t *testing.T) {
	job := colourJob(t, "histogram")
	job.recolour()
	for c := range 3 {
		got, want := job.painting(0, size{50, 40}).Channel(c), job.Photograph.Channel(c)
		if math.Abs(mean(got)-mean(want)) > 1e-4 {
			t.Errorf("channel %d of the painting has the mean %v, the photograph %v", c, mean(got), mean(want))
		}
	}
}

func mean(v []float32) float64 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x)
	}
	return sum / float64(len(v))
}

// One style serves runs that keep colours and runs that do not.
func TestColoursAreLearnedApart(t *testing.T) {
	plain := colourJob(t, "none")
	want, _ := paint(t, plain)
	kept := plain
	kept.Recipe.Colours = recipe.HistogramColours
	paint(t, kept)
	if got, _ := paint(t, plain); !slices.Equal(got.Picture.Pix, want.Picture.Pix) {
		t.Error("a run that kept colours changed what the style knows")
	}
	if n := len(plain.Style.lessons); n != 4 {
		t.Errorf("%d lessons learned, want one a scale in either colours: 4", n)
	}
}

// TestEvaluateInGrey: where only brightness is painted, a picture in colour has the loss of its brightness.
func TestEvaluateInGrey(t *testing.T) {
	plan, err := NewPlan(newJob(t, reference.New32(), "gatys", map[string]string{"preserve-colors": "luminance"}))
	if err != nil {
		t.Fatal(err)
	}
	w, h := plan.Size()
	at := picture(5, w, h)
	got, err := plan.Evaluate(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	want, err := plan.Evaluate(t.Context(), canvas.Grey().Apply(at))
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got.Total/want.Total-1) > 1e-5 {
		t.Errorf("the loss is %v in colour and %v in grey", got.Total, want.Total)
	}
}
