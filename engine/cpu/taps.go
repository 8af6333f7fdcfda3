package cpu

import "github.com/impasto/impasto/engine"

// Resampled rows, in plain Go: products are rounded before they are added, and the order of sums does not
// depend on the processor.

// transposed returns the taps of the adjoint, from the numbers that t makes to the n that it reads. What t
// reads beyond the ends of a row counts for the ends.
func transposed(t *engine.Taps, n int) engine.Taps {
	at := func(i, k int) int { return min(max(t.First[i]+k, 0), n-1) }
	first, last := make([]int, n), make([]int, n)
	for j := range n {
		first[j], last[j] = len(t.First), -1
	}
	for i := range t.First {
		for k := range t.Width {
			j := at(i, k)
			first[j], last[j] = min(first[j], i), max(last[j], i)
		}
	}
	a := engine.Taps{First: first}
	for j := range n {
		a.Width = max(a.Width, last[j]-first[j]+1)
	}
	for j := range n { // so that all windows lie within the row
		first[j] = min(first[j], len(t.First)-a.Width)
	}
	a.Weights = make([]float32, n*a.Width)
	for i := range t.First {
		for k, w := range t.Weights[i*t.Width:][:t.Width] {
			j := at(i, k)
			a.Weights[j*a.Width+i-first[j]] += w
		}
	}
	return a
}

// margins returns how far taps extend beyond the two ends of a row of n numbers.
func margins(t *engine.Taps, n int) (before, after int) {
	for _, first := range t.First {
		before, after = max(before, -first), max(after, first+t.Width-n)
	}
	return before, after
}

// weightsOf returns the weights of number i.
func weightsOf(t *engine.Taps, i int) []float32 { return t.Weights[i*t.Width:][:t.Width] }

// weighed returns the sum of weights[i]*v[i]. Four sums run side by side.
func weighed(weights, v []float32) float32 {
	v = v[:len(weights)]
	var s0, s1, s2, s3 float32
	for len(weights) >= 4 && len(v) >= 4 {
		s0 += float32(weights[0] * v[0])
		s1 += float32(weights[1] * v[1])
		s2 += float32(weights[2] * v[2])
		s3 += float32(weights[3] * v[3])
		weights, v = weights[4:], v[4:]
	}
	for i, w := range weights {
		s0 += float32(w * v[i])
	}
	return (s0 + s1) + (s2 + s3)
}

// ring holds the most recently computed rows of a plane: row y is in slot y modulo the number of slots, so that as
// many consecutive rows as there are slots are available at once.
type ring struct {
	width int
	held  []int // the row in each slot, or -1
	data  []float32
}

func newRing(slots, width int) ring {
	return ring{width: width, held: make([]int, slots), data: make([]float32, slots*width)}
}

// forget empties the ring.
func (r *ring) forget() {
	for i := range r.held {
		r.held[i] = -1
	}
}

// row returns the slot of row y, and whether the row must still be computed.
func (r *ring) row(y int) (row []float32, missing bool) {
	slot := y % len(r.held)
	missing = r.held[slot] != y
	r.held[slot] = y
	return r.data[slot*r.width:][:r.width], missing
}
