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
	op.A, op.B = w.floats(op.Rows*op.Inner), w.floats(op.Inner*op.Columns)
	if op.Symmetric = rng.IntN(2) == 0; op.Symmetric { // A A^T
		op.Columns, op.B, op.TransposeB = op.Rows, slices.Clone(op.A), !op.TransposeA
	}
	var results [2][]float32
	for i, d := range w.devices {
		op.Dst = make([]float32, op.Rows*op.Columns)
		for j := range op.Dst {
			op.Dst[j] = float32(math.NaN())
		}
		d.MatMul(op)
		results[i] = op.Dst
	}
	for i, want := range results[1] {
		if got := results[0][i]; !(math.Abs(float64(got-want)) <= 1e-5) {
			w.t.Fatalf("%d x %d x %d, transposed %v %v, symmetric %v: number %d is %g, want %g",
				op.Rows, op.Inner, op.Columns, op.TransposeA, op.TransposeB, op.Symmetric, i, got, want)
		}
	}
}

func TestMatMulAllocatesNothing(t *testing.T) {
	w := newTwin(t, "", 2, 1)
	op := engine.MatMul{Dst: make([]float32, 50*50), A: w.floats(50 * 50), B: w.floats(50 * 50), Rows: 50, Inner: 50, Columns: 50, Scale: 1}
	if n := testing.AllocsPerRun(20, func() { w.devices[0].MatMul(op) }); n > 0 {
		t.Errorf("a product allocates %v times", n)
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
			op := engine.MatMul{Dst: make([]float32, n*n), A: make([]float32, n*n), B: make([]float32, n*n),
				Rows: n, Inner: n, Columns: n, Scale: 1, Symmetric: symmetric}
			for b.Loop() {
				d.MatMul(op)
			}
			b.ReportMetric(2*n*n*n*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
