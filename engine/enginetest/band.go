package enginetest

import (
	"math"
	"slices"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
)

// rowOperation is an operation on windows of rows, from a map to a map.
type rowOperation struct {
	name     string
	height   int // of the map whose rows the windows count
	src, dst engine.Shape
	step     int
	reads    func(rows engine.Rows) engine.Rows
	writes   func(rows engine.Rows) engine.Rows
	masks    bool // it writes a mask, of the shape routed
	routed   engine.Shape
	do       func(src, dst engine.Map, mask engine.Mask, rows engine.Rows)
}

func same(rows engine.Rows) engine.Rows { return rows }

func half(rows engine.Rows) engine.Rows { return engine.Rows{From: rows.From / 2, To: rows.To / 2} }

func halfReach(rows engine.Rows) engine.Rows {
	return engine.Rows{From: max(rows.From-1, 0) / 2, To: (rows.To + 2) / 2}
}

// checkBands checks that an operation on a complete map and the same operation in bands, from a ring of rows to
// a ring of rows, give the same bits.
func checkBands(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		h, w := b.size(1200)
		h, w = max(h, 2), max(w, 2)
		for _, op := range append(b.convolutionOperations(h, w), b.elementOperations(h, w)...) {
			b.sameInBands(op)
		}
	})
}

func (b *bench) convolutionOperations(h, w int) []rowOperation {
	conv := b.convolution(2*h, 2*w) // a quarter of the work, since there are five
	in, out := engine.Shape{Channels: conv.in, Height: h, Width: w}, engine.Shape{Channels: conv.out, Height: h, Width: w}
	d, c, pooling := b.device[tested], conv.on[tested], b.pooling()
	mask, routes := b.maskOf(in).on[tested], b.routesOf(out, pooling).on[tested]
	stem := b.stem(h, w)
	image := b.image(h, w, b.normal(3*h*w)).on[tested]
	stemOut := engine.Shape{Channels: stem.out, Height: h, Width: w}
	return []rowOperation{
		{"stem forward", h, engine.Shape{}, stemOut, engine.TileRows, nil, same, true, stemOut,
			func(_, dst engine.Map, mask engine.Mask, rows engine.Rows) {
				d.StemForward(engine.StemForward{Stem: stem.on[tested], Image: image, Rows: rows, Dst: dst, Mask: mask})
			}},
		{"forward", h, in, out, engine.TileRows, reach, same, true, out,
			func(src, dst engine.Map, mask engine.Mask, rows engine.Rows) {
				d.Forward(engine.Forward{Conv: c, Src: src, Rows: rows, Dst: dst, Mask: mask})
			}},
		{"forward pooled", h, in, out.Pooled(), engine.TileRows, reach, half, true, out,
			func(src, dst engine.Map, mask engine.Mask, rows engine.Rows) {
				d.Forward(engine.Forward{Conv: c, Src: src, Rows: rows, Pool: dst, Mask: mask, Pooling: pooling})
			}},
		{"backward", h, out, in, engine.TileRows, reach, same, false, engine.Shape{},
			func(src, dst engine.Map, _ engine.Mask, rows engine.Rows) {
				d.Backward(engine.Backward{Conv: c, Src: src, Rows: rows, Dst: dst, Mask: mask})
			}},
		{"backward routed", h, out.Pooled(), in, engine.TileRows, halfReach, same, false, engine.Shape{},
			func(src, dst engine.Map, _ engine.Mask, rows engine.Rows) {
				d.Backward(engine.Backward{Conv: c, Src: src, Routes: routes, Pooling: pooling, Rows: rows, Dst: dst})
			}},
	}
}

func (b *bench) elementOperations(h, w int) []rowOperation {
	s := engine.Shape{Channels: b.upTo("channels", channelCounts, 20000/(h*w)), Height: h, Width: w}
	d, pooling := b.device[tested], b.pooling()
	routes := b.routesOf(s, pooling).on[tested]
	target := b.whole(s, b.normal).on[tested]
	weight, _ := b.plane(h, w)
	affine := b.affine(s.Channels)[tested]
	a, offset := make([]float64, s.Channels*s.Channels), make([]float64, s.Channels)
	for i := range offset {
		a[i*s.Channels+i], offset[i] = b.random.NormFloat64(), b.random.NormFloat64()
	}
	d.WriteAffine(affine, a, offset)
	return []rowOperation{
		{"pool", h, s, s.Pooled(), engine.TileRows, same, half, true, s,
			func(src, dst engine.Map, mask engine.Mask, rows engine.Rows) {
				d.Pool(engine.Pool{Src: src, Rows: rows, Dst: dst, Mask: mask, Pooling: pooling})
			}},
		{"unpool", h, s.Pooled(), s, engine.TileRows, func(r engine.Rows) engine.Rows { return engine.Rows{From: r.From / 2, To: (r.To + 1) / 2} }, same, false, engine.Shape{},
			func(src, dst engine.Map, _ engine.Mask, rows engine.Rows) {
				d.Unpool(engine.Unpool{Src: src, Mask: routes, Pooling: pooling, Rows: rows, Dst: dst})
			}},
		{"rectify", h, s, s, 1, same, same, true, s,
			func(src, dst engine.Map, mask engine.Mask, rows engine.Rows) {
				d.Rectify(engine.Rectify{Src: src, Rows: rows, Dst: dst, Mask: mask})
			}},
		{"affine", h, s, s, 1, same, same, false, engine.Shape{},
			func(src, dst engine.Map, _ engine.Mask, rows engine.Rows) {
				d.AddAffine(engine.AddAffine{Affine: affine, Src: src, Weight: weight[tested], Rows: rows, Dst: dst})
			}},
		{"copy, difference, mask", h, s, s, 1, same, same, false, engine.Shape{},
			func(src, dst engine.Map, _ engine.Mask, rows engine.Rows) {
				d.CopyRows(engine.CopyRows{Src: src, Rows: rows, Dst: dst})
				d.AddDifference(engine.AddDifference{Src: src, Target: target, Scale: 3, Weight: weight[tested], Rows: rows, Dst: dst, Add: true})
				d.MaskBy(engine.MaskBy{By: target, Rows: rows, Dst: dst})
			}},
	}
}

func (b *bench) sameInBands(op rowOperation) {
	values := b.normal(op.src.Elements())
	whole, wholeBits := b.inBands(op, values, []engine.Rows{{From: 0, To: op.height}})
	var windows []engine.Rows
	b.ascend(op.height, func(rows engine.Rows) { windows = append(windows, rows) }, op.step)
	bands, bandBits := b.inBands(op, values, windows)
	for i := range whole {
		if math.Float32bits(whole[i]) != math.Float32bits(bands[i]) {
			c, p := i/op.dst.Positions(), i%op.dst.Positions()
			b.Fatalf("%s %v to %v: channel %d, row %d, column %d is %v on the whole map and %v in bands %v",
				op.name, op.src, op.dst, c, p/op.dst.Width, p%op.dst.Width, whole[i], bands[i], windows)
		}
	}
	for i := range wholeBits {
		if wholeBits[i] != bandBits[i] {
			b.Fatalf("%s %v to %v: bit %d of the mask is %v on the whole map and %v in bands %v", op.name, op.src, op.dst, i, wholeBits[i], bandBits[i], windows)
		}
	}
}

// inBands executes op window by window, and returns what it wrote, [C,H,W], and the mask's bits.
func (b *bench) inBands(op rowOperation, values []float32, windows []engine.Rows) ([]float32, []bool) {
	var src ring
	if op.reads != nil {
		src = b.ring(op.src, windows, op.reads)
	}
	dst := b.ring(op.dst, windows, op.writes)
	var mask twinMask
	if op.masks {
		mask = b.blankMask(op.routed)
	}
	result := make([]float32, op.dst.Elements())
	for _, rows := range windows {
		if op.reads != nil {
			src.feed(b.device[tested], values, op.reads(rows).To)
		}
		op.do(src.on, dst.on, mask.on[tested], rows)
		dst.drain(b.device[tested], result, op.writes(rows))
	}
	if !op.masks {
		return result, nil
	}
	return result, b.bits(mask, engine.Rows{From: 0, To: op.height})
}

// ring is a map that holds little more than an operation needs at a time.
type ring struct {
	on  engine.Map
	fed int // rows [0, fed) have been written
}

func (b *bench) ring(shape engine.Shape, windows []engine.Rows, needs func(engine.Rows) engine.Rows) ring {
	least := 1
	for _, rows := range windows {
		need := needs(rows)
		least = max(least, min(need.To, shape.Height)-max(need.From, 0))
	}
	window := rapid.IntRange(least, min(least+5, shape.Height)).Draw(b.T, "window")
	return ring{on: b.blank(shape, window).on[tested]}
}

// feed writes the rows up to row to, in pieces that fit the ring.
func (r *ring) feed(d engine.Device, values []float32, to int) {
	to = min(to, r.on.Shape().Height)
	for r.fed < to {
		part := engine.Rows{From: r.fed, To: min(r.fed+r.on.Window(), to)}
		d.WriteMap(r.on, part, rowsOf(r.on.Shape(), values, part))
		r.fed = part.To
	}
}

// drain reads rows into their places in dst, [C,H,W].
func (r *ring) drain(d engine.Device, dst []float32, rows engine.Rows) {
	s := r.on.Shape()
	part := make([]float32, s.Channels*rows.Len()*s.Width)
	d.ReadMap(part, r.on, rows)
	for c := range s.Channels {
		copy(dst[(c*s.Height+rows.From)*s.Width:], part[c*rows.Len()*s.Width:(c+1)*rows.Len()*s.Width])
	}
}

// checkBandsOfSums checks that reductions over a complete map and over bands of it give the same bits.
func checkBandsOfSums(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		s := b.tallShape()
		values := b.normal(s.Elements())
		target := b.whole(s, b.normal).on[tested]
		weight, _ := b.plane(s.Height, s.Width)
		moments, row := b.moments(s.Channels)[tested], b.scalars(1)[tested]
		add := func(windows []engine.Rows) []float64 {
			device.ResetMoments(moments)
			device.ResetScalars(row)
			src := b.ring(s, windows, same)
			for _, rows := range windows {
				src.feed(device, values, rows.To)
				device.AddMoments(engine.AddMoments{Moments: moments, Src: src.on, Weight: weight[tested], Rows: rows})
				device.AddSquaredDistance(engine.AddSquaredDistance{Sum: engine.Scalar{Of: row}, Src: src.on, Target: target, Weight: weight[tested], Rows: rows})
			}
			m, _ := device.ReadMoments(moments)
			var sum [1]float64
			device.ReadScalars(sum[:], row)
			return slices.Concat(sum[:], []float64{m.Weight}, m.Sum, m.Gram)
		}
		whole := add([]engine.Rows{engine.All(s)})
		var windows []engine.Rows
		b.ascend(s.Height, func(rows engine.Rows) { windows = append(windows, rows) }, engine.PieceRows(s.Width))
		for i, v := range add(windows) {
			if math.Float64bits(v) != math.Float64bits(whole[i]) {
				b.Fatalf("sums over %v: number %d of distance, weight, sums and products is %v on the whole map and %v in bands %v", s, i, whole[i], v, windows)
			}
		}
	})
}
