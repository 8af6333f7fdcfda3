package cpu

import (
	"math"
	"slices"
	"testing"

	"github.com/impasto/impasto/engine"
)

func TestMatMulAgainstDefinition(t *testing.T) {
	for _, isa := range ISAs() {
		t.Run(isa, func(t *testing.T) {
			for seed := range 40 {
				testMatMul(newTwin(t, isa, []int{1, 2, 3, 7}[seed%4], uint64(seed)))
			}
		})
	}
}

// testMatMul multiplies matrices of random shape, which end beside every block that kernels work in.
func testMatMul(w *twin) {
	rng := w.rng
	op := engine.MatMul{Rows: 1 + rng.IntN(80), Inner: 1 + rng.IntN(70), Columns: 1 + rng.IntN(80),
		TransposeA: rng.IntN(2) == 0, TransposeB: rng.IntN(2) == 0, Scale: 2*rng.Float32() - 1, Diagonal: rng.Float32()}
	left, right := w.floats(op.Rows*op.Inner), w.floats(op.Inner*op.Columns)
	if op.Symmetric = rng.IntN(2) == 0; op.Symmetric { // A A^T
		op.Columns, right, op.TransposeB = op.Rows, left, !op.TransposeA
	}
	a, b := w.vectors(left), w.vectors(right)
	product := w.vectors(slices.Repeat([]float32{float32(math.NaN())}, op.Rows*op.Columns))
	var results [2][]float32
	for i, d := range w.devices {
		op.Dst, op.A, op.B = product[i], a[i], b[i]
		d.MatMul(op)
		results[i] = w.numbers(i, op.Dst)
	}
	for i, want := range results[1] {
		if got := results[0][i]; !(math.Abs(float64(got-want)) <= 1e-5) {
			w.t.Fatalf("%d x %d x %d, transposed %v %v, symmetric %v: number %d is %g, want %g",
				op.Rows, op.Inner, op.Columns, op.TransposeA, op.TransposeB, op.Symmetric, i, got, want)
		}
	}
}

func BenchmarkMatMul512(b *testing.B) {
	for name, symmetric := range map[string]bool{"general": false, "symmetric": true} {
		b.Run(name, func(b *testing.B) {
			d, err := New(Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer d.Close()
			const n = 512
			arena, err := d.NewArena(3 * 4 * n * n)
			if err != nil {
				b.Fatal(err)
			}
			defer arena.Close()
			op := engine.MatMul{Dst: arena.Vector(0, n*n), A: arena.Vector(4*n*n, n*n), B: arena.Vector(8*n*n, n*n),
				Rows: n, Inner: n, Columns: n, Scale: 1, Symmetric: symmetric}
			for b.Loop() {
				d.MatMul(op)
			}
			b.ReportMetric(2*n*n*n*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
