package reference

import "github.com/impasto/impasto/engine"

func (d *device[T]) MultilevelBytes(height, width, levels int) int64 { return 0 }

func (d *device[T]) Multilevel(op engine.Multilevel) error {
	op.Check()
	d.begin()
	defer d.end()
	height, width := op.V.Size()
	vectorOf[T](op.V).take()
	multilevel(vectorOf[T](op.V).all(), height, width, op.Levels)
	return nil
}

// multilevel replaces an image by M times the image. P_l is one matrix for the rows and one for the columns.
func multilevel[T number](v []T, height, width, levels int) {
	n := height * width
	sums := convert[float64](v)
	down, across := unit(height), unit(width)
	weight := 0.5
	for range levels {
		if down.rows == 1 && across.rows == 1 {
			break
		}
		down, across = halving(down.rows).times(down), halving(across.rows).times(across)
		weight *= 8 // 2^(l-1) 4^l
		for c := range 3 {
			level := down.times(matrix{height, width, convert[float64](v[c*n : (c+1)*n])}).times(across.transposed())
			spread := down.transposed().times(level).times(across)
			for i, x := range spread.data {
				sums[c*n+i] += weight * x
			}
		}
	}
	for i, x := range sums {
		v[i] = T(x)
	}
}

// matrix is [rows,columns].
type matrix struct {
	rows, columns int
	data          []float64
}

func newMatrix(rows, columns int) matrix {
	return matrix{rows, columns, make([]float64, rows*columns)}
}

func (m matrix) at(i, j int) *float64 { return &m.data[i*m.columns+j] }

func unit(n int) matrix {
	m := newMatrix(n, n)
	for i := range n {
		*m.at(i, i) = 1
	}
	return m
}

// halving returns the matrix that makes one number of four, repeating those at the ends.
func halving(n int) matrix {
	m := newMatrix((n+1)/2, n)
	for i := range m.rows {
		for k, weight := range [4]float64{1, 3, 3, 1} {
			*m.at(i, min(max(2*i-1+k, 0), n-1)) += weight / 8
		}
	}
	return m
}

func (m matrix) times(o matrix) matrix {
	p := newMatrix(m.rows, o.columns)
	for i := range m.rows {
		for k := range m.columns {
			a := *m.at(i, k)
			for j := range o.columns {
				*p.at(i, j) += a * *o.at(k, j)
			}
		}
	}
	return p
}

func (m matrix) transposed() matrix {
	t := newMatrix(m.columns, m.rows)
	for i := range m.rows {
		for j := range m.columns {
			*t.at(j, i) = *m.at(i, j)
		}
	}
	return t
}
