package enginetest

import (
	"fmt"
	"math"
	"slices"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
)

// twinMap is a map on both devices, filled with the same numbers.
type twinMap struct {
	on    [sides]engine.Map
	shape engine.Shape
	held  engine.Rows
	was   []float32 // what held was filled with, [C, held, W]
}

// twinMask is a mask on both devices, filled with the same bits.
type twinMask struct {
	on    [sides]engine.Mask
	shape engine.Shape
	was   []bool // [C, H, W]
}

// blank places a map that has not been written.
func (b *bench) blank(shape engine.Shape, window int) (m twinMap) {
	m.shape = shape
	m.on = placed(b, fmt.Sprintf("a map %v (window %d)", shape, window),
		func(d engine.Device) int64 { return d.MapBytes(shape, window) },
		func(a engine.Arena, offset int64) engine.Map { return a.Map(offset, shape, window) })
	return m
}

// holding returns a map whose window, a ring or complete, holds at least the given rows.
func (b *bench) holding(shape engine.Shape, rows engine.Rows, fill func(n int) []float32) twinMap {
	rows = engine.Rows{From: max(rows.From, 0), To: min(rows.To, shape.Height)}
	window := shape.Height
	if least := max(rows.Len(), 1); rapid.Bool().Draw(b.T, "ring") {
		window = rapid.IntRange(least, shape.Height).Draw(b.T, "window")
	}
	first := rapid.IntRange(max(rows.To-window, 0), min(rows.From, shape.Height-window)).Draw(b.T, "first row held")
	m := b.blank(shape, window)
	m.held = engine.Rows{From: first, To: first + window}
	m.was = fill(shape.Channels * window * shape.Width)
	for i, d := range b.device {
		d.WriteMap(m.on[i], m.held, m.was)
	}
	return m
}

// whole returns a map of all rows.
func (b *bench) whole(shape engine.Shape, fill func(n int) []float32) twinMap {
	m := b.blank(shape, shape.Height)
	m.held = engine.All(shape)
	m.was = fill(shape.Elements())
	for i, d := range b.device {
		d.WriteMap(m.on[i], m.held, m.was)
	}
	return m
}

// at returns the index of a row's number in was.
func (m twinMap) at(c, y, x int) int {
	return (c*m.held.Len()+y-m.held.From)*m.shape.Width + x
}

// read returns the rows that the device under test holds.
func (b *bench) read(m twinMap) []float32 {
	dst := make([]float32, m.shape.Channels*m.held.Len()*m.shape.Width)
	b.device[tested].ReadMap(dst, m.on[tested], m.held)
	return dst
}

// unchanged checks that an operation did not change its input.
func (b *bench) unchanged(what string, maps ...twinMap) {
	for _, m := range maps {
		b.written(what, m, engine.Rows{}, 0)
	}
}

// written checks that rows of m are within tolerance of the reference, and that the rest of m still has the
// bits with which it was filled.
func (b *bench) written(what string, m twinMap, rows engine.Rows, tolerance float64) {
	b.Helper()
	got := b.read(m)
	want := reference.MapFloat64(m.on[truth], m.held)
	for c := range m.shape.Channels {
		for y := m.held.From; y < m.held.To; y++ {
			for x := range m.shape.Width {
				i := m.at(c, y, x)
				if rows.From <= y && y < rows.To {
					if !(math.Abs(float64(got[i])-want[i]) <= tolerance) {
						b.Fatalf("%s %v: channel %d, row %d, column %d is %v, want %v to %.2g", what, m.shape, c, y, x, got[i], want[i], tolerance)
					}
				} else if m.was != nil && got[i] != m.was[i] {
					b.Fatalf("%s %v: channel %d, row %d, column %d was %v and is %v, and rows [%d,%d) were to be written", what, m.shape, c, y, x, m.was[i], got[i], rows.From, rows.To)
				}
			}
		}
	}
}

// maskOf returns a mask of random bits, the ReLU's of a random map.
func (b *bench) maskOf(shape engine.Shape) (m twinMask) {
	m = b.blankMask(shape)
	src, dst := b.whole(shape, b.coarse), b.blank(shape, shape.Height)
	for i, d := range b.device {
		d.Rectify(engine.Rectify{Src: src.on[i], Rows: engine.All(shape), Dst: dst.on[i], Mask: m.on[i]})
	}
	for _, v := range src.was {
		m.was = append(m.was, v > 0)
	}
	return m
}

// routesOf returns the mask of a pooling of a random map.
func (b *bench) routesOf(shape engine.Shape, pooling engine.Pooling) (m twinMask) {
	m = b.blankMask(shape)
	src := b.whole(shape, b.coarse)
	dst := b.blank(shape.Pooled(), shape.Height/2)
	for i, d := range b.device {
		d.Pool(engine.Pool{Src: src.on[i], Rows: engine.All(shape), Dst: dst.on[i], Mask: m.on[i], Pooling: pooling})
	}
	m.was = routes(src, src.was, pooling)
	return m
}

func (b *bench) blankMask(shape engine.Shape) (m twinMask) {
	m.shape = shape
	m.on = placed(b, fmt.Sprintf("a mask %v", shape),
		func(d engine.Device) int64 { return d.MaskBytes(shape) },
		func(a engine.Arena, offset int64) engine.Mask { return a.Mask(offset, shape) })
	return m
}

// bits reads a mask of the device under test through Backward, whose convolution of zeros adds nothing
// to the ones that the mask lets pass.
func (b *bench) bits(m twinMask, rows engine.Rows) []bool {
	d := b.device[tested]
	one := engine.Shape{Channels: 1, Height: m.shape.Height, Width: m.shape.Width}
	conv, _ := d.NewConvolution(m.shape.Channels, 1, make([]float32, 9*m.shape.Channels), make([]float32, 1), engine.PadZero)
	src := b.whole(one, func(n int) []float32 { return make([]float32, n) })
	dst := b.whole(m.shape, func(n int) []float32 { return slices.Repeat([]float32{1}, n) })
	d.Backward(engine.Backward{Conv: conv, Src: src.on[tested], Rows: rows, Dst: dst.on[tested], Add: true, Mask: m.on[tested]})
	b.shut(conv)
	pass := make([]bool, m.shape.Elements())
	for i, v := range b.read(dst) {
		if v != 0 && v != 1 {
			b.Fatalf("a convolution of zeros added to ones behind a mask gives %v", v)
		}
		pass[i] = v == 1
	}
	return pass
}

// masked checks that m holds want in the given rows, and its old contents elsewhere.
func (b *bench) masked(what string, m twinMask, rows engine.Rows, want []bool) {
	b.Helper()
	got := b.bits(m, engine.All(m.shape))
	for i := range got {
		y := i / m.shape.Width % m.shape.Height
		expected := m.was[i]
		if rows.From <= y && y < rows.To {
			expected = want[i]
		}
		if got[i] != expected {
			c, x := i/m.shape.Positions(), i%m.shape.Width
			b.Fatalf("%s: mask %v at channel %d, row %d, column %d is %v, want %v (rows [%d,%d) were to be written)", what, m.shape, c, y, x, got[i], expected, rows.From, rows.To)
		}
	}
}
