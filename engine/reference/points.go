package reference

import (
	"fmt"

	"github.com/impasto/impasto/engine"
)

// points implements engine.Points.
type points struct {
	*contents
	positions []int32
}

func (p *points) Len() int { return len(p.positions) }

func (d *device[T]) PointsBytes(n int) int64 { return 4 * int64(n) }

func (a *arena[T]) Points(offset int64, n int) engine.Points {
	must(n >= 0, "%d points", n)
	return find(a, placement{offset, 'q', engine.Shape{}, n}, func() *points {
		p := &points{positions: make([]int32, n)}
		p.contents = a.contents(fmt.Sprintf("%d points", n), offset, a.device.PointsBytes(n))
		return p
	})
}

func (d *device[T]) WritePoints(dst engine.Points, positions []int32) error {
	p := dst.(*points)
	must(len(positions) == len(p.positions), "%d points set from %d positions", len(p.positions), len(positions))
	d.begin()
	defer d.end()
	p.set()
	copy(p.positions, positions)
	return nil
}

// each calls do for every point in rows of a map, in order.
func (p *points) each(shape engine.Shape, rows engine.Rows, do func(k, y, x int)) {
	p.demand()
	for k, at := range p.positions {
		must(0 <= at && int(at) < shape.Positions(), "point %d is at %d of a map %v", k, at, shape)
		if y := int(at) / shape.Width; rows.From <= y && y < rows.To {
			do(k, y, int(at)%shape.Width)
		}
	}
}

func (d *device[T]) Gather(op engine.Gather) error {
	op.Check()
	d.begin()
	defer d.end()
	f, dst := op.Src.(*featureMap[T]).take(op.Rows), vectorOf[T](op.Dst)
	op.Points.(*points).each(op.Src.Shape(), op.Rows, func(k, y, x int) {
		at := k*op.Stride + op.Offset
		for c, row := 0, dst.put(at, at+f.channels); c < len(row); c++ {
			row[c] = f.row(c, y)[x]
		}
	})
	return nil
}

func (d *device[T]) Scatter(op engine.Scatter) error {
	op.Check()
	d.begin()
	defer d.end()
	dst, src := op.Dst.(*featureMap[T]), vectorOf[T](op.Src)
	g := newBand[T](dst.shape.Channels, op.Rows, dst.shape.Width)
	if op.Add {
		g = dst.take(op.Rows)
	}
	op.Points.(*points).each(dst.shape, op.Rows, func(k, y, x int) {
		at := k*op.Stride + op.Offset
		for c, v := range src.part(at, at+g.channels) {
			g.row(c, y)[x] += v
		}
	})
	dst.put(g)
	return nil
}
