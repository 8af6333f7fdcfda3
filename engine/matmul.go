package engine

// MatMul computes Dst = Scale A B + Diagonal I on row-major matrices, in float32, for losses that are functions
// of complete matrices. Dst [Rows,Columns] must not overlap A [Rows,Inner] or B [Inner,Columns].
type MatMul struct {
	Dst, A, B              Vector
	Rows, Inner, Columns   int
	TransposeA, TransposeB bool // the matrix is stored transposed: A as [Inner,Rows], B as [Columns,Inner]
	Scale, Diagonal        float32
	// Symmetric promises that the product is symmetric up to rounding. Then only its upper triangle is
	// computed, and mirrored, in half the time.
	Symmetric bool
}

// Check panics if the operation is malformed.
func (op *MatMul) Check() {
	positive := op.Rows > 0 && op.Inner > 0 && op.Columns > 0
	if !positive || op.A.Len() != op.Rows*op.Inner || op.B.Len() != op.Inner*op.Columns || op.Dst.Len() != op.Rows*op.Columns {
		fail("product: matrices of %d and %d numbers into %d, want %dx%d and %dx%d",
			op.A.Len(), op.B.Len(), op.Dst.Len(), op.Rows, op.Inner, op.Inner, op.Columns)
	}
	must(!op.Symmetric || op.Rows == op.Columns, "product: symmetric, but not square")
}
