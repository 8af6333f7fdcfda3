package enginetest

import (
	"math"
	"slices"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
)

func checkMultilevel(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		h, w := b.size(1200)
		levels := rapid.IntRange(0, 8).Draw(b.T, "levels")
		v := b.image(h, w, b.values()(3*h*w))
		sizes := b.image(h, w, absolutes(v.vector.was)) // of the summands
		for i, d := range b.device {
			d.Multilevel(engine.Multilevel{V: v.on[i], Levels: levels})
		}
		b.device[truth].Multilevel(engine.Multilevel{V: sizes.on[truth], Levels: levels})
		scale := make([]float32, 3*h*w)
		b.device[truth].Read(scale, sizes.on[truth])
		b.close("multilevel", v.vector, func(i int) float64 { return fewRoundings * epsilon * float64(scale[i]) })
		if bytes := device.MultilevelBytes(h, w, levels); bytes < 0 {
			b.Fatalf("%d levels of %dx%d take %d bytes", levels, h, w, bytes)
		}
	})
}

// checkMultilevelIsPositive checks what L-BFGS needs of it: it is symmetric and at least the identity; and if every
// level has complete pixels, a constant image is multiplied by 2^levels.
func checkMultilevelIsPositive(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		h, w := b.size(300)
		levels := rapid.IntRange(1, 4).Draw(b.T, "levels")
		apply := func(h, w int, x []float32) []float32 {
			v := b.image(h, w, x)
			b.device[tested].Multilevel(engine.Multilevel{V: v.on[tested], Levels: levels})
			return b.get(v.on[tested])
		}
		x, y := b.normal(3*h*w), b.normal(3*h*w)
		mx, my := apply(h, w, x), apply(h, w, y)
		b.nearNumber("multilevel: x'My less (Mx)'y", inner(x, my)-inner(mx, y), 0, 1e-5*math.Sqrt(inner(mx, mx)*inner(y, y)))
		if e := inner(x, mx); e < inner(x, x)*(1-1e-5) {
			b.Fatalf("%d levels of %dx%d: x'Mx is %v, less than x'x, %v", levels, h, w, e, inner(x, x))
		}
		h, w = rapid.IntRange(1, 3).Draw(b.T, "height")<<levels, rapid.IntRange(1, 3).Draw(b.T, "width")<<levels
		want := math.Exp2(float64(levels))
		for _, got := range apply(h, w, slices.Repeat([]float32{1}, 3*h*w)) {
			b.nearNumber("multilevel: of 1 everywhere", float64(got), want, 1e-5*want)
		}
	})
}

func inner(x, y []float32) (sum float64) {
	for i, v := range x {
		sum += float64(v) * float64(y[i])
	}
	return sum
}

// checkDirectionWithLevels compares a direction whose H^0 has levels.
func checkDirectionWithLevels(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		h, w := b.size(600)
		n := 3 * h * w
		g, dst, row := b.image(h, w, b.normal(n)), b.image(h, w, b.normal(n)), b.scalars(1)
		levels := rapid.IntRange(1, 4).Draw(b.T, "levels")
		var s, y []twinVector
		var rho []float64
		for range rapid.IntRange(0, 3).Draw(b.T, "pairs") {
			step := b.vector(b.normal(n))
			change := b.scaled(0.05)(n)
			for i, v := range step.was {
				change[i] += v
			}
			s, y = append(s, step), append(y, b.vector(change))
			rho = append(rho, 1/inner(step.was, change))
		}
		for i, d := range b.device {
			op := engine.Direction{D: dst.on[i], G: g.on[i], Rho: rho, Gamma: 0.7, Levels: levels, Slope: engine.Scalar{Of: row[i]}}
			for k := range s {
				op.S, op.Y = append(op.S, s[k].on[i]), append(op.Y, y[k].on[i])
			}
			d.Direction(op)
		}
		want := make([]float32, n)
		b.device[truth].Read(want, dst.on[truth])
		tolerance := directionError * epsilon * largest(want)
		b.close("direction with levels", dst.vector, func(int) float64 { return tolerance })
		r := b.results(row)
		b.nearNumber("slope with levels", r[tested][0], r[truth][0], tolerance*math.Sqrt(float64(n)*inner(g.vector.was, g.vector.was)))
		b.intact("direction with levels", append(append(s, y...), g.vector)...)
	})
}
