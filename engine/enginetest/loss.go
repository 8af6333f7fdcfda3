package enginetest

import (
	"math"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
	"pgregory.net/rapid"
)

// sumError bounds the error of a sum within a piece of a thousand positions in float32, as a multiple
// of epsilon and of the sum of the absolute values: far below the thousand that adding one after the
// other may reach, far above what random signs leave.
const sumError = 64

// fewRoundings is more than the roundings of an operation on a single position.
const fewRoundings = 16

// pieces draws consecutive windows on whole pieces, and now and then leaves one out.
func (b *bench) pieces(shape engine.Shape) (windows []engine.Rows) {
	step := engine.PieceRows(shape.Width)
	for from := 0; from < shape.Height; {
		to := min(from+step*rapid.IntRange(1, 3).Draw(b.T, "pieces"), shape.Height)
		if len(windows) == 0 || rapid.IntRange(0, 9).Draw(b.T, "left out") != 0 {
			windows = append(windows, engine.Rows{From: from, To: to})
		}
		from = to
	}
	return windows
}

// tallShape draws a shape of which a reduction sees several pieces.
func (b *bench) tallShape() engine.Shape {
	s := b.shape()
	if b.flag("tall") {
		s = engine.Shape{Channels: b.upTo("channels", channelCounts, 33), Height: 150, Width: b.upTo("width", lengths, 9)}
	}
	return s
}

func checkMoments(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		shape := b.tallShape()
		src := b.whole(shape, b.values())
		weight, weights := b.plane(shape.Height, shape.Width)
		windows := b.pieces(shape)
		var moments [sides]engine.Moments
		absolute := reference.New64().NewMoments(shape.Channels)
		for i, d := range b.device {
			moments[i] = d.NewMoments(shape.Channels)
			for range 2 { // what was there before a reset does not matter
				d.ResetMoments(moments[i])
				for _, rows := range windows {
					d.AddMoments(engine.AddMoments{Moments: moments[i], Src: src.on[i], Weight: weight[i], Rows: rows})
				}
			}
		}
		scale := b.absoluteMoments(absolute, shape, src.was, weights)
		got, want := device.ReadMoments(moments[tested]), b.device[truth].ReadMoments(moments[truth])
		if weight[tested] == nil && got.Weight != want.Weight {
			b.Fatalf("moments: weight of the positions is %v, want %v", got.Weight, want.Weight)
		}
		b.nearNumber("moments: weight", got.Weight, want.Weight, sumError*epsilon*scale.Weight)
		for c := range shape.Channels {
			b.nearNumber("moments: sum", got.Sum[c], want.Sum[c], sumError*epsilon*scale.Sum[c])
			for e := range shape.Channels {
				i := c*shape.Channels + e
				b.nearNumber("moments: product", got.Gram[i], want.Gram[i], sumError*epsilon*scale.Gram[i])
				if mirror := got.Gram[e*shape.Channels+c]; got.Gram[i] != mirror {
					b.Fatalf("moments: product %d,%d is %v and %d,%d is %v", c, e, got.Gram[i], e, c, mirror)
				}
			}
		}
		b.unchanged("moments", src)
	})
}

// absoluteMoments returns the moments of the absolute values, to which errors are compared.
func (b *bench) absoluteMoments(m engine.Moments, shape engine.Shape, values, weights []float32) engine.Statistics {
	d := reference.New64()
	arena, err := d.NewArena(arenaBytes)
	if err != nil {
		b.Fatal(err)
	}
	f, w := arena.Map(0, shape, shape.Height), arena.Plane(arenaBytes/2, shape.Height, shape.Width)
	d.WriteMap(f, engine.All(shape), absolutes(values))
	d.WritePlane(w, absolutes(weights))
	d.AddMoments(engine.AddMoments{Moments: m, Src: f, Weight: w, Rows: engine.All(shape)})
	return d.ReadMoments(m)
}

func absolutes(values []float32) []float32 {
	a := make([]float32, len(values))
	for i, v := range values {
		a[i] = max(v, -v)
	}
	return a
}

func (b *bench) nearNumber(what string, got, want, tolerance float64) {
	b.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		b.Fatalf("%s is %v, want %v to %.2g", what, got, want, tolerance)
	}
}

// checkMomentsOfIntegers adds what every order of sums adds exactly, from two maps.
func checkMomentsOfIntegers(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		channels := b.upTo("channels", channelCounts, 70)
		var moments [sides]engine.Moments
		for i, d := range b.device {
			moments[i] = d.NewMoments(channels)
			d.ResetMoments(moments[i])
		}
		for range 2 {
			h, w := b.size(300)
			src := b.whole(engine.Shape{Channels: channels, Height: h, Width: w}, b.coarse)
			for i, d := range b.device {
				d.AddMoments(engine.AddMoments{Moments: moments[i], Src: src.on[i], Rows: engine.Rows{To: h}})
			}
		}
		got, want := device.ReadMoments(moments[tested]), b.device[truth].ReadMoments(moments[truth])
		b.nearNumber("moments of integers: weight", got.Weight, want.Weight, 0)
		for i := range want.Sum {
			b.nearNumber("moments of integers: sum", got.Sum[i], want.Sum[i], 0)
		}
		for i := range want.Gram {
			b.nearNumber("moments of integers: product", got.Gram[i], want.Gram[i], 0)
		}
	})
}

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
		perRow = max(perRow, 4*float64(n)) // rows filled later by symmetry count too
		add := b.flag("add")
		for i, d := range b.device {
			affine := d.NewAffine(n)
			d.SetAffine(affine, a, offset)
			d.AddAffine(engine.AddAffine{Affine: affine, Src: src.on[i], Weight: weight[i], Rows: rows, Dst: dst.on[i], Add: add})
		}
		tolerance := fewRoundings*epsilon*largest(weights)*(perRow+4)*largest(src.was) + 2*epsilon*largest(dst.was)
		b.written("affine", dst, rows, tolerance)
		b.unchanged("affine", src)
	})
}

// checkMomentDistance holds a device's distance against its own moments, and the gradient that it sets
// against the same matrix set by the host.
func checkMomentDistance(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		shape := b.shape()
		n := shape.Channels
		src := b.whole(shape, b.normal)
		weight, _ := b.plane(shape.Height, shape.Width)
		target := make([]float64, n*n)
		for c := range n {
			for e := range c + 1 {
				target[c*n+e] = b.random.NormFloat64()
				target[e*n+c] = target[c*n+e]
			}
		}
		dst := b.whole(shape, b.normal)
		for i, d := range b.device {
			moments, affine := d.NewMoments(n), d.NewAffine(n)
			d.ResetMoments(moments)
			d.SetAffine(affine, target, target[:n]) // what was there before does not matter
			distance, w := d.MomentDistance(engine.MomentDistance{Moments: moments, Target: target, Affine: affine, Scale: 4})
			if distance != 0 || w != 0 {
				b.Fatalf("distance of no moments is %v with weight %v", distance, w)
			}
			d.AddMoments(engine.AddMoments{Moments: moments, Src: src.on[i], Weight: weight[i], Rows: engine.All(shape)})
			s := d.ReadMoments(moments)
			if s.Weight <= 0 {
				return
			}
			want, a := 0.0, make([]float64, n*n)
			for k, v := range s.Gram {
				difference := v/s.Weight - target[k]
				want += difference * difference
				a[k] = 0.25 / s.Weight * difference
			}
			distance, w = d.MomentDistance(engine.MomentDistance{Moments: moments, Target: target, Affine: affine, Scale: 0.25})
			b.nearNumber("distance of moments", distance, want, 1e-9*want)
			b.nearNumber("distance of moments: weight", w, s.Weight, 0)
			b.sameAffine(d, affine, a, src.on[i], dst.on[i], shape)
		}
	})
}

// sameAffine applies an affine map and one that is set to a, and compares.
func (b *bench) sameAffine(d engine.Device, affine engine.Affine, a []float64, src, dst engine.Map, shape engine.Shape) {
	read := func(m engine.Affine) []float32 {
		d.AddAffine(engine.AddAffine{Affine: m, Src: src, Rows: engine.All(shape), Dst: dst})
		v := make([]float32, shape.Elements())
		d.ReadMap(v, dst, engine.All(shape))
		return v
	}
	other := d.NewAffine(shape.Channels)
	d.SetAffine(other, a, make([]float64, shape.Channels))
	got, want := read(affine), read(other)
	scale := 0.0
	for _, v := range a {
		scale = max(scale, math.Abs(v))
	}
	for i := range want {
		b.nearNumber("gradient of a distance of moments", float64(got[i]), float64(want[i]), fewRoundings*epsilon*scale*float64(shape.Channels)*8)
	}
}

func checkSquaredDistance(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		shape := b.tallShape()
		fill := b.values()
		src, target := b.whole(shape, fill), b.whole(shape, fill)
		weight, weights := b.plane(shape.Height, shape.Width)
		windows := b.pieces(shape)
		var result [sides]float64
		for i, d := range b.device {
			sum := d.NewSum()
			for range 2 {
				d.ResetSum(sum)
				for _, rows := range windows {
					d.AddSquaredDistance(engine.AddSquaredDistance{Sum: sum, Src: src.on[i], Target: target.on[i], Weight: weight[i], Rows: rows})
				}
			}
			result[i] = d.ReadSum(sum)
		}
		var scale float64
		for i := range src.was {
			distance := float64(src.was[i]) - float64(target.was[i])
			scale += math.Abs(float64(weights[i%shape.Positions()])) * distance * distance
		}
		b.nearNumber("squared distance", result[tested], result[truth], sumError*epsilon*scale)
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

func checkVariation(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		h, w := b.size(1200)
		fill := b.values()
		kind := rapid.SampledFrom([]engine.Variation{engine.VariationL1, engine.VariationL2, engine.VariationNine}).Draw(b.T, "kind")
		image := b.image(h, w, fill(3*h*w))
		gradient := b.image(h, w, b.scaled(float32(largest(image.vector.was)))(3*h*w))
		scale, valueOnly := math.Exp(b.random.NormFloat64()), b.flag("value only")
		var result [sides]float64
		for i, d := range b.device {
			sum := d.NewSum()
			d.ResetSum(sum)
			op := engine.AddVariation{Kind: kind, Image: image.on[i], Scale: scale, Sum: sum, Gradient: gradient.on[i]}
			if valueOnly {
				op.Gradient = nil
			}
			d.AddVariation(op)
			result[i] = d.ReadSum(sum)
		}
		// A difference is rounded by epsilon of itself, so what is summed has no large error.
		b.nearNumber("variation", result[tested], result[truth], sumError*epsilon*math.Abs(result[truth]))
		b.intact("variation", image.vector)
		if valueOnly {
			b.intact("variation without gradient", gradient.vector)
			return
		}
		slope := 4.0
		if kind != engine.VariationL1 {
			slope = 8 * 2 * 2 * largest(image.vector.was) // eight neighbours of weight at most 1
		}
		tolerance := fewRoundings*epsilon*scale*slope + 4*epsilon*largest(gradient.vector.was)
		b.close("variation's gradient", gradient.vector, func(int) float64 { return tolerance })
	})
}
