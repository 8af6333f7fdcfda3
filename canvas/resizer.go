package canvas

import "fmt"

// Resizer is [Resize] prepared for many pictures of one size, with its derivative: for a loss of what a
// picture looks like from further away. It is for one goroutine at a time.
type Resizer struct {
	*resampling
	wide, tall *taps     // the transposes of across and down
	weighed    []float32 // a plane [h][w]
}

// NewResizer prepares resizing from width x height to w x h. It panics if a size is less than 1.
func NewResizer(width, height, w, h int, f Filter) *Resizer {
	checkSize(width, height)
	checkSize(w, h)
	r := newResampling(width, height, w, h, f)
	return &Resizer{r, r.across.transposed(width), r.down.transposed(height), make([]float32, h*w)}
}

// Resize writes src, [3][height][width], in its new size to dst, [3][h][w], as the function Resize does.
func (r *Resizer) Resize(dst, src []float32) {
	r.planes(src, dst)
	r.apply(dst, src, true)
}

// Backward replaces src, which Resize made dst of, by the derivative of a function by src, where gradient,
// [3][h][w], is that by dst. Numbers outside [0, 1] have none: Resize does not see how far outside they are.
func (r *Resizer) Backward(src, dst, gradient []float32) {
	r.planes(src, gradient)
	for c := range r.planes(src, dst) {
		to, from := src[c*r.width*r.height:][:r.width*r.height], dst[c*r.w*r.h:][:r.w*r.h]
		for i, g := range gradient[c*r.w*r.h:][:r.w*r.h] {
			r.weighed[i] = 0
			if v := from[i]; v > 0 && v < 1 {
				r.weighed[i] = g / lookUp(slopeTable, v)
			}
		}
		must(inParallel(r.height, func(lo, hi int) {
			r.tall.columns(r.narrow, r.weighed, r.w, r.h, lo, hi, false)
			for y := lo; y < hi; y++ {
				r.wide.weigh(to[y*r.width:][:r.width], r.narrow[y*r.w:][:r.w])
			}
		}))
	}
}

// weigh replaces a row of encoded values by the derivative by them, of which src is that by what t makes of
// their light.
func (t *taps) weigh(row, src []float32) {
	for i, v := range row {
		row[i] = 0
		if v >= 0 && v <= 1 {
			row[i] = lookUp(slopeTable, v) * dot(t.weights[i*t.width:][:t.width], src[t.first[i]:])
		}
	}
}

func (r *Resizer) planes(large, small []float32) int {
	n := len(large) / (r.width * r.height)
	if len(large) != n*r.width*r.height || len(small) != n*r.w*r.h {
		panic(fmt.Sprintf("canvas: %d and %d values are no planes of %dx%d and %dx%d", len(large), len(small), r.width, r.height, r.w, r.h))
	}
	return n
}

// transposed returns the taps of the adjoint, from the pixels that t makes to the n that it reads. What t
// reads beyond the edges it reads at them.
func (t *taps) transposed(n int) *taps {
	at := func(i, k int) int { return min(max(t.first[i]+k, 0), n-1) }
	first, last := make([]int, n), make([]int, n)
	for j := range n {
		first[j], last[j] = len(t.first), -1
	}
	for i := range t.first {
		for k := range t.width {
			j := at(i, k)
			first[j], last[j] = min(first[j], i), max(last[j], i)
		}
	}
	a := &taps{first: first}
	for j := range n {
		a.width = max(a.width, last[j]-first[j]+1)
	}
	for j := range n { // so that all windows lie within the row
		first[j] = min(first[j], len(t.first)-a.width)
	}
	a.weights = make([]float32, n*a.width)
	for i := range t.first {
		for k, w := range t.weights[i*t.width:][:t.width] {
			j := at(i, k)
			a.weights[j*a.width+i-first[j]] += w
		}
	}
	return a
}
