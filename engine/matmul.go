package engine

// MatMul computes Dst = Scale A B + Diagonal I on row-major matrices in the host's memory, in float32:
// what losses need that are functions of whole matrices. Dst [Rows,Columns] overlaps neither A
// [Rows,Inner] nor B [Inner,Columns].
type MatMul struct {
	Dst, A, B              []float32
	Rows, Inner, Columns   int
	TransposeA, TransposeB bool // the matrix is held transposed: A as [Inner,Rows], B as [Columns,Inner]
	Scale, Diagonal        float32
	// Symmetric promises that the product is symmetric but for rounding. Its upper triangle is then
	// computed and mirrored, in half of the time.
	Symmetric bool
}

// Check panics where the operation is malformed.
func (op *MatMul) Check() {
	positive := op.Rows > 0 && op.Inner > 0 && op.Columns > 0
	if !positive || len(op.A) != op.Rows*op.Inner || len(op.B) != op.Inner*op.Columns || len(op.Dst) != op.Rows*op.Columns {
		fail("product: matrices of %d and %d numbers into %d, want %dx%d and %dx%d",
			len(op.A), len(op.B), len(op.Dst), op.Rows, op.Inner, op.Inner, op.Columns)
	}
	must(!op.Symmetric || op.Rows == op.Columns, "product: symmetric, but not square")
	must(&op.Dst[0] != &op.A[0] && &op.Dst[0] != &op.B[0], "product: the result overwrites a factor")
}
