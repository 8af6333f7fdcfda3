package optim

import (
	"slices"

	"github.com/impasto/impasto/engine"
)

// history holds the curvature pairs of L-BFGS, and the working vectors that hold none.
type history struct {
	pairs []Pair // from the oldest to the newest
	most  int
	made  uint64  // number of pairs so far
	gamma float64 // scale of the initial inverse Hessian, eq. 7.20
	free  []int   // unused vectors; the last is taken next

	s, y []engine.Vector // scratch for the operands of a direction
	rho  []float64
}

func newHistory(most int) history {
	return history{
		pairs: make([]Pair, 0, most), most: most, gamma: 1,
		free: make([]int, 0, 2*most+4),
		s:    make([]engine.Vector, 0, most), y: make([]engine.Vector, 0, most), rho: make([]float64, 0, most),
	}
}

// set installs pairs; the remaining vectors are free, to be taken in ascending order.
func (h *history) set(pairs []Pair, vectors int) {
	h.pairs, h.free = append(h.pairs[:0], pairs...), h.free[:0]
	for v := vectors - 1; v >= 0; v-- {
		holds := func(p Pair) bool { return p.S == v || p.Y == v }
		if !slices.ContainsFunc(pairs, holds) {
			h.free = append(h.free, v)
		}
	}
}

// pop takes a free vector.
func (h *history) pop() int {
	v := h.free[len(h.free)-1]
	h.free = h.free[:len(h.free)-1]
	return v
}

// push makes a pair of the vectors s and y and replaces them by free ones.
func (h *history) push(s, y *int, rho, gamma float64) {
	if len(h.pairs) == h.most {
		h.drop(1)
	}
	h.pairs = append(h.pairs, Pair{Serial: h.made, S: *s, Y: *y, Rho: rho})
	h.made++
	h.gamma = gamma
	*s, *y = h.pop(), h.pop()
}

// drop frees the vectors of the n oldest pairs.
func (h *history) drop(n int) {
	for _, p := range h.pairs[:n] {
		h.free = append(h.free, p.S, p.Y)
	}
	h.pairs = append(h.pairs[:0], h.pairs[n:]...)
}

// forget drops all pairs.
func (h *history) forget() {
	h.drop(len(h.pairs))
	h.gamma = 1
}
