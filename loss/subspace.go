package loss

import (
	"math"

	"gonum.org/v1/gonum/blas/gonum"

	"github.com/impasto/impasto/engine"
)

// coupler computes what couples two covariances S and S*.
type coupler interface {
	// transport returns tr (S*^1/2 S S*^1/2)^1/2 and T, valid until the next call. It may overwrite S.
	// Where the coupler was made for more dimensions, in which both covariances are the ridge, the trace
	// counts them, and beyond is what T is there.
	transport(s []float64) (trace float64, t []float32, beyond float64)
}

// newCoupler makes one for matrices [n,n] and a number of dimensions more.
func newCoupler(dev engine.Device, roots Transport, n, more int, target []float64) coupler {
	switch roots {
	case Exact:
		return newPolar(dev, n, more, target)
	case Truncated:
		return newNewtonSchulz(dev, n, more, target)
	}
	panic("loss: unknown " + roots.String())
}

// transporter is a coupler for features that may have few positions. A covariance of N positions has rank N
// but for the ridge, that of the painting the rank M. In the span of both, of N + M dimensions, lies all
// that there is to compute: everywhere else S and S* are the ridge. At 128 pixels that makes 128 dimensions
// out of the 512 of relu5_1, and a fiftieth of the work.
type transporter struct {
	dev      engine.Device
	channels int
	roots    Transport

	target   []float64   // S*; this and the next two until the first call
	painting [][]float64 // orthonormal rows that span S* less the ridge; nil: too many
	factor   [][]float64 // rows of a factor of S* less the ridge

	whole  coupler // either this or the next
	within *confined
}

// fewest is the share of the channels up to which a subspace is worth the search for it: the products then take
// a quarter of the time that they take for all channels, and the search as much again (BenchmarkTransport).
const fewest = 0.6

func newTransporter(dev engine.Device, channels int, roots Transport, target []float64) *transporter {
	t := &transporter{dev: dev, channels: channels, roots: roots, target: target}
	most := int(fewest * float64(channels))
	factor := rows(most, channels)
	rank := partialCholesky(factor, target, make([]float64, channels))
	if rank < most {
		t.factor = factor[:rank]
		t.painting = rows(rank, channels)
		for i, row := range t.painting {
			copy(row, t.factor[i])
			orthonormalise(row, t.painting[:i])
		}
	}
	return t
}

// transport is coupler's for a covariance of so many positions, 0 where that is not known. They are as many
// at every call.
func (t *transporter) transport(s []float64, positions int) (trace float64, transport []float32) {
	if t.whole == nil && t.within == nil {
		t.settle(positions)
	}
	if t.within != nil {
		return t.within.transport(s)
	}
	trace, transport, _ = t.whole.transport(s)
	return trace, transport
}

// settle makes the coupler that suits the number of positions.
func (t *transporter) settle(positions int) {
	n := len(t.painting) + positions
	if t.painting != nil && positions > 0 && float64(n) <= fewest*float64(t.channels) {
		t.within = t.confine(n)
	} else {
		t.whole = newCoupler(t.dev, t.roots, t.channels, 0, t.target)
	}
	t.target, t.painting, t.factor = nil, nil, nil
}

// confined is a transporter at work in the span of painting and picture.
type confined struct {
	dev         engine.Device
	channels, n int
	painting    int         // how many rows of the basis are the painting's
	basis       [][]float64 // orthonormal, but for rows of zeros; [n,C]
	factor      [][]float64 // of S less the ridge; [n-painting,C]
	projected   []float64   // factor in the basis, [n,n-painting]
	small       []float64   // S in the basis, [n,n]
	diagonal    []float64   // [C]
	inner       coupler

	narrow, spare, t []float32 // the basis, [n,C]; [n,C]; [C,C]
}

// confine makes a transporter for n dimensions.
func (t *transporter) confine(n int) *confined {
	c := &confined{dev: t.dev, channels: t.channels, n: n, painting: len(t.painting), basis: rows(n, t.channels)}
	c.factor = rows(n-c.painting, t.channels)
	c.projected, c.small, c.diagonal = make([]float64, n*max(n-c.painting, c.painting)), make([]float64, n*n), make([]float64, t.channels)
	c.narrow, c.spare = make([]float32, n*t.channels), make([]float32, n*t.channels)
	c.t = make([]float32, t.channels*t.channels)
	for i, row := range t.painting {
		copy(c.basis[i], row)
	}
	c.project(t.factor)
	c.inner = newCoupler(t.dev, t.roots, n, t.channels-n, c.small)
	return c
}

// project sets small to factor^T factor in the basis, and the ridge.
func (c *confined) project(factor [][]float64) {
	width := len(factor)
	for i, b := range c.basis {
		for j, f := range factor {
			c.projected[i*width+j] = dot(b, f)
		}
	}
	for i := range c.n {
		a := c.projected[i*width:][:width]
		for j := range i + 1 {
			v := dot(a, c.projected[j*width:][:width])
			c.small[i*c.n+j], c.small[j*c.n+i] = v, v
		}
		c.small[i*c.n+i] += ridge
	}
}

func (c *confined) transport(s []float64) (float64, []float32) {
	rank := partialCholesky(c.factor, s, c.diagonal)
	for i, f := range c.factor {
		row := c.basis[c.painting+i]
		clear(row)
		if i < rank {
			copy(row, f)
			orthonormalise(row, c.basis[:c.painting+i])
		}
	}
	c.project(c.factor[:rank])
	trace, t, beyond := c.inner.transport(c.small)
	// T = beyond I + Q^T (t - beyond I) Q
	for i, row := range c.basis {
		round(c.narrow[i*c.channels:][:c.channels], row)
		t[i*c.n+i] -= float32(beyond)
	}
	c.dev.MatMul(engine.MatMul{Dst: c.spare, A: t, B: c.narrow, Rows: c.n, Inner: c.n, Columns: c.channels, Scale: 1})
	c.dev.MatMul(engine.MatMul{Dst: c.t, A: c.narrow, B: c.spare, TransposeA: true,
		Rows: c.channels, Inner: c.n, Columns: c.channels, Scale: 1, Diagonal: float32(beyond)})
	return trace, c.t
}

// partialCholesky sets the rows of l to a factor of a less the ridge, l^T l, with pivoting, and returns
// the rank: how many rows it took until what is left is rounding. The rows behind are zero.
func partialCholesky(l [][]float64, a, left []float64) (rank int) {
	n, most := len(left), 0.0
	for i := range left {
		left[i] = a[i*n+i] - ridge
		most = max(most, left[i])
	}
	// Moments are sums in float32, which leave a millionth; and what is below a hundredth of the ridge does
	// not show beside it.
	negligible := max(1e-6*most, ridge/100)
	for k, row := range l {
		pivot := 0
		for i, v := range left {
			if v > left[pivot] {
				pivot = i
			}
		}
		if left[pivot] <= negligible {
			for _, rest := range l[k:] {
				clear(rest)
			}
			return k
		}
		copy(row, a[pivot*n:][:n])
		row[pivot] -= ridge
		for _, earlier := range l[:k] {
			axpy(-earlier[pivot], earlier, row)
		}
		root := 1 / math.Sqrt(left[pivot])
		for i, v := range row {
			row[i] = v * root
			left[i] -= float64(row[i] * row[i])
		}
		left[pivot] = 0
	}
	return len(l)
}

// orthonormalise makes a vector of length 1 that is at right angles to orthonormal rows, or 0 where it
// lies in their span. Where little of it is left, what rounding left of the rows is taken out a second time,
// and then nothing is (Parlett 1998, section 6.9).
func orthonormalise(v []float64, to [][]float64) {
	const little = 1e-6 // the rows stay at right angles to 1e-10, a thousandth of what float32 keeps of them
	length := math.Sqrt(dot(v, v))
	left := length
	for pass := 0; pass == 0 || pass == 1 && left < little*length; pass++ {
		for _, row := range to {
			axpy(-dot(row, v), row, v)
		}
		left = math.Sqrt(dot(v, v))
	}
	by := 0.0
	if left > 1e-12*length {
		by = 1 / left
	}
	for i := range v {
		v[i] *= by
	}
}

func rows(n, width int) [][]float64 {
	all, whole := make([][]float64, n), make([]float64, n*width)
	for i := range all {
		all[i] = whole[i*width:][:width]
	}
	return all
}

func dot(a, b []float64) float64 { return gonum.Implementation{}.Ddot(len(a), a, 1, b, 1) }

func axpy(by float64, x, y []float64) { gonum.Implementation{}.Daxpy(len(x), by, x, 1, y, 1) }
