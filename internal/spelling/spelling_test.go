package spelling

import (
	"testing"

	"pgregory.net/rapid"
)

func TestNearest(t *testing.T) {
	names := []string{"gatys", "neural-style-pt", "gordicaleksa", "impasto", "relu4_1", "relu4_2", "conv4_2"}
	for wrong, right := range map[string]string{"gatis": "gatys", "Gordic": "gordicaleksa", "neural-style": "neural-style-pt",
		"impsato": "impasto", "relu42": "relu4_2", "CONV4-2": "conv4_2", "relu4_2": "relu4_2"} {
		if near := Nearest(wrong, names, 2); len(near) != 2 || near[0] != right {
			t.Errorf("%s is near %v, want %s first", wrong, near, right)
		}
	}
	if near := Nearest("x", names[:2], 3); len(near) != 2 {
		t.Errorf("two names give %v", near)
	}
}

// TestDistance checks the properties of a distance.
func TestDistance(t *testing.T) {
	word := rapid.StringMatching("[a-c]{0,6}")
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		if d := Distance(a, b); d != Distance(b, a) || (d == 0) != (a == b) || d > Distance(a, c)+Distance(c, b) {
			t.Fatalf("%q and %q are %d apart", a, b, d)
		}
	})
}
