package cpu

import (
	"fmt"

	"github.com/impasto/impasto/engine"
)

// blocksOf returns the number of blocks of 16 channels that hold the given number.
func blocksOf(channels int) int { return (channels + lanes - 1) / lanes }

// panelsOf returns the number of panels of 32 channels that hold the given number.
func panelsOf(channels int) int { return (channels + panel - 1) / panel }

// featureMap is a window of the rows of a feature map, each [C/16][W][16].
type featureMap struct {
	shape  engine.Shape
	window int
	blocks int
	stride int // numbers in a row
	data   []float32
}

func newFeatureMap(shape engine.Shape, window int) *featureMap {
	blocks := blocksOf(shape.Channels)
	return &featureMap{shape: shape, window: window, blocks: blocks, stride: blocks * shape.Width * lanes}
}

func (m *featureMap) Shape() engine.Shape { return m.shape }
func (m *featureMap) Window() int         { return m.window }

// row returns row y, [C/16][W][16].
func (m *featureMap) row(y int) []float32 {
	start := y % m.window * m.stride
	return m.data[start : start+m.stride]
}

// from returns row y of a block of channels, starting at pixel x.
func (m *featureMap) from(y, block, x int) []float32 {
	start := y % m.window * m.stride
	return m.data[start+(block*m.shape.Width+x)*lanes : start+m.stride]
}

// part returns the existing ones of n pixels of a block of channels, starting at pixel x of row y.
func (m *featureMap) part(y, block, x, n int) []float32 {
	from, to := max(x, 0), min(x+n, m.shape.Width)
	if y < 0 || y >= m.shape.Height || from >= to {
		return nil
	}
	return m.from(y, block, from)[:(to-from)*lanes]
}

// mask has a word per pixel and block of channels, one bit per lane, in rows [C/16][W].
type mask struct {
	shape  engine.Shape
	stride int // words in a row
	words  []uint16
}

func (m *mask) Shape() engine.Shape { return m.shape }

func (m *mask) row(y int) []uint16 { return m.words[y*m.stride : (y+1)*m.stride] }

// from returns row y of a block of channels, starting at pixel x.
func (m *mask) from(y, block, x int) []uint16 {
	return m.words[y*m.stride+block*m.shape.Width+x : (y+1)*m.stride]
}

type plane struct {
	height, width int
	data          []float32
}

func (p *plane) Size() (height, width int) { return p.height, p.width }

func (p *plane) row(y int) []float32 { return p.data[y*p.width : (y+1)*p.width] }

type vector []float32

func (v vector) Len() int { return len(v) }

type picture struct {
	height, width int
	data          []float32
}

func (p *picture) Len() int                  { return len(p.data) }
func (p *picture) Size() (height, width int) { return p.height, p.width }

// row returns row y of channel c.
func (p *picture) row(c, y int) []float32 {
	start := (c*p.height + y) * p.width
	return p.data[start : start+p.width]
}

// The functions below unwrap the caller's buffers; a buffer of another device is a bug.

func mapOf(m engine.Map) *featureMap {
	if m == nil {
		return nil
	}
	return own[*featureMap](m)
}

func maskOf(m engine.Mask) *mask {
	if m == nil {
		return nil
	}
	return own[*mask](m)
}

func planeOf(p engine.Plane) *plane {
	if p == nil {
		return nil
	}
	return own[*plane](p)
}

func pictureOf(p engine.Image) *picture {
	if p == nil {
		return nil
	}
	return own[*picture](p)
}

func numbersOf(v engine.Vector) []float32 {
	switch v := v.(type) {
	case vector:
		return v
	case *picture:
		return v.data
	}
	panic(fmt.Sprintf("cpu: a vector of another device: %T", v))
}

func own[T any](buffer any) T {
	b, ok := buffer.(T)
	if !ok {
		panic(fmt.Sprintf("cpu: a buffer of another device: %T", buffer))
	}
	return b
}

// MapBytes returns the bytes of a window of rows of a map.
func (d *device) MapBytes(shape engine.Shape, window int) int64 {
	return int64(window) * int64(blocksOf(shape.Channels)) * int64(shape.Width) * lanes * 4
}

// MaskBytes returns the bytes of a mask.
func (d *device) MaskBytes(shape engine.Shape) int64 {
	return int64(shape.Height) * int64(blocksOf(shape.Channels)) * int64(shape.Width) * 2
}

// Write copies src into a vector.
func (d *device) Write(dst engine.Vector, src []float32) error {
	return copyAll("write", numbersOf(dst), src)
}

// Read copies a vector into dst.
func (d *device) Read(dst []float32, src engine.Vector) error {
	return copyAll("read", dst, numbersOf(src))
}

// WritePlane copies src, [H,W], into a plane.
func (d *device) WritePlane(dst engine.Plane, src []float32) error {
	return copyAll("write plane", planeOf(dst).data, src)
}

func copyAll[T number](what string, dst, src []T) error {
	if len(dst) != len(src) {
		panic(fmt.Sprintf("cpu: %s: %d numbers for %d", what, len(src), len(dst)))
	}
	copy(dst, src)
	return nil
}

// WriteMap copies planar rows src, [C,rows,W], into a map.
func (d *device) WriteMap(dst engine.Map, rows engine.Rows, src []float32) error {
	m := mapOf(dst)
	checkPlanar("write map", m, rows, len(src))
	clearPadding := m.shape.Channels%lanes != 0
	for y := rows.From; y < rows.To; y++ {
		row := m.row(y)
		if clearPadding {
			clear(row)
		}
		for c := range m.shape.Channels {
			line := src[(c*rows.Len()+y-rows.From)*m.shape.Width:][:m.shape.Width]
			at := row[c/lanes*m.shape.Width*lanes+c%lanes:]
			for x, v := range line {
				at[x*lanes] = v
			}
		}
	}
	return nil
}

// ReadMap copies rows of a map into planar dst, [C,rows,W].
func (d *device) ReadMap(dst []float32, src engine.Map, rows engine.Rows) error {
	m := mapOf(src)
	checkPlanar("read map", m, rows, len(dst))
	for y := rows.From; y < rows.To; y++ {
		row := m.row(y)
		for c := range m.shape.Channels {
			line := dst[(c*rows.Len()+y-rows.From)*m.shape.Width:][:m.shape.Width]
			at := row[c/lanes*m.shape.Width*lanes+c%lanes:]
			for x := range line {
				line[x] = at[x*lanes]
			}
		}
	}
	return nil
}

func checkPlanar(what string, m *featureMap, rows engine.Rows, n int) {
	if rows.From < 0 || rows.To > m.shape.Height || rows.Len() > m.window || n != m.shape.Channels*rows.Len()*m.shape.Width {
		panic(fmt.Sprintf("cpu: %s: %d numbers for rows %v of %v, of which %d are held", what, n, rows, m.shape, m.window))
	}
}
