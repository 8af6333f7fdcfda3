package enginetest

import (
	"math"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
)

// vectorValues draws a vector of a random length.
func (b *bench) vectorValues() []float32 {
	return b.values()(rapid.SampledFrom(vectorLengths).Draw(b.T, "length"))
}

// exact is the tolerance for results that a single rounding determines.
func exact(int) float64 { return 0 }

func checkVectors(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		values := b.vectorValues()
		a, fraction := float32(b.random.NormFloat64()), b.random.Float32()
		x := b.vector(values)
		start := b.scaled(float32(largest(values)))(len(values))
		copied, filled, added, scaled, mixed := b.vector(start), b.vector(start), b.vector(start), b.vector(start), b.vector(start)
		clamped := b.vector(values)
		for i, d := range b.device {
			d.Copy(copied.on[i], x.on[i])
			d.Fill(filled.on[i], a)
			d.Axpy(added.on[i], a, x.on[i])
			d.Scale(scaled.on[i], a)
			d.Lerp(mixed.on[i], x.on[i], fraction)
			d.Clamp(clamped.on[i], -0.5, 0.25)
		}
		b.close("copy", copied, exact)
		b.close("fill", filled, exact)
		b.close("clamp", clamped, exact)
		b.close("scale", scaled, func(i int) float64 { return 2*epsilon*math.Abs(float64(a*start[i])) + tiny })
		b.close("axpy", added, func(i int) float64 {
			return 2*epsilon*(math.Abs(float64(start[i]))+2*math.Abs(float64(a*values[i]))) + tiny
		})
		b.close("lerp", mixed, func(i int) float64 {
			return 4*epsilon*(math.Abs(float64(start[i]))+math.Abs(float64(values[i]))) + tiny
		})
		b.intact("vector operations", x)
	})
}

// tiny is the smallest normal float32: a device may flush what lies below to zero.
const tiny = 0x1p-126

func checkVectorReductions(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		values := b.vectorValues()
		x, y := b.vector(values), b.vector(b.normal(len(values)))
		row := b.scalars(4)
		for i, d := range b.device { // the previous result does not matter
			d.Dot(engine.Scalar{Of: row[i], At: 3}, x.on[i], y.on[i])
			d.Dot(engine.Scalar{Of: row[i], At: 1}, x.on[i], x.on[i])
			d.Norm1(engine.Scalar{Of: row[i], At: 2}, x.on[i])
			d.NormInf(engine.Scalar{Of: row[i], At: 0}, x.on[i])
		}
		var products float64
		for i := range values {
			products += math.Abs(float64(values[i]) * float64(y.was[i]))
		}
		r := b.results(row)
		got, want := r[tested], r[truth]
		// The sums run in float64, in an order chosen by the device.
		const order = 1e-12
		b.nearNumber("dot", got[3], want[3], order*products)
		b.nearNumber("dot with itself", got[1], want[1], order*want[1])
		b.nearNumber("norm 1", got[2], want[2], order*want[2])
		b.nearNumber("largest", got[0], want[0], 0)
		b.intact("reductions", x, y)
	})
}

func checkVectorSteps(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		g := b.vectorValues()
		n, size := len(g), float32(largest(g))
		second := absolutes(b.scaled(size * size)(n))
		grad, x, m, v := b.vector(g), b.vector(b.normal(n)), b.vector(b.scaled(size)(n)), b.vector(second)
		slow, velocity := b.vector(x.was), b.vector(m.was)
		steps := float64(rapid.IntRange(1, 50).Draw(b.T, "steps"))
		op := engine.AdamStep{Beta1: 0.9, Beta2: 0.99, Rate: 0.02, Epsilon: 1e-8}
		op.Correction1, op.Correction2 = 1-math.Pow(op.Beta1, steps), 1-math.Pow(op.Beta2, steps)
		for i, d := range b.device {
			op.X, op.G, op.M, op.V = x.on[i], grad.on[i], m.on[i], v.on[i]
			d.Adam(op)
			d.Momentum(engine.MomentumStep{X: slow.on[i], G: grad.on[i], V: velocity.on[i], Decay: 0.9, Rate: 0.1})
		}
		first := func(i int) float64 { return math.Abs(float64(m.was[i])) + math.Abs(float64(g[i])) }
		b.close("adam's first moment", m, func(i int) float64 { return 8*epsilon*first(i) + tiny })
		b.close("adam's second moment", v, func(i int) float64 {
			return 8*epsilon*(math.Abs(float64(second[i]))+float64(g[i])*float64(g[i])) + tiny
		})
		b.close("adam", x, func(i int) float64 {
			root := math.Sqrt((0.99*float64(second[i])+0.01*float64(g[i])*float64(g[i]))/op.Correction2) + op.Epsilon
			return 2*epsilon*math.Abs(float64(x.was[i])) + 32*epsilon*op.Rate/op.Correction1*first(i)/root + tiny
		})
		b.close("momentum's velocity", velocity, func(i int) float64 { return 4*epsilon*first(i) + tiny })
		b.close("momentum", slow, func(i int) float64 {
			return 4*epsilon*(math.Abs(float64(x.was[i]))+first(i)) + tiny
		})
		b.intact("steps", grad)
	})
}

// checkNotANumber checks that a NaN anywhere in a vector shows in its norms and is kept by Clamp,
// and that infinities show.
func checkNotANumber(t rapid.TB, device engine.Device) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	try(t, device, func(b *bench) {
		values := b.normal(rapid.SampledFrom(vectorLengths[1:]).Draw(b.T, "length"))
		at := rapid.IntRange(0, len(values)-1).Draw(b.T, "at")
		values[at] = nan
		v, row := b.vector(values).on[tested], b.scalars(2)[tested]
		norms := func() (one, inf float64) {
			device.Norm1(engine.Scalar{Of: row, At: 0}, v)
			device.NormInf(engine.Scalar{Of: row, At: 1}, v)
			var results [2]float64
			device.ReadScalars(results[:], row)
			return results[0], results[1]
		}
		one, largest := norms()
		if got := largest; !math.IsNaN(got) {
			b.Fatalf("the largest of %d numbers, of which number %d is NaN, is %v", len(values), at, got)
		}
		if got := one; !math.IsNaN(got) {
			b.Fatalf("norm 1 of %d numbers, of which number %d is NaN, is %v", len(values), at, got)
		}
		device.Clamp(v, -1, 1)
		for i, got := range b.get(v) {
			if (got != got) != (i == at) {
				b.Fatalf("of %d numbers number %d is NaN; clamped, number %d is %v", len(values), at, i, got)
			}
		}
		values[at] = -inf
		device.Write(v, values)
		if _, got := norms(); !math.IsInf(got, 1) {
			b.Fatalf("the largest of %d numbers, of which number %d is infinite, is %v", len(values), at, got)
		}
		device.Clamp(v, -1, 1)
		if got := b.get(v)[at]; got != -1 {
			b.Fatalf("-Inf clamped to [-1,1] is %v", got)
		}
	})
}
