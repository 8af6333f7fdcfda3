package recipe

import "testing"

func TestTaper(t *testing.T) {
	for _, c := range []struct{ iterations, taper, side, want int }{
		{80, 0, 4096, 80},
		{80, 512, 512, 80},
		{80, 512, 1024, 40},
		{80, 512, 600, 68},
		{80, 512, 1 << 20, 1}, // never none
		{0, 512, 1024, 0},     // unless there are none
	} {
		if got := (Scales{Iterations: c.iterations, Taper: c.taper}).tapered(c.side); got != c.want {
			t.Errorf("%+v: %d iterations", c, got)
		}
	}
}

// TestIterationsHaveTheLastWord checks that iterations asked for apply at any size.
func TestIterationsHaveTheLastWord(t *testing.T) {
	r, err := Find("impasto")
	if err != nil {
		t.Fatal(err)
	}
	if r.Scales.Taper == 0 {
		t.Fatal("recipe impasto has no taper")
	}
	if err := r.Set("iterations", "300"); err != nil {
		t.Fatal(err)
	}
	if got := r.Scales.tapered(4096); got != 300 {
		t.Errorf("%d iterations of 300 at 4096 pixels", got)
	}
}

func TestContentTapers(t *testing.T) {
	for side, want := range map[int]float64{256: 3, 512: 3, 1024: 0.75, 2048: 0.1875} {
		r := Recipe{Content: ContentLoss{Weight: 3, Taper: 512}}
		if r.TaperTo(side); r.Content.Weight != want {
			t.Errorf("content weighs %v at %d pixels, want %v", r.Content.Weight, side, want)
		}
	}
}
