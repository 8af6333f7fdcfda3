package reference

import (
	"testing"

	"github.com/impasto/impasto/engine"
)

func TestMatMul(t *testing.T) {
	a, b := []float64{1, 2, 3, 4, 5, 6}, []float64{1, 0, 2, 0, 1, 1} // [2,3], [3,2]
	turned := []float64{1, 4, 2, 5, 3, 6}                            // a as [3,2]
	gram := []float64{14, 32, 32, 77}                                // a a^T
	for _, c := range []struct {
		a, b []float64
		op   engine.MatMul
		want []float64
	}{
		{a, b, engine.MatMul{Rows: 2, Inner: 3, Columns: 2, Scale: 1}, []float64{8, 3, 20, 6}},
		{a, b, engine.MatMul{Rows: 2, Inner: 3, Columns: 2, Scale: 2, Diagonal: -1}, []float64{15, 6, 40, 11}},
		{turned, b, engine.MatMul{Rows: 2, Inner: 3, Columns: 2, TransposeA: true, Scale: 1}, []float64{8, 3, 20, 6}},
		{a, a, engine.MatMul{Rows: 2, Inner: 3, Columns: 2, TransposeB: true, Scale: 1, Symmetric: true}, gram},
		{turned, turned, engine.MatMul{Rows: 2, Inner: 3, Columns: 2, TransposeA: true, Scale: 1}, gram},
	} {
		d := newTable(t)
		c.op.Dst, c.op.A, c.op.B = d.newVector(make([]float64, 4)), d.newVector(c.a), d.newVector(c.b)
		d.MatMul(c.op)
		near(t, "product", Float64(c.op.Dst), c.want)
	}
}

func TestProductOverItsFactor(t *testing.T) {
	d := newTable(t)
	v := d.newVector([]float64{1, 2, 3, 4})
	mustPanic(t, "product: the result overwrites a factor", func() {
		d.MatMul(engine.MatMul{Dst: v, A: v, B: d.newVector([]float64{1, 0, 0, 1}), Rows: 2, Inner: 2, Columns: 2, Scale: 1})
	})
}
