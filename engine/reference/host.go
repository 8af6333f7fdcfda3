package reference

import "github.com/impasto/impasto/engine"

func (d *device[T]) Write(dst engine.Vector, src []float32) error {
	must(dst.Len() == len(src), "write: vector of %d numbers from %d", dst.Len(), len(src))
	d.begin()
	defer d.end()
	copy(vectorOf[T](dst).all(), convert[T](src))
	return nil
}

func (d *device[T]) Read(dst []float32, src engine.Vector) error {
	must(src.Len() == len(dst), "read: vector of %d numbers into %d", src.Len(), len(dst))
	d.begin()
	defer d.end()
	copy(dst, convert[float32](vectorOf[T](src).take()))
	return nil
}

func (d *device[T]) WritePlane(dst engine.Plane, src []float32) error {
	p := dst.(*plane[T])
	must(p.height*p.width == len(src), "write: plane of %dx%d from %d numbers", p.height, p.width, len(src))
	d.begin()
	defer d.end()
	copy(p.all(), convert[T](src))
	p.written = true
	return nil
}

func (d *device[T]) WriteMap(dst engine.Map, rows engine.Rows, src []float32) error {
	d.writeMap(dst, rows, len(src), func() []T { return convert[T](src) })
	return nil
}

func (d *device[T]) ReadMap(dst []float32, src engine.Map, rows engine.Rows) error {
	b := d.readMap(src, rows)
	must(len(dst) == len(b.data), "read: %d rows of %v into %d numbers", rows.Len(), src.Shape(), len(dst))
	copy(dst, convert[float32](b.data))
	return nil
}

func (d *device[T]) writeMap(dst engine.Map, rows engine.Rows, n int, src func() []T) {
	m := dst.(*featureMap[T])
	mustWindow("write", m.shape, m.window, rows)
	must(n == m.shape.Channels*rows.Len()*m.shape.Width, "write: %d rows of %v from %d numbers", rows.Len(), m.shape, n)
	d.begin()
	defer d.end()
	m.put(band[T]{m.shape.Channels, rows, m.shape.Width, src()})
}

func (d *device[T]) readMap(src engine.Map, rows engine.Rows) band[T] {
	m := src.(*featureMap[T])
	mustWindow("read", m.shape, m.window, rows)
	d.begin()
	defer d.end()
	return m.take(rows)
}

func mustWindow(what string, shape engine.Shape, window int, rows engine.Rows) {
	must(0 <= rows.From && rows.From <= rows.To && rows.To <= shape.Height && rows.Len() <= window,
		"%s: rows [%d,%d) of %v with a window of %d", what, rows.From, rows.To, shape, window)
}
