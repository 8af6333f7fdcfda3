package cpu

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// TestCrewRunsEachIndexOnce runs many short loops one after the other, where a worker that is late for one
// meets the next, with workers awake and asleep.
func TestCrewRunsEachIndexOnce(t *testing.T) {
	for _, size := range []int{1, 2, 3, 7, 2*runtime.GOMAXPROCS(0) + 1} {
		c := newCrew(size)
		var counts [40]atomic.Int32
		var f, g job
		f = func(worker, index int) {
			if worker < 0 || worker >= size {
				t.Errorf("worker %d of %d", worker, size)
			}
			counts[index].Add(1)
		}
		g = func(_, index int) { counts[index].Add(100) }
		for round := range 600 {
			n, do, want := round%len(counts), &f, int32(1)
			if round%3 == 0 {
				do, want = &g, 100
			}
			if round%100 == 0 {
				time.Sleep(2 * spinTime) // they fall asleep
			}
			c.run(do, n)
			for i := range counts {
				if got := counts[i].Swap(0); i < n && got != want || i >= n && got != 0 {
					t.Fatalf("%d workers, %d indices: index %d was run %d times", size, n, i, got)
				}
			}
		}
		c.close()
	}
}

// TestCrewWaits runs loops whose last index takes long, so that the caller sleeps.
func TestCrewWaits(t *testing.T) {
	c := newCrew(3)
	defer c.close()
	var done atomic.Int32
	f := job(func(_, index int) {
		if index > 0 {
			time.Sleep(time.Millisecond)
		}
		done.Add(1)
	})
	for range 20 {
		c.run(&f, 3)
		if got := done.Swap(0); got != 3 {
			t.Fatalf("returned after %d of 3 indices", got)
		}
	}
}
