package reference

import (
	"fmt"

	"github.com/impasto/impasto/engine"
)

// Float64 returns a copy of the numbers of a vector (or image) of either device, without rounding.
func Float64(v engine.Vector) []float64 {
	if w, ok := v.(interface{ numbers() *vector[float64] }); ok {
		return locked(w.numbers().arena.book, func() []float64 { return convert[float64](w.numbers().take()) })
	}
	if w, ok := v.(interface{ numbers() *vector[float32] }); ok {
		return locked(w.numbers().arena.book, func() []float64 { return convert[float64](w.numbers().take()) })
	}
	panic(fmt.Sprintf("engine/reference: %T is not a vector of this package", v))
}

// SetFloat64 sets the numbers of a vector (or image) of the float64 device, so that a finite
// difference may be as small as float64 allows. It panics if the lengths differ.
func SetFloat64(v engine.Vector, src []float64) {
	w := vectorOf[float64](v)
	must(len(src) == w.Len(), "vector of %d numbers set from %d", w.Len(), len(src))
	locked(w.arena.book, func() int { return copy(w.all(), src) })
}

// MapFloat64 returns rows of a map of either device as [C, rows, W], without rounding.
func MapFloat64(m engine.Map, rows engine.Rows) []float64 {
	mustWindow("read", m.Shape(), m.Window(), rows)
	switch m := m.(type) {
	case *featureMap[float64]:
		return locked(m.arena.book, func() []float64 { return m.take(rows).data })
	case *featureMap[float32]:
		return locked(m.arena.book, func() []float64 { return convert[float64](m.take(rows).data) })
	}
	panic(fmt.Sprintf("engine/reference: %T is not a map of this package", m))
}

// SetMapFloat64 sets rows of a map of the float64 device from [C, rows, W].
func SetMapFloat64(m engine.Map, rows engine.Rows, src []float64) {
	f := m.(*featureMap[float64])
	mustWindow("write", f.shape, f.window, rows)
	must(len(src) == f.shape.Channels*rows.Len()*f.shape.Width, "write: %d rows of %v from %d numbers", rows.Len(), f.shape, len(src))
	locked(f.arena.book, func() int {
		f.put(band[float64]{f.shape.Channels, rows, f.shape.Width, src})
		return 0
	})
}

// SetScalar sets a result of either device.
func SetScalar(dst engine.Scalar, value float64) {
	locked(dst.Of.(*scalars).numbers.arena.book, func() int {
		set(dst, value)
		return 0
	})
}

// locked runs do as an operation of the device that owns b.
func locked[R any](b *book, do func() R) R {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.touched = b.touched[:0]
	return do()
}
