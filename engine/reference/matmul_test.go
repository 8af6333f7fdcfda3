package reference

import (
	"slices"
	"testing"

	"github.com/impasto/impasto/engine"
)

func TestMatMul(t *testing.T) {
	a, b := []float32{1, 2, 3, 4, 5, 6}, []float32{1, 0, 2, 0, 1, 1} // [2,3], [3,2]
	turned := []float32{1, 4, 2, 5, 3, 6}                            // a as [3,2]
	gram := []float32{14, 32, 32, 77}                                // a a^T
	for _, c := range []struct {
		op   engine.MatMul
		want []float32
	}{
		{engine.MatMul{A: a, B: b, Rows: 2, Inner: 3, Columns: 2, Scale: 1}, []float32{8, 3, 20, 6}},
		{engine.MatMul{A: a, B: b, Rows: 2, Inner: 3, Columns: 2, Scale: 2, Diagonal: -1}, []float32{15, 6, 40, 11}},
		{engine.MatMul{A: turned, B: b, Rows: 2, Inner: 3, Columns: 2, TransposeA: true, Scale: 1}, []float32{8, 3, 20, 6}},
		{engine.MatMul{A: a, B: a, Rows: 2, Inner: 3, Columns: 2, TransposeB: true, Scale: 1, Symmetric: true}, gram},
		{engine.MatMul{A: turned, B: turned, Rows: 2, Inner: 3, Columns: 2, TransposeA: true, Scale: 1}, gram},
	} {
		c.op.Dst = make([]float32, 4)
		for _, d := range []engine.Device{New32(), New64()} {
			d.MatMul(c.op)
			if !slices.Equal(c.op.Dst, c.want) {
				t.Errorf("%s: product is %v, want %v", d.Name(), c.op.Dst, c.want)
			}
		}
	}
}
