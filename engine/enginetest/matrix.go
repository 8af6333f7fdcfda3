package enginetest

import (
	"math"

	"github.com/impasto/impasto/engine"
	"pgregory.net/rapid"
)

var matrixSizes = []int{1, 2, 3, 5, 7, 13, 14, 15, 16, 17, 31, 32, 33, 47, 64, 65, 80, 130}

// matrix returns random numbers between two guards in one piece of memory, and what looks at the guards.
func (b *bench) matrix(what string, n int) (inner []float32, inspect func()) {
	const margin = 64
	outer := b.normal(n + 2*margin)
	for i := range margin {
		outer[i], outer[margin+n+i] = untouched, untouched
	}
	return outer[margin : margin+n : margin+n], func() {
		for i := range margin {
			if before, after := outer[i], outer[margin+n+i]; before == before || after == after {
				b.Fatalf("product: wrote beside %s of %d numbers: %v before, %v behind", what, n, before, after)
			}
		}
	}
}

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
		var inspect [3]func()
		op.A, inspect[0] = b.matrix("the left matrix", op.Rows*op.Inner)
		op.B, inspect[1] = b.matrix("the right matrix", op.Inner*op.Columns)
		if op.Symmetric {
			copy(op.B, op.A)
		}
		was := [2][]float32{append([]float32(nil), op.A...), append([]float32(nil), op.B...)}
		want := make([]float32, op.Rows*op.Columns)
		absolute := make([]float32, len(want))
		b.product(op, want)
		b.product(absoluteProduct(op), absolute)
		op.Dst, inspect[2] = b.matrix("the product", len(want))
		for i := range op.Dst {
			op.Dst[i] = untouched
		}
		device.MatMul(op)
		for i, got := range op.Dst {
			b.nearNumber("product", float64(got), float64(want[i]), sumError*epsilon*float64(absolute[i]))
			if !op.Symmetric {
				continue
			}
			if mirror := op.Dst[i%op.Columns*op.Columns+i/op.Columns]; got != mirror {
				b.Fatalf("symmetric product: number %d is %v, its mirror %v", i, got, mirror)
			}
		}
		for i := range inspect {
			inspect[i]()
		}
		for i, v := range was[0] {
			b.nearNumber("product: the left matrix", float64(op.A[i]), float64(v), 0)
		}
		for i, v := range was[1] {
			b.nearNumber("product: the right matrix", float64(op.B[i]), float64(v), 0)
		}
	})
}

// product computes op on the reference.
func (b *bench) product(op engine.MatMul, dst []float32) {
	op.Dst = dst
	b.device[truth].MatMul(op)
}

// absoluteProduct returns the product of the absolute values, to which errors are compared.
func absoluteProduct(op engine.MatMul) engine.MatMul {
	op.A, op.B = absolutes(op.A), absolutes(op.B)
	op.Scale, op.Diagonal = float32(math.Abs(float64(op.Scale))), float32(math.Abs(float64(op.Diagonal)))
	return op
}
