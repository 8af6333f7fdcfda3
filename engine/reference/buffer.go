package reference

import (
	"fmt"
	"slices"

	"github.com/impasto/impasto/engine"
)

// The contents of a slot of a map, if not the number of a row.
const (
	neverWritten = -1
	overwritten  = -2
)

// featureMap implements engine.Map.
type featureMap[T number] struct {
	*extent
	shape  engine.Shape
	window int
	held   []int // [window] the row in each slot
	data   []T   // [C, window, W]; nil until written
}

func (m *featureMap[T]) Shape() engine.Shape { return m.shape }
func (m *featureMap[T]) Window() int         { return m.window }

func (a *arena[T]) Map(offset int64, shape engine.Shape, window int) engine.Map {
	must(shape.Channels > 0 && shape.Width > 0 && 0 < window && window <= shape.Height, "a map of %v with a window of %d rows", shape, window)
	return find(a, placement{offset, 'm', shape, window}, func() *featureMap[T] {
		m := &featureMap[T]{shape: shape, window: window, held: slices.Repeat([]int{neverWritten}, window)}
		bytes := numberBytes * int64(shape.Channels) * int64(window) * int64(shape.Width)
		m.extent = a.place(fmt.Sprintf("map %v (window %d)", shape, window), offset, bytes)
		m.invalidate = m.forget
		return m
	})
}

func (m *featureMap[T]) forget() {
	if m.data != nil {
		m.data, m.held = nil, slices.Repeat([]int{overwritten}, m.window)
	}
}

// take reads rows, leaving out those beyond the map.
func (m *featureMap[T]) take(rows engine.Rows) band[T] {
	rows = engine.Rows{From: max(rows.From, 0), To: min(rows.To, m.shape.Height)}
	m.read()
	b := newBand[T](m.shape.Channels, rows, m.shape.Width)
	for y := rows.From; y < rows.To; y++ {
		m.demand(y)
		for c := range m.shape.Channels {
			copy(b.row(c, y), m.slot(c, y))
		}
	}
	return b
}

func (m *featureMap[T]) demand(y int) {
	switch held := m.held[y%m.window]; held {
	case y:
	case neverWritten:
		must(false, "row %d of %s at %d is read and was never written", y, m.what, m.from)
	case overwritten:
		must(false, "row %d of %s at %d is read and another buffer has taken its place", y, m.what, m.from)
	default:
		must(false, "row %d of %s at %d is read and its slot holds row %d", y, m.what, m.from, held)
	}
}

// put writes the rows of b.
func (m *featureMap[T]) put(b band[T]) {
	m.write()
	if m.data == nil {
		m.data = make([]T, m.shape.Channels*m.window*m.shape.Width)
	}
	for y := b.rows.From; y < b.rows.To; y++ {
		m.held[y%m.window] = y
		for c := range m.shape.Channels {
			copy(m.slot(c, y), b.row(c, y))
		}
	}
}

func (m *featureMap[T]) slot(c, y int) []T {
	at := (c*m.window + y%m.window) * m.shape.Width
	return m.data[at : at+m.shape.Width]
}

// mask implements engine.Mask.
type mask struct {
	*extent
	shape engine.Shape
	held  []int  // [H] the number of the row, or its state
	bits  []bool // [C, H, W]; nil until written
}

func (m *mask) Shape() engine.Shape { return m.shape }

func (a *arena[T]) Mask(offset int64, shape engine.Shape) engine.Mask {
	must(shape.Channels > 0 && shape.Height > 0 && shape.Width > 0, "a mask of %v", shape)
	return find(a, placement{offset, 'k', shape, 0}, func() *mask {
		m := &mask{shape: shape, held: slices.Repeat([]int{neverWritten}, shape.Height)}
		m.extent = a.place(fmt.Sprintf("mask %v", shape), offset, (int64(shape.Elements())+7)/8)
		m.invalidate = m.forget
		return m
	})
}

func (m *mask) forget() {
	if m.bits != nil {
		m.bits, m.held = nil, slices.Repeat([]int{overwritten}, m.shape.Height)
	}
}

// take reads rows, leaving out those beyond the mask.
func (m *mask) take(rows engine.Rows) func(c, y, x int) bool {
	m.read()
	for y := max(rows.From, 0); y < min(rows.To, m.shape.Height); y++ {
		must(m.held[y] != neverWritten, "row %d of %s at %d is read and was never written", y, m.what, m.from)
		must(m.held[y] != overwritten, "row %d of %s at %d is read and another buffer has taken its place", y, m.what, m.from)
	}
	return func(c, y, x int) bool { return m.bits[(c*m.shape.Height+y)*m.shape.Width+x] }
}

// put writes rows.
func (m *mask) put(rows engine.Rows, pass func(c, y, x int) bool) {
	m.write()
	if m.bits == nil {
		m.bits = make([]bool, m.shape.Elements())
	}
	for y := rows.From; y < rows.To; y++ {
		m.held[y] = y
		for c := range m.shape.Channels {
			for x := range m.shape.Width {
				m.bits[(c*m.shape.Height+y)*m.shape.Width+x] = pass(c, y, x)
			}
		}
	}
}

// vector implements engine.Vector. The contents of a new arena are zero, so it may be read before it is
// written, but not after another buffer was written to its place.
type vector[T number] struct {
	*extent
	data []T
	lost []bool // per number: overwritten by another buffer; nil: none
}

func (v *vector[T]) Len() int { return len(v.data) }

// numbers returns v, so that vectors and images can be handled alike.
func (v *vector[T]) numbers() *vector[T] { return v }

func vectorOf[T number](v engine.Vector) *vector[T] {
	return v.(interface{ numbers() *vector[T] }).numbers()
}

func (a *arena[T]) Vector(offset int64, n int) engine.Vector {
	must(n >= 0, "a vector of %d numbers", n)
	return find(a, placement{offset, 'v', engine.Shape{}, n}, func() *vector[T] {
		v := &vector[T]{data: make([]T, n)}
		v.extent = a.place(fmt.Sprintf("vector [%d]", n), offset, numberBytes*int64(n))
		v.watch()
		return v
	})
}

// watch starts to record what happens to the numbers.
func (v *vector[T]) watch() {
	v.invalidate = func() { v.lost = slices.Repeat([]bool{true}, len(v.data)) }
	if v.used() {
		v.invalidate()
	}
}

// take returns the numbers to read.
func (v *vector[T]) take() []T { return v.part(0, len(v.data)) }

// part returns the numbers [from, to) to read.
func (v *vector[T]) part(from, to int) []T {
	v.read()
	if v.lost != nil {
		at := slices.Index(v.lost[from:to], true)
		must(at < 0, "number %d of %s at %d is read and another buffer has taken its place", from+at, v.what, v.extent.from)
	}
	return v.data[from:to]
}

// put returns the numbers [from, to) to write.
func (v *vector[T]) put(from, to int) []T {
	v.write()
	if v.lost != nil {
		clear(v.lost[from:to])
	}
	return v.data[from:to]
}

// all returns all numbers to write.
func (v *vector[T]) all() []T { return v.put(0, len(v.data)) }

// image implements engine.Image.
type image[T number] struct {
	*vector[T]
	height, width int
}

func (i *image[T]) Size() (height, width int) { return i.height, i.width }

func (a *arena[T]) Image(offset int64, height, width int) engine.Image {
	must(height > 0 && width > 0, "an image of %dx%d", height, width)
	return &image[T]{vectorOf[T](a.Vector(offset, 3*height*width)), height, width}
}

// plane implements engine.Plane.
type plane[T number] struct {
	*vector[T]
	height, width int
	written       bool
}

func (p *plane[T]) Size() (height, width int) { return p.height, p.width }

func (a *arena[T]) Plane(offset int64, height, width int) engine.Plane {
	must(height > 0 && width > 0, "a plane of %dx%d", height, width)
	return find(a, placement{offset, 'p', engine.Shape{Height: height, Width: width}, 0}, func() *plane[T] {
		v := &vector[T]{data: make([]T, height*width)}
		v.extent = a.place(fmt.Sprintf("plane %dx%d", height, width), offset, numberBytes*int64(height*width))
		v.invalidate = func() { v.lost = slices.Repeat([]bool{true}, height*width) }
		return &plane[T]{vector: v, height: height, width: width}
	})
}
