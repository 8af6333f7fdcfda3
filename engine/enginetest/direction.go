package enginetest

import (
	"math"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
)

// checkDirection compares the two-loop recursion with H G for the matrix H given by the pairs, computed on the host by
// the update formula, Nocedal and Wright, eq. 7.16, in float64.
func checkDirection(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		n := rapid.SampledFrom(vectorLengths[1:]).Draw(b.T, "length")
		pairs := rapid.IntRange(0, 6).Draw(b.T, "pairs")
		curvature := make([]float64, n) // a diagonal Hessian, which the pairs satisfy up to noise
		for i := range curvature {
			curvature[i] = 1 + b.random.Float64()
		}
		op := engine.Direction{Gamma: 0.5 + b.random.Float64()/2}
		var s, y []twinVector
		for range pairs {
			s = append(s, b.vector(b.normal(n)))
			difference := b.scaled(0.05)(n)
			for i, v := range s[len(s)-1].was {
				difference[i] += float32(curvature[i] * float64(v))
			}
			y = append(y, b.vector(difference))
			op.Rho = append(op.Rho, 1/dot(difference, s[len(s)-1].was))
		}
		g, row, dst := b.vector(b.normal(n)), b.scalars(2), b.vector(b.normal(n))
		d := b.device[tested]
		op.D, op.G, op.Slope = dst.on[tested], g.on[tested], engine.Scalar{Of: row[tested], At: 1}
		for k := range pairs {
			op.S, op.Y = append(op.S, s[k].on[tested]), append(op.Y, y[k].on[tested])
		}
		d.ResetScalars(row[tested])
		d.Direction(op)
		want := make([]float64, n)
		for i, v := range inverseHessianTimes(op, s, y, widen(g.was)) {
			want[i] = -v
		}
		tolerance, slope := 0.0, 0.0
		for i, v := range want {
			tolerance = max(tolerance, directionError*epsilon*math.Abs(v))
			slope += v * float64(g.was[i])
		}
		for i, got := range b.get(dst.on[tested]) {
			b.nearNumber("direction", float64(got), want[i], tolerance)
		}
		var results [2]float64
		d.ReadScalars(results[:], row[tested])
		b.nearNumber("slope", results[1], slope, tolerance*math.Sqrt(float64(n))*norm(g.was))
		b.intact("direction", append(append(s, y...), g)...)
	})
}

// directionError bounds the error of a direction, in roundings of its largest number: a dozen updates in float32, and
// factors that are rounded to it.
const directionError = 256

// inverseHessianTimes returns H x by H_k+1 = (I - rho s y') H_k (I - rho y s') + rho s s', starting from the newest pair.
func inverseHessianTimes(op engine.Direction, s, y []twinVector, x []float64) []float64 {
	k := len(s) - 1
	if k < 0 {
		scaled := make([]float64, len(x))
		for i, v := range x {
			scaled[i] = op.Gamma * v
		}
		return scaled
	}
	along := op.Rho[k] * dot64(s[k].was, x)
	inner := make([]float64, len(x))
	for i, v := range x {
		inner[i] = v - along*float64(y[k].was[i])
	}
	h := inverseHessianTimes(op, s[:k], y[:k], inner)
	back := along - op.Rho[k]*dot64(y[k].was, h)
	for i, v := range s[k].was {
		h[i] += back * float64(v)
	}
	return h
}

func dot64(x []float32, y []float64) (sum float64) {
	for i, v := range x {
		sum += float64(v) * y[i]
	}
	return sum
}
