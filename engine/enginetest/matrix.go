package enginetest

import (
	"math"
	"slices"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
)

var matrixSizes = []int{1, 2, 3, 5, 7, 13, 14, 15, 16, 17, 31, 32, 33, 47, 64, 65, 80, 130}

func checkMatMul(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		op := engine.MatMul{
			Rows: b.upTo("rows", matrixSizes, 130), Inner: b.upTo("inner", matrixSizes, 130), Columns: b.upTo("columns", matrixSizes, 130),
			TransposeA: b.flag("transpose A"), TransposeB: b.flag("transpose B"),
			Scale: float32(b.random.NormFloat64()), Diagonal: float32(b.random.NormFloat64()),
			Symmetric: b.flag("symmetric"),
		}
		if op.Symmetric { // A A^T
			op.Columns, op.TransposeB = op.Rows, !op.TransposeA
		}
		left, right := b.normal(op.Rows*op.Inner), b.normal(op.Inner*op.Columns)
		if op.Symmetric {
			right = left
		}
		a, c := b.vector(left), b.vector(right)
		absoluteA, absoluteB := b.vector(absolutes(left)), b.vector(absolutes(right))
		product := b.vector(slices.Repeat([]float32{untouched}, op.Rows*op.Columns))
		scale := b.vector(product.was)
		for i, d := range b.device {
			op.Dst, op.A, op.B = product.on[i], a.on[i], c.on[i]
			d.MatMul(op)
		}
		op.Dst, op.A, op.B = scale.on[truth], absoluteA.on[truth], absoluteB.on[truth]
		op.Scale, op.Diagonal = float32(math.Abs(float64(op.Scale))), float32(math.Abs(float64(op.Diagonal)))
		b.device[truth].MatMul(op)
		absolute := reference.Float64(scale.on[truth])
		b.close("product", product, func(i int) float64 { return sumError * epsilon * absolute[i] })
		b.intact("product", a, c)
		if !op.Symmetric {
			return
		}
		got := b.get(product.on[tested])
		for i, v := range got {
			if mirror := got[i%op.Columns*op.Columns+i/op.Columns]; v != mirror {
				b.Fatalf("symmetric product: number %d is %v, its mirror %v", i, v, mirror)
			}
		}
	})
}
