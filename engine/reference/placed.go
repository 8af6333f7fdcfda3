package reference

import (
	"fmt"
	"slices"

	"github.com/impasto/impasto/engine"
)

// contents is the state of a buffer that is set as a whole: moments, affine maps, points. It is zero in a new arena.
type contents struct {
	*extent
	lost bool // overwritten by another buffer
}

func (a *arena[T]) contents(what string, offset, bytes int64) *contents {
	c := &contents{extent: a.place(what, offset, bytes)}
	c.invalidate = func() { c.lost = true }
	c.lost = c.used()
	return c
}

// demand records that the current operation reads the contents.
func (c *contents) demand() {
	c.read()
	must(!c.lost, "%s at %d is read and another buffer has taken its place", c.what, c.from)
}

// set records that the current operation writes all of the contents.
func (c *contents) set() {
	c.write()
	c.lost = false
}

// moments implements engine.Moments.
type moments struct {
	*contents
	order
	weight    float64
	sum, gram []float64 // only the lower half of gram is used
}

func (m *moments) Channels() int { return len(m.sum) }

func (d *device[T]) MomentsBytes(channels int) int64 {
	n := int64(channels)
	return 8 * (1 + n + n*n)
}

func (a *arena[T]) Moments(offset int64, channels int) engine.Moments {
	must(channels > 0, "moments of %d channels", channels)
	return find(a, placement{offset, 'M', engine.Shape{}, channels}, func() *moments {
		m := &moments{sum: make([]float64, channels), gram: make([]float64, channels*channels)}
		m.contents = a.contents(fmt.Sprintf("moments of %d channels", channels), offset, a.device.MomentsBytes(channels))
		return m
	})
}

// take returns a copy to read.
func (m *moments) take() engine.Statistics {
	m.demand()
	n := len(m.sum)
	gram := slices.Clone(m.gram)
	for c := range n {
		for e := range c {
			gram[e*n+c] = gram[c*n+e]
		}
	}
	return engine.Statistics{Weight: m.weight, Sum: slices.Clone(m.sum), Gram: gram}
}

func (d *device[T]) ResetMoments(dst engine.Moments) error {
	n := dst.Channels()
	return d.WriteMoments(dst, engine.Statistics{Sum: make([]float64, n), Gram: make([]float64, n*n)})
}

func (d *device[T]) WriteMoments(dst engine.Moments, s engine.Statistics) error {
	m := dst.(*moments)
	n := len(m.sum)
	must(len(s.Sum) == n && len(s.Gram) == n*n, "moments of %d channels set from %d and %d numbers", n, len(s.Sum), len(s.Gram))
	d.begin()
	defer d.end()
	m.set()
	m.weight, m.next = s.Weight, 0
	copy(m.sum, s.Sum)
	copy(m.gram, s.Gram)
	return nil
}

func (d *device[T]) ReadMoments(src engine.Moments) (engine.Statistics, error) {
	d.begin()
	defer d.end()
	return src.(*moments).take(), nil
}

// affine implements engine.Affine.
type affine[T number] struct {
	*contents
	a []T // [C, C]
	b []T // [C]
}

func (a *affine[T]) Channels() int { return len(a.b) }

func (d *device[T]) AffineBytes(channels int) int64 {
	return numberBytes * int64(channels) * int64(channels+1)
}

func (a *arena[T]) Affine(offset int64, channels int) engine.Affine {
	must(channels > 0, "an affine map of %d channels", channels)
	return find(a, placement{offset, 'A', engine.Shape{}, channels}, func() *affine[T] {
		m := &affine[T]{a: make([]T, channels*channels), b: make([]T, channels)}
		m.contents = a.contents(fmt.Sprintf("affine map of %d channels", channels), offset, a.device.AffineBytes(channels))
		return m
	})
}

func (d *device[T]) WriteAffine(dst engine.Affine, a, b []float64) error {
	m := dst.(*affine[T])
	must(len(a) == len(m.a) && len(b) == len(m.b), "affine map of %d channels set from %d and %d numbers", len(m.b), len(a), len(b))
	d.begin()
	defer d.end()
	m.set()
	copy(m.a, convert[T](a))
	copy(m.b, convert[T](b))
	return nil
}

// scalars implements engine.Scalars.
type scalars struct {
	numbers vector[float64]
	order   []order // of each
}

func (s *scalars) Len() int { return len(s.order) }

func (d *device[T]) ScalarsBytes(n int) int64 { return 8 * int64(n) }

func (a *arena[T]) Scalars(offset int64, n int) engine.Scalars {
	must(n >= 0, "%d results", n)
	return find(a, placement{offset, 's', engine.Shape{}, n}, func() *scalars {
		s := &scalars{order: make([]order, n)}
		s.numbers = vector[float64]{data: make([]float64, n)}
		s.numbers.extent = a.place(fmt.Sprintf("row of results [%d]", n), offset, a.device.ScalarsBytes(n))
		s.numbers.watch()
		return s
	})
}

// set writes a result.
func set(dst engine.Scalar, value float64) {
	s := dst.Of.(*scalars)
	s.numbers.put(dst.At, dst.At+1)[0] = value
	s.order[dst.At] = order{}
}

// accumulator returns a result to add to.
func accumulator(dst engine.Scalar) *float64 {
	s := dst.Of.(*scalars)
	s.numbers.part(dst.At, dst.At+1)
	return &s.numbers.put(dst.At, dst.At+1)[0]
}

func (d *device[T]) ResetScalars(dst engine.Scalars) error {
	d.begin()
	defer d.end()
	s := dst.(*scalars)
	clear(s.numbers.all())
	clear(s.order)
	return nil
}

func (d *device[T]) ReadScalars(dst []float64, src engine.Scalars) error {
	s := src.(*scalars)
	must(len(dst) == s.Len(), "read: %d results into %d numbers", s.Len(), len(dst))
	d.begin()
	defer d.end()
	copy(dst, s.numbers.take())
	return nil
}
