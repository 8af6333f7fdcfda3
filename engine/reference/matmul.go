package reference

import "github.com/impasto/impasto/engine"

// MatMul sums in float64 and rounds once, on either device: the matrices are the host's, float32.
func (d *device[T]) MatMul(op engine.MatMul) {
	op.Check()
	d.begin()
	defer d.end()
	a := strided{op.A, op.Inner, 1}
	if op.TransposeA {
		a.row, a.column = 1, op.Rows
	}
	b := strided{op.B, op.Columns, 1}
	if op.TransposeB {
		b.row, b.column = 1, op.Inner
	}
	parallel(op.Rows, func(i int) {
		first := 0
		if op.Symmetric {
			first = i
		}
		for j := first; j < op.Columns; j++ {
			sum := 0.0
			for k := range op.Inner {
				sum += a.at(i, k) * b.at(k, j)
			}
			sum *= float64(op.Scale)
			if i == j {
				sum += float64(op.Diagonal)
			}
			op.Dst[i*op.Columns+j] = float32(sum)
			if op.Symmetric {
				op.Dst[j*op.Columns+i] = float32(sum)
			}
		}
	})
}

// strided is a matrix by the distances of its elements.
type strided struct {
	data        []float32
	row, column int
}

func (s strided) at(i, j int) float64 { return float64(s.data[i*s.row+j*s.column]) }
