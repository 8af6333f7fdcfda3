package study

import (
	"math"
	"testing"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// lossOf returns the loss of a recipe on the built-in network, with every picture as given.
func lossOf(t *testing.T, chosen recipe.Recipe, photo, painting *canvas.Picture) *Loss {
	t.Helper()
	m := builtIn(t)
	style, err := m.Learn(t.Context(), impasto.Painting{Picture: painting, Weight: 1})
	if err != nil {
		t.Fatal(err)
	}
	return &Loss{Model: m, Photo: photo, Style: style, Options: impasto.Options{Recipe: chosen}, AsGiven: true}
}

func found(t *testing.T, name string, settings map[string]string) recipe.Recipe {
	t.Helper()
	chosen, err := recipe.Find(name)
	if err == nil {
		err = chosen.Override(settings)
	}
	if err != nil {
		t.Fatal(err)
	}
	return chosen
}

// shallow holds settings that keep tests short: no layer after the third block.
func shallow(more map[string]string) map[string]string {
	settings := map[string]string{"content-layers": "relu2_2", "style-layers": "relu1_1=0.5,relu2_1=0.3,conv3_1=0.2"}
	for name, value := range more {
		settings[name] = value
	}
	return settings
}

// TestPullsAddUp checks that the gradients of the terms add up to that of the total, for recipes that scale their terms in
// different ways.
func TestPullsAddUp(t *testing.T) {
	photo, painting := example(t, "cat", 40), example(t, "mosaic", 48)
	at := canvas.Resize(painting, photo.Width, photo.Height, canvas.Lanczos)
	for name, chosen := range map[string]recipe.Recipe{
		"gatys":     found(t, "gatys", shallow(map[string]string{"tv-weight": "0.01"})),
		"grey":      found(t, "impasto", shallow(map[string]string{"loss-units": "grey", "tv-weight": "0.5"})),
		"l1 of 255": found(t, "neural-style-pt", shallow(nil)),
		"distances": found(t, "crowsonkb", shallow(nil)),
		"luminance": found(t, "gatys", shallow(map[string]string{"preserve-colors": "luminance"})),
	} {
		l := lossOf(t, chosen, photo, painting)
		if name == "gatys" {
			l.Options.StrengthMap = photo.Luma()
		}
		whole, pulls, err := Pulls(t.Context(), l, at)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(pulls) != len(whole.Terms) {
			t.Fatalf("%s: %d pulls of %d terms", name, len(pulls), len(whole.Terms))
		}
		sum := SumPulls(transfer.Term{}, pulls...)
		apart := 0.0
		for i, v := range sum.Gradient {
			d := float64(v - whole.Gradient[i])
			apart += d * d
		}
		if math.Sqrt(apart) > 1e-5*whole.GradientNorm {
			t.Errorf("%s: the gradients of the terms add up to one that is %v off, of %v", name, math.Sqrt(apart), whole.GradientNorm)
		}
		if math.Abs(sum.Term.Value-whole.Total) > 1e-9*whole.Total {
			t.Errorf("%s: the terms add up to %v, not %v", name, sum.Term.Value, whole.Total)
		}
		for _, p := range pulls {
			if p.Norm == 0 {
				t.Errorf("%s: %s %s pulls nowhere", name, p.Term.Kind, p.Term.Layer)
			}
		}
	}
}

// TestPullOfTheContentIsZeroAtThePhotograph shows why a run from the photograph starts with style alone.
func TestPullOfTheContentIsZeroAtThePhotograph(t *testing.T) {
	photo := example(t, "cat", 32)
	l := lossOf(t, found(t, "gatys", shallow(nil)), photo, example(t, "mosaic", 32))
	_, pulls, err := Pulls(t.Context(), l, photo)
	if err != nil {
		t.Fatal(err)
	}
	if p := pulls[0]; p.Term.Kind != transfer.ContentTerm || p.Term.Value != 0 || p.Norm != 0 || p.Half() != 0 || p.Areas(photo.Width) != 0 {
		t.Errorf("%v with a gradient of %v", p.Term, p.Norm)
	}
	if s := pulls[0].Along(photo); PSNR(s.Picture, photo) < 200 || s.Times != 0 {
		t.Errorf("a pull of zero moved the picture: %+v", s.Times)
	}
}

// TestAlongLowersTheTerm takes the step that is stated to reduce each term by one per cent.
func TestAlongLowersTheTerm(t *testing.T) {
	photo, painting := example(t, "cat", 40), example(t, "mosaic", 40)
	l := lossOf(t, found(t, "gatys", shallow(nil)), photo, painting)
	_, pulls, err := Pulls(t.Context(), l, photo)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range pulls {
		if p.Norm == 0 {
			continue
		}
		s := p.Along(photo)
		moved := photo.Clone()
		squares := 0.0
		for k, v := range p.Gradient {
			d := 0.01 * p.Term.Value / (p.Norm * p.Norm) * float64(v)
			squares += d * d
			moved.Pix[k] -= float32(d)
		}
		after, err := l.Evaluate(t.Context(), moved)
		if err != nil {
			t.Fatal(err)
		}
		fall := 1 - after.Terms[i].Value/p.Term.Value
		if fall < 0.008 || fall > 0.0102 {
			t.Errorf("%s: fell by %v", p.Term.Layer, fall)
		}
		if rms := math.Sqrt(squares / float64(len(p.Gradient))); math.Abs(rms-s.Percent) > 1e-9*rms || s.Times <= 0 {
			t.Errorf("%s: moves by %v, said %v", p.Term.Layer, rms, s.Percent)
		}
	}
}

// TestPullNumbers checks the numbers of captions for a known gradient: 2 on 16 pixels of one row of squares, and
// alternating 1 and -1 on one pixel column of another.
func TestPullNumbers(t *testing.T) {
	const w, h = 16, 24
	gradient := make([]float32, 3*w*h)
	for i := range 16 {
		gradient[i%8+i/8*w] = 2 // two rows of the square in the corner
	}
	p := newPull(transfer.Term{Value: 1}, gradient)
	if p.Norm != 8 || p.Strength()[0] != 2 || p.Strength()[w*h-1] != 0 {
		t.Errorf("norm %v", p.Norm)
	}
	if got, want := p.Half(), 8.0/(w*h); got != want {
		t.Errorf("half of it on %v, want %v", got, want)
	}
	if got := p.Areas(w); got != 0.25 { // a mean of 1/2 over 64 values: 16 of 64
		t.Errorf("areas %v", got)
	}
	if at, share := p.strongest(w); at != (place{0, 0}) || share < 0.7 {
		t.Errorf("strongest at %v with %v", at, share)
	}
	for i := range gradient {
		gradient[i] = float32(1 - 2*(i%2))
	}
	if got := newPull(transfer.Term{}, gradient).Norm; got != math.Sqrt(3*w*h) {
		t.Errorf("norm %v", got)
	}
	grain := newPull(transfer.Term{}, gradient)
	if got := grain.Areas(w); got != 0 {
		t.Errorf("the mean of an alternating gradient keeps %v", got)
	}
	if got := grain.Cosine(&grain); math.Abs(got-1) > 1e-12 {
		t.Errorf("cosine of a pull with itself: %v", got)
	}
}
