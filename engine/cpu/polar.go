package cpu

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"github.com/impasto/impasto/engine"
)

// polar is the coupler of engine.ExactCoupling.
//
// With Cholesky factors S = A A^T and S* = B B^T, the trace of (S*^1/2 S S*^1/2)^1/2 is the sum of the
// singular values of M = A^T B, and T = A^-T U B^T, where M = U H is the polar decomposition. S and S*
// are nearly singular and their eigenvalues span eight orders of magnitude, so the roots of their product
// are beyond float32; those of M span half of that. Only the factors are computed in float64.
// Of T = A^-T U B^T and its transpose, which differ by rounding, B U^T A^-1 is the better one: F - m
// lies in the range of A up to the ridge, and A^-1 does not magnify anything there.
type polar struct {
	*products
	n      int
	more   float64   // dimensions in which S and S* are the ridge
	factor []float32 // B, [C,C]
	m      []float32 // A^T B
	x      []float32 // from M to U
	g, t   []float32 // [C,C]
	spare  []float32
	panels []float32 // of A; see solve
	block  []float32 // inverse of a block on A's diagonal
	sums   []float64 // [C]
}

func newPolar(from *room, by *products, n, more int) *polar {
	matrix := func() []float32 { return part[float32](from, n*n) }
	return &polar{products: by, n: n, more: float64(more), factor: matrix(), m: matrix(), x: matrix(), g: matrix(), t: matrix(), spare: matrix(),
		panels: matrix(), block: part[float32](from, solveBlock*solveBlock), sums: part[float64](from, n)}
}

func (p *polar) learn(target []float64) {
	cholesky(target, p.n)
	round(p.factor, target)
}

// transport returns the sum of M's singular values and T, which is 1 where S and S* are the ridge. It
// overwrites s.
func (p *polar) transport(s []float64) (float64, []float32, float64) {
	cholesky(s, p.n)
	round(p.spare, s)
	p.product(sliceMatMul{Dst: p.m, A: p.spare, B: p.factor, TransposeA: true, Scale: 1})
	p.orthogonalise()
	trace := p.more * engine.Ridge
	for i, v := range p.m {
		trace += float64(float64(v) * float64(p.x[i]))
	}
	p.product(sliceMatMul{Dst: p.g, A: p.x, B: p.factor, TransposeB: true, Scale: 1})
	p.solve(s, p.t, p.g)
	transpose(p.t, p.n)
	return trace, p.t, 1
}

// orthogonalise sets x to the polar factor U of m: x = x (a + b G + c G^2), G = x^T x, which raises all
// singular values to 1.
func (p *polar) orthogonalise() {
	copy(p.x, p.m)
	scale(p.x, float32(1/p.bound()))
	for _, q := range quintics {
		// a + b G + c G^2 = c (G + b/2c)^2 + a - b^2/4c
		shift := q.b / (2 * q.c)
		p.product(sliceMatMul{Dst: p.g, A: p.x, B: p.x, TransposeA: true, Scale: 1, Diagonal: float32(shift), Symmetric: true})
		p.product(sliceMatMul{Dst: p.t, A: p.g, B: p.g, Scale: float32(q.c), Diagonal: float32(q.a - q.c*shift*shift), Symmetric: true})
		p.product(sliceMatMul{Dst: p.spare, A: p.x, B: p.t, Scale: 1})
		p.x, p.spare = p.spare, p.x
	}
}

func (p *polar) product(op sliceMatMul) {
	op.Rows, op.Inner, op.Columns = p.n, p.n, p.n
	p.multiply(op)
}

// bound returns an upper bound of the largest singular value of m: the root of the product of the largest sums of
// rows and columns, or the Frobenius norm if that is smaller.
func (p *polar) bound() float64 {
	columns := p.sums
	clear(columns)
	rows, squares := 0.0, 0.0
	for i := range p.n {
		sum := 0.0
		for j, v := range p.m[i*p.n:][:p.n] {
			a := math.Abs(float64(v))
			sum += a
			columns[j] += a
			squares += float64(a * a)
		}
		rows = math.Max(rows, sum)
	}
	most := 0.0
	for _, v := range columns {
		most = math.Max(most, v)
	}
	return math.Min(math.Sqrt(rows*most), math.Sqrt(squares))
}

// choleskyBlock is the number of columns factored at once; the rest are updated by a product.
const choleskyBlock = 64

// leastPivot is the smallest diagonal element of a factor: the root of a quarter of the ridge.
var leastPivot = math.Sqrt(engine.Ridge / 4)

// cholesky replaces a symmetric matrix by its lower factor. Moments are sums in float32, so if
// features are large a covariance may be indefinite by more than the ridge: a pivot below a
// quarter of it, which no covariance has, is raised to that, and its column is cleared. (Divided by so
// small a pivot, the rounding error of one column would grow in the next, without bound.) Until its
// block is complete, such a pivot is stored as infinity, so that divisions by it clear the column.
func cholesky(a []float64, n int) {
	var impl gonum.Implementation
	for k := 0; k < n; k += choleskyBlock {
		nb := min(choleskyBlock, n-k)
		choleskyUnblocked(a[k*n+k:], nb, n)
		if rest := n - k - nb; rest > 0 {
			below := a[(k+nb)*n+k:]
			impl.Dtrsm(blas.Right, blas.Lower, blas.Trans, blas.NonUnit, rest, nb, 1, a[k*n+k:], n, below, n)
			impl.Dsyrk(blas.Lower, blas.NoTrans, rest, nb, -1, below, n, 1, a[(k+nb)*n+k+nb:], n)
		}
		for j := k; j < k+nb; j++ {
			if math.IsInf(a[j*n+j], 1) {
				a[j*n+j] = leastPivot
			}
		}
	}
	for i := range n {
		clear(a[i*n+i+1 : (i+1)*n])
	}
}

func choleskyUnblocked(a []float64, n, stride int) {
	for j := range n {
		row := a[j*stride:][:j+1]
		pivot := row[j]
		for _, v := range row[:j] {
			pivot -= float64(v * v)
		}
		row[j] = math.Sqrt(pivot)
		if pivot < leastPivot*leastPivot {
			row[j] = math.Inf(1)
		}
		for i := j + 1; i < n; i++ {
			other := a[i*stride:][:j+1]
			sum := other[j]
			for k, v := range row[:j] {
				sum -= float64(v * other[k])
			}
			other[j] = sum / row[j]
		}
	}
}

// solveBlock is the height of the blocks of rows in which a triangular system is solved.
const solveBlock = 64

// solve computes x = A^-T b for lower triangular A, from the last block of rows to the first:
// x_i = A_ii^-T (b_i - sum over j > i of A_ji^T x_j). It overwrites b.
func (p *polar) solve(a []float64, x, b []float32) {
	n := p.n
	for i := (n - 1) / solveBlock * solveBlock; i >= 0; i -= solveBlock {
		nb := min(solveBlock, n-i)
		next := i + nb
		right := b[i*n : next*n]
		if next < n {
			panel := p.panels[:(n-next)*nb]
			for r := range n - next {
				round(panel[r*nb:][:nb], a[(next+r)*n+i:][:nb])
			}
			sum := p.spare[:nb*n]
			p.multiply(sliceMatMul{Dst: sum, A: panel, B: x[next*n:], TransposeA: true, Rows: nb, Inner: n - next, Columns: n, Scale: 1})
			for k, v := range sum {
				right[k] -= v
			}
		}
		inverse := p.block[:nb*nb]
		invertLower(inverse, a[i*n+i:], nb, n)
		p.multiply(sliceMatMul{Dst: x[i*n : next*n], A: inverse, B: right, TransposeA: true, Rows: nb, Inner: nb, Columns: n, Scale: 1})
	}
}

// invertLower inverts a lower triangular block of at most solveBlock rows.
func invertLower(dst []float32, a []float64, n, stride int) {
	var inverse [solveBlock * solveBlock]float64
	for i := range n {
		row := inverse[i*n:][:n]
		for k := range i {
			f := a[i*stride+k]
			for j, v := range inverse[k*n:][:k+1] {
				row[j] -= float64(f * v)
			}
		}
		d := a[i*stride+i]
		for j := range i {
			row[j] /= d
		}
		row[i] = 1 / d
	}
	round(dst, inverse[:n*n])
}

// transpose replaces a matrix by its transpose.
func transpose(m []float32, n int) {
	const block = 32 // all cache lines of two blocks stay in the cache
	for top := 0; top < n; top += block {
		for left := 0; left <= top; left += block {
			for i := top; i < min(top+block, n); i++ {
				for j := left; j < min(left+block, i); j++ {
					m[i*n+j], m[j*n+i] = m[j*n+i], m[i*n+j]
				}
			}
		}
	}
}
