package enginetest

import (
	"math"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
)

// sumError bounds the error of a sum within a piece of a thousand positions in float32, as a multiple
// of epsilon and of the sum of the absolute values: far below the thousand that sequential addition
// may reach, far above the effect of random signs.
const sumError = 64

// fewRoundings is more than the roundings of an operation on a single position.
const fewRoundings = 16

func checkAffine(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		shape := b.shape()
		n := shape.Channels
		rows := b.anyRows(shape.Height)
		src := b.holding(shape, rows, b.values())
		dst := b.holding(shape, rows, b.scaled(float32(largest(src.was))))
		weight, weights := b.plane(shape.Height, shape.Width)
		a, offset := make([]float64, n*n), make([]float64, n)
		var perRow float64
		for c := range n {
			var sum float64
			for e := range c + 1 {
				a[c*n+e] = b.random.NormFloat64()
				a[e*n+c] = a[c*n+e]
			}
			for e := range n {
				sum += math.Abs(a[c*n+e])
			}
			perRow = max(perRow, sum+4)
			offset[c] = b.random.NormFloat64() * largest(src.was)
		}
		perRow = max(perRow, 4*float64(n)) // rows filled by symmetry count too
		add, affine := b.flag("add"), b.affine(n)
		for i, d := range b.device {
			d.WriteAffine(affine[i], a, offset)
			d.AddAffine(engine.AddAffine{Affine: affine[i], Src: src.on[i], Weight: weight[i], Rows: rows, Dst: dst.on[i], Add: add})
		}
		tolerance := fewRoundings*epsilon*largest(weights)*(perRow+4)*largest(src.was) + 2*epsilon*largest(dst.was)
		b.written("affine", dst, rows, tolerance)
		b.unchanged("affine", src)
	})
}

func checkSquaredDistance(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		shape := b.tallShape()
		fill := b.values()
		src, target := b.whole(shape, fill), b.whole(shape, fill)
		weight, weights := b.plane(shape.Height, shape.Width)
		windows := b.pieces(shape)
		row := b.scalars(2)
		for i, d := range b.device {
			for range 2 {
				d.ResetScalars(row[i])
				for _, rows := range windows {
					d.AddSquaredDistance(engine.AddSquaredDistance{Sum: engine.Scalar{Of: row[i], At: 1}, Src: src.on[i], Target: target.on[i], Weight: weight[i], Rows: rows})
				}
			}
		}
		var scale float64
		for i := range src.was {
			distance := float64(src.was[i]) - float64(target.was[i])
			scale += math.Abs(float64(weights[i%shape.Positions()])) * distance * distance
		}
		r := b.results(row)
		b.nearNumber("squared distance", r[tested][1], r[truth][1], sumError*epsilon*scale)
		b.unchanged("squared distance", src, target)
	})
}

func checkDifference(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		shape := b.shape()
		rows := b.anyRows(shape.Height)
		fill := b.values()
		src, target := b.holding(shape, rows, fill), b.holding(shape, rows, fill)
		dst := b.holding(shape, rows, b.scaled(float32(largest(src.was))))
		weight, weights := b.plane(shape.Height, shape.Width)
		scale, add := float32(b.random.NormFloat64()), b.flag("add")
		for i, d := range b.device {
			d.AddDifference(engine.AddDifference{Src: src.on[i], Target: target.on[i], Scale: scale, Weight: weight[i], Rows: rows, Dst: dst.on[i], Add: add})
		}
		peak := math.Abs(float64(scale)) * largest(weights) * (largest(src.was) + largest(target.was))
		b.written("difference", dst, rows, 4*epsilon*peak+2*epsilon*largest(dst.was))
		b.unchanged("difference", src, target)
	})
}

func checkTotalVariation(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		h, w := b.size(1200)
		fill := b.values()
		kind := rapid.SampledFrom([]engine.TotalVariation{engine.AbsoluteVariation, engine.SquaredVariation, engine.NinePointVariation}).Draw(b.T, "kind")
		image := b.image(h, w, fill(3*h*w))
		gradient := b.image(h, w, b.scaled(float32(largest(image.vector.was)))(3*h*w))
		scale, valueOnly := math.Exp(b.random.NormFloat64()), b.flag("value only")
		row := b.scalars(1)
		for i, d := range b.device {
			d.ResetScalars(row[i])
			op := engine.AddTotalVariation{Kind: kind, Image: image.on[i], Scale: scale, Sum: engine.Scalar{Of: row[i]}, Gradient: gradient.on[i]}
			if valueOnly {
				op.Gradient = nil
			}
			d.AddTotalVariation(op)
		}
		// A difference is rounded by epsilon of itself, so the summands have no large error.
		r := b.results(row)
		b.nearNumber("total variation", r[tested][0], r[truth][0], sumError*epsilon*math.Abs(r[truth][0]))
		b.intact("total variation", image.vector)
		if valueOnly {
			b.intact("total variation without gradient", gradient.vector)
			return
		}
		slope := 4.0
		if kind != engine.AbsoluteVariation {
			slope = 8 * 2 * 2 * largest(image.vector.was) // eight neighbours of weight at most 1
		}
		tolerance := fewRoundings*epsilon*scale*slope + 4*epsilon*largest(gradient.vector.was)
		b.close("the gradient of a total variation", gradient.vector, func(int) float64 { return tolerance })
	})
}
