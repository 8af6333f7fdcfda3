package enginetest

import (
	"math"
	"slices"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
)

// taps draws windows of random weights that sum to 1, from n numbers to m: in order, and some of them
// beyond the ends.
func (b *bench) taps(n, m int) engine.Taps {
	width := rapid.IntRange(1, 9).Draw(b.T, "width of the windows")
	t := engine.Taps{First: make([]int, m), Width: width}
	for i := range m {
		t.First[i] = int(math.Floor((float64(i)+0.5)*float64(n)/float64(m) - float64(width)/2))
		sum, row := 0.0, make([]float64, width)
		for k := range row {
			row[k] = b.random.Float64() - 0.1
			sum += row[k]
		}
		if sum < 1 {
			row[0] += 1 - sum
			sum = 1
		}
		for _, v := range row {
			t.Weights = append(t.Weights, float32(v/sum))
		}
	}
	return t
}

// resampling draws sizes and windows.
func (b *bench) resampling() engine.Resampling {
	var r engine.Resampling
	r.Height, r.Width = b.size(700)
	r.ToHeight, r.ToWidth = b.size(700)
	r.Across, r.Down = b.taps(r.Width, r.ToWidth), b.taps(r.Height, r.ToHeight)
	return r
}

// kink is where the slope of sRGB's transfer curve jumps, by a sixtieth; a device may use a table of it.
const kink = 0.04045

// shades returns values of pixels, some of them beyond the limits or at them, none near the kink.
func (b *bench) shades(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = min(max(1.6*b.random.Float32()-0.3, -0.2), 1.2)
		switch b.random.IntN(20) {
		case 0:
			v[i] = 0
		case 1:
			v[i] = 1
		}
	}
	return awayFromKink(v)
}

func awayFromKink(v []float32) []float32 {
	for i, x := range v {
		if math.Abs(float64(x)-kink) < 1e-3 {
			v[i] = 0.05
		}
	}
	return v
}

// resamplers prepares a resampling on both devices.
func (b *bench) resamplers(r engine.Resampling) (on [sides]engine.Resampler) {
	for i, d := range b.device {
		on[i], _ = d.NewResampler(r)
		b.open = append(b.open, on[i])
	}
	return on
}

func checkResample(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		r := b.resampling()
		resampler := b.resamplers(r)
		src := b.image(r.Height, r.Width, b.shades(3*r.Height*r.Width))
		dst := b.image(r.ToHeight, r.ToWidth, b.normal(3*r.ToHeight*r.ToWidth))
		for i, d := range b.device {
			for range 2 {
				d.Resample(engine.Resample{Resampler: resampler[i], Src: src.on[i], Dst: dst.on[i]})
			}
		}
		// Near black the curve is so steep that rounding matters more.
		b.close("resampling", dst.vector, func(int) float64 { return 2e-5 })
		b.intact("resampling", src.vector)
		if device.ResamplerBytes(r) < 0 {
			b.Fatalf("a resampler takes %d bytes", device.ResamplerBytes(r))
		}
	})
}

func checkResampleBackward(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		r := b.resampling()
		n, m := 3*r.Height*r.Width, 3*r.ToHeight*r.ToWidth
		resampler, absolute := b.resamplers(r), r
		src := b.image(r.Height, r.Width, b.shades(n))
		made, gradient := b.image(r.ToHeight, r.ToWidth, b.shades(m)), b.image(r.ToHeight, r.ToWidth, b.normal(m))
		dst := b.image(r.Height, r.Width, b.normal(n))
		backward := func(side int, on engine.Resampler, gradient engine.Image) {
			b.device[side].ResampleBackward(engine.ResampleBackward{Resampler: on, Src: src.on[side], Resampled: made.on[side], Gradient: gradient, Dst: dst.on[side]})
		}
		// The errors are compared with the same sums of absolute values.
		absolute.Across.Weights, absolute.Down.Weights = absolutes(r.Across.Weights), absolutes(r.Down.Weights)
		plain := b.resamplers(absolute)[truth]
		sizes := b.image(r.ToHeight, r.ToWidth, absolutes(gradient.vector.was))
		backward(truth, plain, sizes.on[truth])
		scale := make([]float32, n)
		b.device[truth].Read(scale, dst.on[truth])
		for i := range b.device {
			backward(i, resampler[i], gradient.on[i])
		}
		b.close("resampling backward", dst.vector, func(i int) float64 { return sumError * epsilon * float64(scale[i]) })
		for i, v := range src.vector.was {
			if got := b.get(dst.on[tested])[i]; (v < 0 || v > 1) && got != 0 {
				b.Fatalf("resampling backward: the derivative at %v is %v", v, got)
			}
		}
		b.intact("resampling backward", src.vector, made.vector, gradient.vector)
	})
}

// checkResampleDifferences compares the derivative with differences along a random direction, on the device alone.
func checkResampleDifferences(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		r := b.resampling()
		r.Across.Weights, r.Down.Weights = softened(r.Across), softened(r.Down)
		d, on := b.device[tested], b.resamplers(r)
		at := make([]float32, 3*r.Height*r.Width)
		for i := range at {
			at[i] = 0.4 + 0.2*b.random.Float32() // so that nothing reaches the limits
		}
		src, dst := b.image(r.Height, r.Width, at), b.image(r.Height, r.Width, at)
		made, gradient := b.image(r.ToHeight, r.ToWidth, b.normal(3*r.ToHeight*r.ToWidth)), b.image(r.ToHeight, r.ToWidth, b.normal(3*r.ToHeight*r.ToWidth))
		value := func(x []float32) (sum float64) {
			d.Write(src.on[tested], x)
			d.Resample(engine.Resample{Resampler: on[tested], Src: src.on[tested], Dst: made.on[tested]})
			for i, v := range b.get(made.on[tested]) {
				sum += float64(v) * float64(gradient.vector.was[i])
			}
			return sum
		}
		value(at)
		d.ResampleBackward(engine.ResampleBackward{Resampler: on[tested], Src: src.on[tested], Resampled: made.on[tested], Gradient: gradient.on[tested], Dst: dst.on[tested]})
		const step = 2e-3
		forward, back := slices.Clone(at), slices.Clone(at)
		predicted, size := 0.0, 0.0
		for i, slope := range b.get(dst.on[tested]) {
			direction := b.random.Float64() - 0.5
			forward[i] += float32(step * direction)
			back[i] -= float32(step * direction)
			predicted += direction * float64(slope)
			size += math.Abs(direction * float64(slope))
		}
		b.nearNumber("resampling: the derivative by differences", (value(forward)-value(back))/(2*step), predicted, 0.02*size+2e-3)
	})
}

// softened returns weights of which none is negative.
func softened(t engine.Taps) []float32 {
	weights := absolutes(t.Weights)
	for i := range t.First {
		row, sum := weights[i*t.Width:][:t.Width], float32(0)
		for _, v := range row {
			sum += v
		}
		for k := range row {
			row[k] /= sum
		}
	}
	return weights
}
