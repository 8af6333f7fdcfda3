package cpu

import (
	"math"

	"gonum.org/v1/gonum/blas/gonum"

	"github.com/impasto/impasto/engine"
)

// mostShare is the share of the channels up to which a subspace is worth searching for: the products then take
// a quarter of the time for all channels, and the search as much again (BenchmarkTransport).
const mostShare = 0.6

// mostDimensions returns the largest dimension of such a subspace.
func mostDimensions(channels int) int { return int(mostShare * float64(channels)) }

// confined is a coupler that works in the span of painting and picture, for features with few positions. The
// covariance of N positions has rank N up to the ridge, that of the painting rank M. The span of both, of
// N + M dimensions, contains everything that must be computed: elsewhere S and S* are the ridge. At 128 pixels that
// is 128 dimensions out of the 512 of relu5_1, and a fiftieth of the work.
type confined struct {
	*products
	channels, n int
	painting    int       // number of rows of the basis that are the painting's
	basis       rows      // orthonormal, except for rows of zeros; [n,C]
	projected   []float64 // factor in the basis, [n,n-painting]
	small       []float64 // S in the basis, [n,n]
	diagonal    []float64 // [C]
	factor      rows      // of S minus the ridge; [n-painting,C]
	inner       coupler

	narrow, spare, t []float32 // the basis, [n,C]; [n,C]; [C,C]
}

// newConfined lays out a coupler of n dimensions, of which painting are the painting's.
func newConfined(from *room, by *products, kind engine.CouplingKind, channels, painting, n int) *confined {
	c := &confined{products: by, channels: channels, n: n, painting: painting, basis: takeRows(from, n, channels)}
	c.projected = part[float64](from, n*max(n-painting, painting))
	c.small = part[float64](from, n*n)
	c.diagonal = part[float64](from, channels)
	c.factor = takeRows(from, n-painting, channels)
	c.narrow, c.spare = part[float32](from, n*channels), part[float32](from, n*channels)
	c.t = part[float32](from, channels*channels)
	c.inner = newCoupler(from, by, kind, n, channels-n)
	return c
}

// confine makes a confined coupler and reports whether it is worthwhile. Meanwhile the end of the room holds the
// painting's factor, at the place of the coupler's own factor, which is not written before it learns.
func (c *coupling) confine(from room, kind engine.CouplingKind) bool {
	most := mostDimensions(c.channels)
	end := room{memory: from.memory, used: int64(len(from.memory)) - 8*int64(most*c.channels) - cacheLine}
	factor := takeRows(&end, most, c.channels)
	rank := partialCholesky(factor, c.matrix, c.constant)
	n := rank + c.positions
	if rank == most || float64(n) > mostShare*float64(c.channels) {
		return false
	}
	w := newConfined(&from, &c.products, kind, c.channels, rank, n)
	for i := range rank {
		copy(w.basis.row(i), factor.row(i))
		orthonormalise(w.basis.row(i), w.basis.first(i))
	}
	w.basis.clearFrom(rank)
	w.project(factor.first(rank))
	w.inner.learn(w.small)
	c.within = w
	return true
}

// project sets small to factor^T factor in the basis, and the ridge.
func (c *confined) project(factor rows) {
	width := factor.n
	for i := range c.n {
		for j := range width {
			c.projected[i*width+j] = dot64(c.basis.row(i), factor.row(j))
		}
	}
	for i := range c.n {
		a := c.projected[i*width:][:width]
		for j := range i + 1 {
			v := dot64(a, c.projected[j*width:][:width])
			c.small[i*c.n+j], c.small[j*c.n+i] = v, v
		}
		c.small[i*c.n+i] += engine.Ridge
	}
}

// transport returns the trace and T for all channels.
func (c *confined) transport(s []float64) (float64, []float32) {
	rank := partialCholesky(c.factor, s, c.diagonal)
	for i := range c.factor.n {
		row := c.basis.row(c.painting + i)
		clear(row)
		if i < rank {
			copy(row, c.factor.row(i))
			orthonormalise(row, c.basis.first(c.painting+i))
		}
	}
	c.project(c.factor.first(rank))
	trace, t, beyond := c.inner.transport(c.small)
	// T = beyond I + Q^T (t - beyond I) Q
	round(c.narrow, c.basis.data)
	for i := range c.n {
		t[i*c.n+i] -= float32(beyond)
	}
	c.multiply(sliceMatMul{Dst: c.spare, A: t, B: c.narrow, Rows: c.n, Inner: c.n, Columns: c.channels, Scale: 1})
	c.multiply(sliceMatMul{Dst: c.t, A: c.narrow, B: c.spare, TransposeA: true,
		Rows: c.channels, Inner: c.n, Columns: c.channels, Scale: 1, Diagonal: float32(beyond)})
	return trace, c.t
}

// partialCholesky sets the rows of l to a factor of a minus the ridge, l^T l, with pivoting, and returns
// the rank: the number of rows after which only rounding error remains. The rows after them are zero.
func partialCholesky(l rows, a, left []float64) (rank int) {
	n, most := len(left), 0.0
	for i := range left {
		left[i] = a[i*n+i] - engine.Ridge
		most = max(most, left[i])
	}
	// Moments are sums in float32 with a relative error of a millionth; and what is below a hundredth of the ridge is
	// negligible beside it.
	negligible := max(1e-6*most, engine.Ridge/100)
	for k := range l.n {
		pivot := 0
		for i, v := range left {
			if v > left[pivot] {
				pivot = i
			}
		}
		if left[pivot] <= negligible {
			l.clearFrom(k)
			return k
		}
		row := l.row(k)
		copy(row, a[pivot*n:][:n])
		row[pivot] -= engine.Ridge
		for j := range k {
			earlier := l.row(j)
			axpy64(-earlier[pivot], earlier, row)
		}
		root := 1 / math.Sqrt(left[pivot])
		for i, v := range row {
			row[i] = v * root
			left[i] -= float64(row[i] * row[i])
		}
		left[pivot] = 0
	}
	return l.n
}

// orthonormalise makes v a vector of length 1 orthogonal to orthonormal rows, or 0 if it
// lies in their span. If little remains, the rounding error along the rows is removed a second time,
// after which none is left (Parlett 1998, section 6.9).
func orthonormalise(v []float64, to rows) {
	const little = 1e-6 // the rows stay orthogonal to 1e-10, a thousandth of the precision of float32
	length := math.Sqrt(dot64(v, v))
	left := length
	for pass := 0; pass == 0 || pass == 1 && left < little*length; pass++ {
		for i := range to.n {
			row := to.row(i)
			axpy64(-dot64(row, v), row, v)
		}
		left = math.Sqrt(dot64(v, v))
	}
	by := 0.0
	if left > 1e-12*length {
		by = 1 / left
	}
	for i := range v {
		v[i] *= by
	}
}

func dot64(a, b []float64) float64 { return gonum.Implementation{}.Ddot(len(a), a, 1, b, 1) }

func axpy64(by float64, x, y []float64) { gonum.Implementation{}.Daxpy(len(x), by, x, 1, y, 1) }
