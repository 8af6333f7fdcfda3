package impasto_test

import (
	"runtime"
	"testing"

	"github.com/impasto/impasto"
)

// TestIterationsAllocateLittle bounds what the loop allocates: marks of time and what is reported of a step, but nothing
// that the step itself needs. All buffers are in the arena, whatever the picture's size.
func TestIterationsAllocateLittle(t *testing.T) {
	const (
		first, last = 3, 23
		objects     = 6
		bytes       = 512
	)
	m := model(t, impasto.Settings{})
	photo := picture(1, 240, 160)
	style := learn(t, m, picture(2, 64, 64))
	for _, optimizer := range []string{"adam", "lbfgs"} {
		o := options(t, last)
		if err := o.Recipe.Set("optimizer", optimizer); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		o.Progress = func(p *impasto.Progress) {
			switch p.Iteration {
			case first:
				runtime.ReadMemStats(&before)
			case last:
				runtime.ReadMemStats(&after)
			}
		}
		if _, err := m.Stylize(t.Context(), photo, style, o); err != nil {
			t.Fatal(err)
		}
		n, size := (after.Mallocs-before.Mallocs)/(last-first), (after.TotalAlloc-before.TotalAlloc)/(last-first)
		t.Logf("%s: %d objects, %d bytes an iteration", optimizer, n, size)
		if before.Mallocs == 0 || n > objects || size > bytes {
			t.Errorf("%s: an iteration allocates %d objects of %d bytes, want at most %d of %d", optimizer, n, size, objects, bytes)
		}
	}
}

// BenchmarkIteration reports the objects and bytes that an iteration of Adam allocates.
func BenchmarkIteration(b *testing.B) {
	m := model(b, impasto.Settings{})
	style := learn(b, m, picture(2, 64, 64))
	o := options(b, b.N)
	if err := o.Recipe.Set("optimizer", "adam"); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	if _, err := m.Stylize(b.Context(), picture(1, 240, 160), style, o); err != nil {
		b.Fatal(err)
	}
}
