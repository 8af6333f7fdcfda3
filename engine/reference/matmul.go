package reference

import "github.com/impasto/impasto/engine"

// MatMul sums in float64 and rounds once.
func (d *device[T]) MatMul(op engine.MatMul) error {
	op.Check()
	d.begin()
	defer d.end()
	a := strided[T]{vectorOf[T](op.A).take(), op.Inner, 1}
	if op.TransposeA {
		a.row, a.column = 1, op.Rows
	}
	b := strided[T]{vectorOf[T](op.B).take(), op.Columns, 1}
	if op.TransposeB {
		b.row, b.column = 1, op.Inner
	}
	must(vectorOf[T](op.Dst) != vectorOf[T](op.A) && vectorOf[T](op.Dst) != vectorOf[T](op.B), "product: the result overwrites a factor")
	dst := vectorOf[T](op.Dst).all()
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
			dst[i*op.Columns+j] = T(sum)
			if op.Symmetric {
				dst[j*op.Columns+i] = T(sum)
			}
		}
	})
	return nil
}

// strided is a matrix with the strides of its elements.
type strided[T number] struct {
	data        []T
	row, column int
}

func (s strided[T]) at(i, j int) float64 { return float64(s.data[i*s.row+j*s.column]) }
