package main

import (
	"strings"
	"testing"

	"github.com/impasto/impasto/order"
	"github.com/impasto/impasto/recipe"
)

// TestSheetsCanBePainted checks that every shot has a recipe with settings that it takes and pictures that there are.
func TestSheetsCanBePainted(t *testing.T) {
	files := map[string]bool{}
	for _, s := range sheets() {
		if files[s.file()] {
			t.Errorf("%s is there twice", s.file())
		}
		files[s.file()] = true
		for i := range s.shots {
			shot := &s.shots[i]
			if _, err := shot.order.FinishedRecipe(); err != nil {
				t.Errorf("%s, %s: %v", s.file(), shot.label, err)
			}
			for _, name := range []string{shot.photo(), shot.painting()} {
				if !strings.HasPrefix(name, "@") {
					t.Errorf("%s, %s: there is no picture %s", s.file(), shot.label, name)
				}
			}
		}
	}
}

// TestKeptTellsOrdersApart checks that a picture is painted again when its recipe changes, and only then.
func TestKeptTellsOrdersApart(t *testing.T) {
	p := &painter{cache: "cache"}
	name := func(changes map[string]string) string {
		s := newShot("", "cat", "night", pictureSize, "impasto", changes)
		if _, err := resolver.Identify(t.Context(), &s.order); err != nil {
			t.Fatal(err)
		}
		s.order.Network = order.Input{Name: "vgg16", SHA256: strings.Repeat("0", 64)}
		file, err := p.kept(&s)
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	plain := name(nil)
	r, err := recipe.Find("impasto")
	if err != nil {
		t.Fatal(err)
	}
	same, err := r.Get("strength")
	if err != nil {
		t.Fatal(err)
	}
	if got := name(map[string]string{"strength": same}); got != plain {
		t.Errorf("the same recipe is kept as %s and as %s", plain, got)
	}
	if got := name(map[string]string{"strength": "0.5"}); got == plain {
		t.Errorf("another recipe is kept as %s, too", got)
	}
}
