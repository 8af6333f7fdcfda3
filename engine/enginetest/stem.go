package enginetest

import (
	"math"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
)

// twinStem is a stem on both devices.
type twinStem struct {
	twinConvolution
	on     [sides]engine.Stem
	matrix float64 // the largest sum of |Matrix| over a row or column
	offset float64 // the largest |Offset|
}

func (b *bench) stem(height, width int) (s twinStem) {
	s.in, s.padding = 3, b.padding()
	s.out = b.upTo("out", channelCounts, maxProducts/27/(height*width))
	s.weight, s.bias = b.normal(27*s.out), b.normal(s.out)
	s.measure()
	var pre engine.Preprocessing
	copy(pre.Offset[:], b.normal(3))
	s.offset = largest(pre.Offset[:])
	var columns [3]float64
	for c := range 3 {
		copy(pre.Matrix[c][:], b.normal(3))
		var row float64
		for i, v := range pre.Matrix[c] {
			row += math.Abs(float64(v))
			columns[i] += math.Abs(float64(v))
		}
		s.matrix = max(s.matrix, row)
	}
	s.matrix = max(s.matrix, columns[0], columns[1], columns[2])
	for i, d := range b.device {
		s.on[i], _ = d.NewStem(s.out, s.weight, s.bias, pre, s.padding)
		b.open = append(b.open, s.on[i])
	}
	return s
}

func checkStemForward(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		h, w := b.size(1200)
		stem := b.stem(h, w)
		image := b.image(h, w, b.values()(3*h*w))
		out := engine.Shape{Channels: stem.out, Height: h, Width: w}
		rows := b.tiles(h)
		dst := b.holding(out, rows, b.normal)
		linear := b.flag("linear")
		var mask twinMask
		if !linear && b.flag("mask") {
			mask = b.maskOf(out)
		}
		for i, d := range b.device {
			d.StemForward(engine.StemForward{Stem: stem.on[i], Image: image.on[i], Rows: rows, Dst: dst.on[i], Linear: linear, Mask: mask.on[i]})
		}
		b.written("stem forward", dst, rows, stem.forwardTolerance(largest(image.vector.was)*stem.matrix+stem.offset))
		b.intact("stem forward", image.vector)
		if mask.was != nil {
			b.masked("stem forward", mask, rows, positive(dst, b.read(dst)))
		}
	})
}

func checkStemBackward(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		h, w := b.size(1200)
		stem := b.stem(h, w)
		rows := b.tiles(h)
		src := b.holding(engine.Shape{Channels: stem.out, Height: h, Width: w}, reach(rows), b.values())
		image := b.image(h, w, b.scaled(float32(largest(src.was)))(3*h*w))
		add := b.flag("add")
		for i, d := range b.device {
			d.StemBackward(engine.StemBackward{Stem: stem.on[i], Src: src.on[i], Rows: rows, Dst: image.on[i], Add: add})
		}
		b.unchanged("stem backward", src)
		tolerance := stem.matrix*stem.backwardTolerance(largest(src.was), 0) + 2*epsilon*largest(image.vector.was)
		got := b.get(image.on[tested])
		b.close("stem backward", image.vector, func(i int) float64 {
			if y := i / w % h; y < rows.From || y >= rows.To {
				if got[i] != image.vector.was[i] {
					b.Fatalf("stem backward: row %d was %v and is %v, and rows [%d,%d) were to be written", y, image.vector.was[i], got[i], rows.From, rows.To)
				}
			}
			return tolerance
		})
	})
}
