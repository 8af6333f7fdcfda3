package recipe

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestEffortMultipliesIterations checks every scale, down to one iteration.
func TestEffortMultipliesIterations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		effort := rapid.SampledFrom(Efforts()).Draw(t, "effort")
		s := Scales{Ratio: 2, Smallest: 1,
			Iterations: rapid.IntRange(1, 2000).Draw(t, "iterations"),
			Coarse:     rapid.Float64Range(0, 4).Draw(t, "coarse"),
			First:      rapid.Float64Range(0, 4).Draw(t, "first")}
		r := Recipe{Scales: s}
		effort.Apply(&r)
		n := rapid.IntRange(1, 5).Draw(t, "scales")
		for i := range n {
			factor := effort.Coarse
			switch i {
			case n - 1:
				factor = effort.Last
			case 0:
				factor = effort.First
			}
			had, has := s.iterations(i, n), r.Scales.iterations(i, n)
			// Both numbers are rounded.
			if want := factor * float64(had); math.Abs(float64(has)-want) > 0.5+0.5*factor+1e-6 && has != 1 {
				t.Fatalf("scale %d of %d has %d iterations, had %d times %v", i, n, has, had, factor)
			}
			if had > 0 && has == 0 {
				t.Fatalf("scale %d of %d lost its %d iterations", i, n, had)
			}
		}
	})
}

func TestNormalIsTheRecipe(t *testing.T) {
	normal, err := FindEffort("normal")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Names() {
		r, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		before := r.Scales
		if normal.Apply(&r); r.Scales.Iterations != before.Iterations ||
			math.Abs(r.Scales.First-before.First) > 1e-12 || math.Abs(r.Scales.Coarse-before.Coarse) > 1e-12 {
			t.Errorf("%s: %+v, want %+v", name, r.Scales, before)
		}
	}
	if _, err := FindEffort("some"); err == nil {
		t.Error("an unknown effort is found")
	}
}
