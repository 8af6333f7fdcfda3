package enginetest

import (
	"math"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
)

// epsilon is half the distance from 1 to the next float32: the error of one rounding.
const epsilon = 1.0 / (1 << 24)

// The error of a convolution in float32, as multiples of epsilon. Sums with random signs have errors far
// below directError times the sum of the absolute values. Winograd F(4x4,3x3) multiplies by up
// to 5 twice in its input transform and by 8 twice in its output transform: an additional error that grows with the
// root of the number of channels. With 64 channels all that is a hundredth of the error of one missing tap.
const (
	directError   = 4
	winogradError = 256
	biasError     = 16 // and as much again, for sums that begin with the bias, by the root
)

// twinConvolution is a convolution on both devices.
type twinConvolution struct {
	on             [sides]engine.Convolution
	in, out        int
	weight, bias   []float32
	padding        engine.Padding
	perOut, perIn  float64 // the largest sum of |weight| over what one output or input channel touches
	largestBias    float64
	largestWeight  float64
	foldedByBorder float64 // how often a border may add the gradient to one place
}

// convolution draws one that takes a map of the given size.
func (b *bench) convolution(height, width int) twinConvolution {
	in := b.upTo("in", channelCounts, maxProducts/9/(height*width))
	out := b.upTo("out", channelCounts, maxProducts/9/(height*width)/in)
	return b.convolutionOf(in, out)
}

func (b *bench) convolutionOf(in, out int) (c twinConvolution) {
	c.in, c.out, c.padding = in, out, b.padding()
	c.weight, c.bias = b.normal(9*in*out), b.normal(out)
	for i, d := range b.device {
		c.on[i], _ = d.NewConvolution(in, out, c.weight, c.bias, c.padding)
		b.open = append(b.open, c.on[i])
	}
	c.measure()
	return c
}

func (c *twinConvolution) measure() {
	perIn := make([]float64, c.in)
	for k := range c.out {
		var sum float64
		for i, w := range c.weight[k*c.in*9 : (k+1)*c.in*9] {
			sum += math.Abs(float64(w))
			perIn[i/9] += math.Abs(float64(w))
		}
		c.perOut = max(c.perOut, sum)
	}
	for _, sum := range perIn {
		c.perIn = max(c.perIn, sum)
	}
	c.largestBias, c.largestWeight = largest(c.bias), largest(c.weight)
	c.foldedByBorder = 1
	if c.padding != engine.PadZero {
		c.foldedByBorder = 4
	}
}

// forwardTolerance bounds the error if the input is at most x.
func (c *twinConvolution) forwardTolerance(x float64) float64 {
	return productError(c.perOut, c.largestWeight, c.in)*x + biasError*(1+math.Sqrt(float64(c.in)))*epsilon*c.largestBias
}

// backwardTolerance bounds the error if the gradient of the output is at most g and the previous contents, to which
// it is added, at most before.
func (c *twinConvolution) backwardTolerance(g, before float64) float64 {
	return productError(c.perIn, c.largestWeight, c.out)*c.foldedByBorder*g + 2*epsilon*before
}

// productError bounds the error of a sum over channels, if the factors are at most 1.
func productError(sumOfWeights, largestWeight float64, channels int) float64 {
	return epsilon * (directError*sumOfWeights + winogradError*math.Sqrt(float64(channels))*largestWeight)
}

// reach returns the rows that a convolution reads for r; some may lie beyond the map.
func reach(r engine.Rows) engine.Rows { return engine.Rows{From: r.From - 1, To: r.To + 1} }

// positive returns which of the numbers of m are greater than zero, as the bits of a mask; rows that m
// does not hold are false.
func positive(m twinMap, values []float32) []bool {
	bits := make([]bool, m.shape.Elements())
	for c := range m.shape.Channels {
		for y := m.held.From; y < m.held.To; y++ {
			for x := range m.shape.Width {
				bits[(c*m.shape.Height+y)*m.shape.Width+x] = values[m.at(c, y, x)] > 0
			}
		}
	}
	return bits
}

func checkForward(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		h, w := b.size(1200)
		conv := b.convolution(h, w)
		out := engine.Shape{Channels: conv.out, Height: h, Width: w}
		rows := b.tiles(h)
		src := b.holding(engine.Shape{Channels: conv.in, Height: h, Width: w}, reach(rows), b.values())
		dst := b.holding(out, rows, b.normal)
		linear := b.flag("linear")
		var mask twinMask
		if !linear && b.flag("mask") {
			mask = b.maskOf(out)
		}
		for i, d := range b.device {
			d.Forward(engine.Forward{Conv: conv.on[i], Src: src.on[i], Rows: rows, Linear: linear, Dst: dst.on[i], Mask: mask.on[i]})
		}
		b.written("forward", dst, rows, conv.forwardTolerance(largest(src.was)))
		b.unchanged("forward", src)
		if mask.was != nil {
			b.masked("forward", mask, rows, positive(dst, b.read(dst)))
		}
	})
}

// checkForwardPooled compares the pooled map and the routes with the full map that the same operation
// stored: they must agree to the bit, and with the result if the full map is not stored.
func checkForwardPooled(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		h, w := b.size(1200)
		h, w = max(h, 2), max(w, 2)
		conv := b.convolution(h, w)
		out := engine.Shape{Channels: conv.out, Height: h, Width: w}
		rows := b.tiles(h)
		half := engine.Rows{From: rows.From / 2, To: rows.To / 2}
		src := b.holding(engine.Shape{Channels: conv.in, Height: h, Width: w}, reach(rows), b.values())
		dst, pool, mask := b.holding(out, rows, b.normal), b.holding(out.Pooled(), half, b.normal), b.maskOf(out)
		alone, unseen := b.holding(out.Pooled(), half, b.normal), b.maskOf(out)
		pooling, maskless := b.pooling(), b.flag("without mask")
		for i, d := range b.device {
			op := engine.Forward{Conv: conv.on[i], Src: src.on[i], Rows: rows, Dst: dst.on[i], Mask: mask.on[i], Pool: pool.on[i], Pooling: pooling}
			d.Forward(op)
			op.Dst, op.Mask, op.Pool = nil, unseen.on[i], alone.on[i]
			d.Forward(op)
			if maskless {
				op.Mask = nil
				d.Forward(op)
			}
		}
		tolerance := conv.forwardTolerance(largest(src.was))
		b.written("forward", dst, rows, tolerance)
		b.written("pooled", pool, half, tolerance)
		b.written("pooled alone", alone, half, tolerance)
		b.unchanged("forward", src)
		full := b.read(dst)
		b.poolsTo("pooled", dst, full, pool, half, pooling)
		b.poolsTo("pooled alone", dst, full, alone, half, pooling)
		b.masked("pooled", mask, rows, routes(dst, full, pooling))
		b.masked("pooled alone", unseen, rows, routes(dst, full, pooling))
	})
}

func checkBackward(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		h, w := b.size(1200)
		routed := b.flag("routed")
		if routed {
			h, w = max(h, 2), max(w, 2)
		}
		conv := b.convolution(h, w)
		in, out := engine.Shape{Channels: conv.in, Height: h, Width: w}, engine.Shape{Channels: conv.out, Height: h, Width: w}
		rows := b.tiles(h)
		pooling := b.pooling()
		var src twinMap
		var route, mask twinMask
		if routed {
			route = b.routesOf(out, pooling)
			needed := reach(rows)
			src = b.holding(out.Pooled(), engine.Rows{From: max(needed.From, 0) / 2, To: (needed.To + 1) / 2}, b.values())
		} else {
			src = b.holding(out, reach(rows), b.values())
		}
		if b.flag("mask") {
			mask = b.maskOf(in)
		}
		dst := b.holding(in, rows, b.scaled(float32(largest(src.was))))
		add := b.flag("add")
		for i, d := range b.device {
			d.Backward(engine.Backward{Conv: conv.on[i], Src: src.on[i], Routes: route.on[i], Pooling: pooling, Rows: rows, Dst: dst.on[i], Add: add, Mask: mask.on[i]})
		}
		b.written("backward", dst, rows, conv.backwardTolerance(largest(src.was), largest(dst.was)))
		b.unchanged("backward", src)
		for _, m := range []twinMask{route, mask} {
			if m.was != nil {
				b.masked("backward", m, engine.Rows{}, nil)
			}
		}
	})
}

// dot returns x . y.
func dot(x, y []float32) (sum float64) {
	for i := range x {
		sum += float64(x[i]) * float64(y[i])
	}
	return sum
}

func norm(x []float32) float64 { return math.Sqrt(dot(x, x)) }

// checkAdjoint checks that <conv(x) - conv(0), y> = <x, conv^T(y)>, without using the reference.
func checkAdjoint(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		h, w := b.size(1200)
		conv := b.convolution(h, w)
		in, out := engine.Shape{Channels: conv.in, Height: h, Width: w}, engine.Shape{Channels: conv.out, Height: h, Width: w}
		all := engine.All(in)
		x, gx := b.whole(in, b.normal), b.whole(in, b.normal)
		y, gy := b.whole(out, b.normal), b.whole(out, b.normal)
		d := b.device[tested]
		d.Forward(engine.Forward{Conv: conv.on[tested], Src: x.on[tested], Rows: all, Linear: true, Dst: y.on[tested]})
		d.Backward(engine.Backward{Conv: conv.on[tested], Src: gy.on[tested], Rows: all, Dst: gx.on[tested]})
		linear := b.read(y)
		for k, bias := range conv.bias {
			for p := range out.Positions() {
				linear[k*out.Positions()+p] -= bias
			}
		}
		left, right := dot(linear, gy.was), dot(x.was, b.read(gx))
		tolerance := 4 * (conv.forwardTolerance(largest(x.was))*norm(gy.was) + conv.backwardTolerance(largest(gy.was), 0)*norm(x.was))
		if !(math.Abs(left-right) <= tolerance) {
			b.Fatalf("<conv(x), y> = %v, <x, conv^T(y)> = %v", left, right)
		}
	})
}

// checkWide tests the sizes that random draws leave out: many channels, many tiles.
func checkWide(t rapid.TB, device engine.Device) {
	cases := []engine.Shape{{Channels: 128, Height: 9, Width: 6}, {Channels: 64, Height: 21, Width: 38}, {Channels: 256, Height: 5, Width: 7}}
	try(t, device, func(b *bench) {
		if b.random.IntN(4) != 0 { // a trial takes as long as ten of the others
			return
		}
		s := rapid.SampledFrom(cases).Draw(b.T, "case")
		conv := b.convolutionOf(s.Channels, rapid.SampledFrom([]int{16, 33, 48}).Draw(b.T, "out"))
		out := engine.Shape{Channels: conv.out, Height: s.Height, Width: s.Width}
		all := engine.All(s)
		src, dst, gradient := b.whole(s, b.normal), b.whole(out, b.normal), b.whole(s, b.normal)
		for i, d := range b.device {
			d.Forward(engine.Forward{Conv: conv.on[i], Src: src.on[i], Rows: all, Dst: dst.on[i]})
			d.Backward(engine.Backward{Conv: conv.on[i], Src: dst.on[i], Rows: all, Dst: gradient.on[i]})
		}
		tolerance := conv.forwardTolerance(largest(src.was))
		b.written("forward", dst, all, tolerance)
		peak := largest(b.read(dst))
		b.written("backward", gradient, all, conv.backwardTolerance(peak, 0)+conv.perIn*conv.foldedByBorder*tolerance)
	})
}
