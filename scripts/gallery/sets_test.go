package main

import (
	"slices"
	"testing"

	"github.com/impasto/impasto/examples"
	"github.com/impasto/impasto/recipe"
)

// TestSheetsCanBePainted holds every shot to a recipe with settings that it takes and pictures that there are.
func TestSheetsCanBePainted(t *testing.T) {
	files := map[string]bool{}
	for _, s := range sheets() {
		if files[s.file()] {
			t.Errorf("%s is there twice", s.file())
		}
		files[s.file()] = true
		for i := range s.shots {
			shot := &s.shots[i]
			if _, err := shot.settings(); err != nil {
				t.Errorf("%s, %s: %v", s.file(), shot.label, err)
			}
			for _, name := range []string{shot.photo, shot.painting} {
				if !slices.Contains(examples.Names(), name) {
					t.Errorf("%s, %s: there is no picture %s", s.file(), shot.label, name)
				}
			}
		}
	}
}

// TestKeptTellsRecipesApart holds that a picture is painted anew when its recipe changes, and only then.
func TestKeptTellsRecipesApart(t *testing.T) {
	p := &painter{cache: "cache"}
	s := shot{photo: "cat", painting: "night", size: pictureSize, recipe: "impasto"}
	name := func(changes map[string]string) string {
		s.changes = changes
		r, err := s.settings()
		if err != nil {
			t.Fatal(err)
		}
		return p.kept(&s, r)
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
