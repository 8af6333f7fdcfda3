package cpu

import "testing"

// TestOperationsAllocateNothing: a loop runs some sixty operations at every step, on maps of any size.
func TestOperationsAllocateNothing(t *testing.T) {
	const size = 64
	opened, err := New(Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	d := opened.(*device)
	a, err := d.NewArena(3 * 4 * 64 * size * size)
	if err != nil {
		t.Fatal(err)
	}
	works := styleWorks(d, a, size)
	for _, l := range []vggLayer{vgg19[0], vgg19[3], vgg19[11]} {
		works = append(works, vggWorks(d, a, l, size)...)
	}
	for _, w := range works {
		if got := testing.AllocsPerRun(10, w.run); got > 0 {
			t.Errorf("%s allocates %.0f times", w.name, got)
		}
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}
