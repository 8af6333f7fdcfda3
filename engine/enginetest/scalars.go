package enginetest

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
)

// checkScalars checks that a reset sets a row of results to zero, that operations set or add to the given result
// and leave the others alone, and that a row placed again is the same row.
func checkScalars(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		n := rapid.IntRange(2, 9).Draw(b.T, "results")
		d := b.device[tested]
		offset := b.place("a row of results", d.ScalarsBytes(n))
		row := b.arena[tested].Scalars(offset, n)
		want := make([]float64, n)
		same := func(what string) {
			got := make([]float64, n)
			d.ReadScalars(got, b.arena[tested].Scalars(offset, n))
			if !slices.Equal(got, want) {
				b.Fatalf("results after %s are %v, want %v", what, got, want)
			}
		}
		d.ResetScalars(row)
		same("a reset")
		at, other := rapid.IntRange(0, n-1).Draw(b.T, "at"), rapid.IntRange(0, n-1).Draw(b.T, "other")
		twos := b.vector(slices.Repeat([]float32{2}, 30)).on[tested]
		for range 2 {
			d.Dot(engine.Scalar{Of: row, At: at}, twos, twos)
			want[at] = 120
			same("a dot product")
			d.Norm1(engine.Scalar{Of: row, At: other}, twos)
			want[other] = 60
			same("a norm")
			d.NormInf(engine.Scalar{Of: row, At: other}, twos)
			want[other] = 2
			same("a largest number")
		}
		shape := engine.Shape{Channels: 2, Height: 3, Width: 4}
		ones := b.whole(shape, func(n int) []float32 { return slices.Repeat([]float32{1}, n) }).on[tested]
		zeros := b.whole(shape, func(n int) []float32 { return make([]float32, n) }).on[tested]
		steps := b.image(1, 2, []float32{0, 1, 0, 1, 0, 1}).on[tested]
		for range 2 {
			d.AddSquaredDistance(engine.AddSquaredDistance{Sum: engine.Scalar{Of: row, At: at}, Src: ones, Target: zeros, Rows: engine.All(shape)})
			want[at] += 24
			same("a squared distance")
			d.AddTotalVariation(engine.AddTotalVariation{Image: steps, Scale: 0.5, Sum: engine.Scalar{Of: row, At: other}})
			want[other] += 1.5
			same("a total variation")
		}
		clear(want)
		d.ResetScalars(row)
		same("another reset")
	})
}
