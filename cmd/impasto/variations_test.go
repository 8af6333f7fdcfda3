package main

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/order"
	"github.com/impasto/impasto/recipe"
)

func TestVariationsDifferByTheirSeed(t *testing.T) {
	studio(t)
	got := invoke(t, small("--variations", "3", "--seed", "7", "--json", "--trace", "trace.csv", "--progress", "plain")...)
	if got.status != statusDone {
		t.Fatal(got.errors)
	}
	var r struct{ Variations []paintResult }
	if err := json.Unmarshal([]byte(got.out), &r); err != nil {
		t.Fatalf("standard output is not one JSON object: %v", err)
	}
	if len(r.Variations) != 3 {
		t.Fatalf("%d results: %s", len(r.Variations), got.out)
	}
	var pictures []*canvas.Picture
	for i, v := range r.Variations {
		if want := []string{"photo-painting-v1.png", "photo-painting-v2.png", "photo-painting-v3.png"}[i]; v.Output != want || v.Seed != uint64(7+i) || !v.Finished {
			t.Errorf("variation %d is %+v, want %s", i+1, v, want)
		}
		p, err := canvas.Open(v.Output, canvas.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		pictures = append(pictures, p)
	}
	if slices.Equal(pictures[0].Pix, pictures[1].Pix) || slices.Equal(pictures[1].Pix, pictures[2].Pix) {
		t.Error("two variations are one picture")
	}
	for _, want := range []string{"variation 2 of 3, seed 8: photo-painting-v2.png\n", "variation 3 of 3, 24x18, iteration 3 of 3"} {
		if !strings.Contains(got.errors, want) {
			t.Errorf("progress lacks %q:\n%s", want, got.errors)
		}
	}
	if _, err := os.Stat("trace-v3.csv"); err != nil {
		t.Error(err)
	}

	// Each variation can be painted alone.
	if got := invoke(t, small("--set", "jitter=0.1", "--seed", "8", "-o", "alone.png")...); got.status != statusDone {
		t.Fatal(got.errors)
	}
	alone, err := canvas.Open("alone.png", canvas.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(alone.Pix, pictures[1].Pix) {
		t.Error("the seed of a variation gives another picture alone")
	}
}

func TestVariationsReplaceNothingUnasked(t *testing.T) {
	studio(t)
	for _, want := range []string{"photo-painting-v1.png", "photo-painting-v1-2.png"} {
		if got := invoke(t, small("--variations", "2", "--iterations", "1")...); !strings.HasPrefix(got.out, want+": ") {
			t.Errorf("printed %q, want %s", got.out, want)
		}
	}
	if got := invoke(t, small("--variations", "0")...); got.status != statusUsage || !strings.Contains(got.errors, "--variations: 0; it must be 1 to 1000") {
		t.Errorf("no variations: %+v", got)
	}
}

func TestVariationsOfNoiseHaveNoMoreOfIt(t *testing.T) {
	for _, c := range []struct {
		variations   int
		init         recipe.Init
		jitter, want float64
	}{{1, recipe.InitContent, 0, 0}, {2, recipe.InitContent, 0, variationJitter}, {2, recipe.InitNoise, 0, 0}, {2, recipe.InitGrey, 0.5, 0.5}} {
		o := order.Order{Photograph: order.Input{Name: "a"}, Paintings: []order.Painting{{Picture: order.Input{Name: "b"}, Share: 1}},
			Recipe: order.Recipe{Name: recipe.Default}, Network: order.Input{Name: "vgg16"},
			Settings: map[string]string{"init": c.init.String(), "jitter": exact(c.jitter)}}
		if err := (&variationFlags{c.variations}).vary(&o); err != nil {
			t.Fatal(err)
		}
		chosen, err := o.FinishedRecipe()
		if err != nil {
			t.Fatal(err)
		}
		if chosen.Start.Jitter != c.want {
			t.Errorf("%d variations from %v: jitter %v, want %v", c.variations, c.init, chosen.Start.Jitter, c.want)
		}
	}
}

func TestVariationNamesSort(t *testing.T) {
	for _, c := range []struct {
		v    variation
		want string
	}{{variation{}, "a/b.c.png"}, {variation{3, 9}, "a/b.c-v3.png"}, {variation{3, 10}, "a/b.c-v03.png"}} {
		if got := c.v.file("a/b.c.png"); got != c.want {
			t.Errorf("%+v is %s, want %s", c.v, got, c.want)
		}
	}
}
