package enginetest

import (
	"math"
	"slices"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
)

// pieces draws consecutive windows of complete pieces, and sometimes leaves one out.
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

// tallShape draws a shape with several pieces.
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
		moments := b.moments(shape.Channels)
		for i, d := range b.device {
			for range 2 { // the contents before a reset do not matter
				d.ResetMoments(moments[i])
				for _, rows := range windows {
					d.AddMoments(engine.AddMoments{Moments: moments[i], Src: src.on[i], Weight: weight[i], Rows: rows})
				}
			}
		}
		scale := b.absoluteMoments(shape, src.was, weights)
		s := b.statistics(moments)
		got, want := s[tested], s[truth]
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
func (b *bench) absoluteMoments(shape engine.Shape, values, weights []float32) engine.Statistics {
	const part = arenaBytes / 4
	d := sound(b, reference.New64())
	arena, err := d.NewArena(arenaBytes)
	if err != nil {
		b.Fatal(err)
	}
	f, w := arena.Map(0, shape, shape.Height), arena.Plane(2*part, shape.Height, shape.Width)
	m := arena.Moments(3*part, shape.Channels)
	d.WriteMap(f, engine.All(shape), absolutes(values))
	d.WritePlane(w, absolutes(weights))
	d.AddMoments(engine.AddMoments{Moments: m, Src: f, Weight: w, Rows: engine.All(shape)})
	s, _ := d.ReadMoments(m)
	return s
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

// checkMomentsOfIntegers adds integers from two maps, whose sums are exact in any order.
func checkMomentsOfIntegers(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		channels := b.upTo("channels", channelCounts, 70)
		moments := b.moments(channels)
		for i, d := range b.device {
			d.ResetMoments(moments[i])
		}
		for range 2 {
			h, w := b.size(300)
			src := b.whole(engine.Shape{Channels: channels, Height: h, Width: w}, b.coarse)
			for i, d := range b.device {
				d.AddMoments(engine.AddMoments{Moments: moments[i], Src: src.on[i], Rows: engine.Rows{To: h}})
			}
		}
		s := b.statistics(moments)
		got, want := s[tested], s[truth]
		b.nearNumber("moments of integers: weight", got.Weight, want.Weight, 0)
		for i := range want.Sum {
			b.nearNumber("moments of integers: sum", got.Sum[i], want.Sum[i], 0)
		}
		for i := range want.Gram {
			b.nearNumber("moments of integers: product", got.Gram[i], want.Gram[i], 0)
		}
	})
}

// symmetric returns a symmetric matrix of random numbers.
func (b *bench) symmetric(n int) []float64 {
	a := make([]float64, n*n)
	for c := range n {
		for e := range c + 1 {
			a[c*n+e] = b.random.NormFloat64()
			a[e*n+c] = a[c*n+e]
		}
	}
	return a
}

// randomStatistics returns moments of a positive weight.
func (b *bench) randomStatistics(channels int) engine.Statistics {
	return engine.Statistics{Weight: math.Exp(b.random.NormFloat64()), Sum: b.symmetric(channels)[:channels], Gram: b.symmetric(channels)}
}

// checkMomentsOnHost checks that moments are read back as written, that reading does not change them, and that
// a map is added to what was written.
func checkMomentsOnHost(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		n := b.upTo("channels", channelCounts, 70)
		d, m := b.device[tested], b.moments(n)[tested]
		want := b.randomStatistics(n)
		same := func(what string, got engine.Statistics) {
			if got.Weight != want.Weight || !slices.Equal(got.Sum, want.Sum) || !slices.Equal(got.Gram, want.Gram) {
				b.Fatalf("moments of %d channels %s are %v, want %v", n, what, got, want)
			}
		}
		d.WriteMoments(m, want)
		got, _ := d.ReadMoments(m)
		same("that were written", got)
		d.ResetMoments(m)
		d.ReadMoments(m)
		same("that were read before a reset", got)
		d.WriteMoments(m, want)
		src := b.whole(engine.Shape{Channels: n, Height: 4, Width: 3}, b.coarse)
		d.AddMoments(engine.AddMoments{Moments: m, Src: src.on[tested], Rows: engine.Rows{To: 4}})
		want.Weight += 12
		got, _ = d.ReadMoments(m)
		for c := range n {
			for p, v := range src.was[12*c : 12*c+12] {
				want.Sum[c] += float64(v)
				for e := range n {
					want.Gram[c*n+e] += float64(v * src.was[12*e+p])
				}
			}
			b.nearNumber("written moments: sum", got.Sum[c], want.Sum[c], 1e-12)
		}
		for i := range want.Gram {
			b.nearNumber("written moments: product", got.Gram[i], want.Gram[i], 1e-12)
		}
		b.nearNumber("written moments: weight", got.Weight, want.Weight, 1e-12)
	})
}

// checkMomentDistance compares a device's distance with one computed from its own moments, and the gradient that it
// sets with the same matrix set by the host.
func checkMomentDistance(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		shape := b.shape()
		n := shape.Channels
		src, dst := b.whole(shape, b.normal), b.whole(shape, b.normal)
		weight, _ := b.plane(shape.Height, shape.Width)
		painting, before := b.randomStatistics(n), b.symmetric(n)
		moments, target, affine, row := b.moments(n), b.moments(n), b.affine(n), b.scalars(3)
		for i, d := range b.device {
			distance := func(scale float64) (distance, weight float64) {
				d.MomentDistance(engine.MomentDistance{Moments: moments[i], Painting: target[i], Affine: affine[i], Scale: scale,
					Distance: engine.Scalar{Of: row[i], At: 2}, Weight: engine.Scalar{Of: row[i], At: 0}})
				var results [3]float64
				d.ReadScalars(results[:], row[i])
				return results[2], results[0]
			}
			d.WriteMoments(target[i], painting)
			d.ResetMoments(moments[i])
			d.ResetScalars(row[i])
			d.WriteAffine(affine[i], before, make([]float64, n))
			if distance, w := distance(4); distance != 0 || w != 0 {
				b.Fatalf("distance of no moments is %v with weight %v", distance, w)
			}
			b.sameAffine("an affine map that stays as it was", d, affine[i], before, src.on[i], dst.on[i], shape)
			d.AddMoments(engine.AddMoments{Moments: moments[i], Src: src.on[i], Weight: weight[i], Rows: engine.All(shape)})
			s, _ := d.ReadMoments(moments[i])
			if s.Weight <= 0 {
				return
			}
			want, a := 0.0, make([]float64, n*n)
			for k, v := range s.Gram {
				difference := v/s.Weight - painting.Gram[k]/painting.Weight
				want += difference * difference
				a[k] = 0.25 / s.Weight * difference
			}
			d.WriteAffine(affine[i], before, before[:n]) // the previous contents do not matter
			got, w := distance(0.25)
			b.nearNumber("distance of moments", got, want, 1e-9*want)
			b.nearNumber("distance of moments: weight", w, s.Weight, 0)
			b.sameAffine("gradient of a distance of moments", d, affine[i], a, src.on[i], dst.on[i], shape)
			after, _ := d.ReadMoments(target[i])
			if !slices.Equal(after.Gram, painting.Gram) || after.Weight != painting.Weight {
				b.Fatalf("distance of moments: the painting's moments were %v and are %v", painting, after)
			}
		}
	})
}

// sameAffine applies an affine map and one that is set to a, and compares the results.
func (b *bench) sameAffine(what string, d engine.Device, affine engine.Affine, a []float64, src, dst engine.Map, shape engine.Shape) {
	b.Helper()
	read := func() []float32 {
		d.AddAffine(engine.AddAffine{Affine: affine, Src: src, Rows: engine.All(shape), Dst: dst})
		v := make([]float32, shape.Elements())
		d.ReadMap(v, dst, engine.All(shape))
		return v
	}
	got := read()
	d.WriteAffine(affine, a, make([]float64, shape.Channels))
	want := read()
	scale := 0.0
	for _, v := range a {
		scale = max(scale, math.Abs(v))
	}
	for i := range want {
		b.nearNumber(what, float64(got[i]), float64(want[i]), fewRoundings*epsilon*scale*float64(shape.Channels)*8)
	}
}
