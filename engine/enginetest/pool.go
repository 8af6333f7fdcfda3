package enginetest

import (
	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
)

// square returns the four activations max(v, 0) of a square in reading order.
func square(m twinMap, values []float32, c, y, x int) (q [4]float32) {
	for i := range q {
		q[i] = max(values[m.at(c, 2*y+i/2, 2*x+i%2)], 0)
	}
	return q
}

// routes returns which numbers of m reach the map that is pooled from it, as the bits of a mask; rows
// that m does not hold are false.
func routes(m twinMap, values []float32, pooling engine.Pooling) []bool {
	bits := make([]bool, m.shape.Elements())
	half := m.shape.Pooled()
	for c := range half.Channels {
		for y := (m.held.From + 1) / 2; y < min(m.held.To/2, half.Height); y++ {
			for x := range half.Width {
				q := square(m, values, c, y, x)
				best := 0
				for i := range q {
					if q[i] > q[best] {
						best = i
					}
				}
				for i := range q {
					bits[(c*m.shape.Height+2*y+i/2)*m.shape.Width+2*x+i%2] = q[i] > 0 && (i == best || pooling == engine.AveragePooling)
				}
			}
		}
	}
	return bits
}

// poolsTo checks that rows of pool are what the numbers of m pool to: to the bit for the largest, up to
// the order of three additions for the mean.
func (b *bench) poolsTo(what string, m twinMap, values []float32, pool twinMap, rows engine.Rows, pooling engine.Pooling) {
	b.Helper()
	got := b.read(pool)
	for c := range pool.shape.Channels {
		for y := rows.From; y < rows.To; y++ {
			for x := range pool.shape.Width {
				q := square(m, values, c, y, x)
				want := max(q[0], q[1], q[2], q[3])
				var tolerance float32
				if pooling == engine.AveragePooling {
					tolerance = 4 * epsilon * want
					want = (q[0] + q[1] + q[2] + q[3]) / 4
				}
				if v := got[pool.at(c, y, x)]; !(max(v-want, want-v) <= tolerance) {
					b.Fatalf("%s, %v: channel %d, row %d, column %d is %v, the full map gives %v", what, pooling, c, y, x, v, want)
				}
			}
		}
	}
}

func checkPool(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		shape := b.pooledShape()
		rows := b.tiles(shape.Height)
		half := engine.Rows{From: rows.From / 2, To: rows.To / 2}
		src, dst := b.holding(shape, rows, b.values()), b.holding(shape.Pooled(), half, b.normal)
		pooling := b.pooling()
		var mask twinMask
		if b.flag("mask") {
			mask = b.maskOf(shape)
		}
		for i, d := range b.device {
			d.Pool(engine.Pool{Src: src.on[i], Rows: rows, Dst: dst.on[i], Mask: mask.on[i], Pooling: pooling})
		}
		b.written("pool", dst, half, 4*epsilon*largest(src.was))
		b.poolsTo("pool", src, src.was, dst, half, pooling)
		b.unchanged("pool", src)
		if mask.was != nil {
			b.masked("pool", mask, rows, routes(src, src.was, pooling))
		}
	})
}

func checkUnpool(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		shape := b.pooledShape()
		rows := b.tiles(shape.Height)
		pooling := b.pooling()
		mask := b.routesOf(shape, pooling)
		src := b.holding(shape.Pooled(), engine.Rows{From: rows.From / 2, To: (rows.To + 1) / 2}, b.values())
		dst := b.holding(shape, rows, b.scaled(float32(largest(src.was))))
		add := b.flag("add")
		for i, d := range b.device {
			d.Unpool(engine.Unpool{Src: src.on[i], Mask: mask.on[i], Pooling: pooling, Rows: rows, Dst: dst.on[i], Add: add})
		}
		tolerance := 0.0 // a quarter is exact
		if add {
			tolerance = 2 * epsilon * (largest(src.was) + largest(dst.was))
		}
		b.written("unpool", dst, rows, tolerance)
		b.unchanged("unpool", src)
		b.masked("unpool", mask, engine.Rows{}, nil)
	})
}

func checkRectify(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		shape := b.shape()
		rows := b.anyRows(shape.Height)
		src, dst := b.holding(shape, rows, b.values()), b.holding(shape, rows, b.normal)
		var mask twinMask
		if b.flag("mask") {
			mask = b.maskOf(shape)
		}
		for i, d := range b.device {
			d.Rectify(engine.Rectify{Src: src.on[i], Rows: rows, Dst: dst.on[i], Mask: mask.on[i]})
		}
		b.written("rectify", dst, rows, 0)
		b.unchanged("rectify", src)
		if mask.was != nil {
			b.masked("rectify", mask, rows, positive(src, src.was))
		}
	})
}

func checkMaskBy(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		shape := b.shape()
		rows := b.anyRows(shape.Height)
		by, dst := b.holding(shape, rows, b.coarse), b.holding(shape, rows, b.values())
		for i, d := range b.device {
			d.MaskBy(engine.MaskBy{By: by.on[i], Rows: rows, Dst: dst.on[i]})
		}
		b.written("mask", dst, rows, 0)
		b.unchanged("mask", by)
	})
}

func checkCopyRows(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		shape := b.shape()
		rows := b.anyRows(shape.Height)
		src, dst := b.holding(shape, rows, b.values()), b.holding(shape, rows, b.normal)
		for i, d := range b.device {
			d.CopyRows(engine.CopyRows{Src: src.on[i], Rows: rows, Dst: dst.on[i]})
		}
		b.written("copy", dst, rows, 0)
		b.unchanged("copy", src)
	})
}
