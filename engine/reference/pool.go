package reference

import "github.com/impasto/impasto/engine"

// rectify computes max(v, 0) in place.
func rectify[T number](b band[T]) {
	for i, v := range b.data {
		b.data[i] = max(v, 0)
	}
}

// positive returns a function that reports whether b is greater than zero.
func positive[T number](b band[T]) func(c, y, x int) bool {
	return func(c, y, x int) bool { return b.row(c, y)[x] > 0 }
}

func (d *device[T]) Rectify(op engine.Rectify) error {
	op.Check()
	d.begin()
	defer d.end()
	y := op.Src.(*featureMap[T]).take(op.Rows)
	rectify(y)
	op.Dst.(*featureMap[T]).put(y)
	if op.Mask != nil {
		op.Mask.(*mask).put(op.Rows, positive(y))
	}
	return nil
}

func (d *device[T]) Pool(op engine.Pool) error {
	op.Check()
	d.begin()
	defer d.end()
	y := op.Src.(*featureMap[T]).take(op.Rows)
	rectify(y)
	storePooled(y, op.Src.Shape().Height, op.Pooling, op.Dst, op.Mask)
	return nil
}

// winner returns which of the four activations of the square at rows 2y, 2y+1 and columns 2x, 2x+1 is
// the largest, the first in reading order among equal ones, as an offset down and right.
func winner[T number](b band[T], c, y, x int) (down, right int) {
	best := b.row(c, 2*y)[2*x]
	for i := range 2 {
		for j := range 2 {
			if v := b.row(c, 2*y+i)[2*x+j]; v > best {
				best, down, right = v, i, j
			}
		}
	}
	return down, right
}

// storePooled pools rows of a rectified map of the given height into pool, and marks what reached it in routes,
// which may be nil.
func storePooled[T number](b band[T], height int, pooling engine.Pooling, pool engine.Map, routes engine.Mask) {
	dst := newBand[T](b.channels, engine.Rows{From: b.rows.From / 2, To: b.rows.To / 2}, b.width/2)
	dst.each(func(c, y, x int, v *T) {
		if pooling == engine.AveragePooling {
			top, bottom := b.row(c, 2*y)[2*x:], b.row(c, 2*y+1)[2*x:]
			*v = (top[0] + top[1] + bottom[0] + bottom[1]) / 4
			return
		}
		i, j := winner(b, c, y, x)
		*v = b.row(c, 2*y+i)[2*x+j]
	})
	pool.(*featureMap[T]).put(dst)
	if routes == nil {
		return
	}
	routes.(*mask).put(b.rows, func(c, y, x int) bool {
		if y/2 >= height/2 || x/2 >= b.width/2 || !(b.row(c, y)[x] > 0) {
			return false
		}
		if pooling == engine.AveragePooling {
			return true
		}
		i, j := winner(b, c, y/2, x/2)
		return i == y%2 && j == x%2
	})
}

// unpool spreads the gradient src of a pooled map over rows of the map before the pooling and its
// ReLU, leaving out rows beyond that map.
func unpool[T number](src engine.Map, routes engine.Mask, pooling engine.Pooling, rows engine.Rows) band[T] {
	shape := routes.Shape()
	rows = engine.Rows{From: max(rows.From, 0), To: min(rows.To, shape.Height)}
	pooled := src.(*featureMap[T]).take(engine.Rows{From: rows.From / 2, To: (rows.To + 1) / 2})
	pass := routes.(*mask).take(rows)
	g := newBand[T](shape.Channels, rows, shape.Width)
	g.each(func(c, y, x int, v *T) {
		if !pass(c, y, x) {
			return
		}
		*v = pooled.row(c, y/2)[x/2]
		if pooling == engine.AveragePooling {
			*v /= 4
		}
	})
	return g
}

func (d *device[T]) Unpool(op engine.Unpool) error {
	op.Check()
	d.begin()
	defer d.end()
	g := unpool[T](op.Src, op.Mask, op.Pooling, op.Rows)
	if op.Add {
		g.add(op.Dst.(*featureMap[T]).take(op.Rows))
	}
	op.Dst.(*featureMap[T]).put(g)
	return nil
}

func (d *device[T]) MaskBy(op engine.MaskBy) error {
	op.Check()
	d.begin()
	defer d.end()
	pass := positive(op.By.(*featureMap[T]).take(op.Rows))
	g := op.Dst.(*featureMap[T]).take(op.Rows)
	g.each(func(c, y, x int, v *T) {
		if !pass(c, y, x) {
			*v = 0
		}
	})
	op.Dst.(*featureMap[T]).put(g)
	return nil
}

func (d *device[T]) CopyRows(op engine.CopyRows) error {
	op.Check()
	d.begin()
	defer d.end()
	op.Dst.(*featureMap[T]).put(op.Src.(*featureMap[T]).take(op.Rows))
	return nil
}
