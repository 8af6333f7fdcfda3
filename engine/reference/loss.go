package reference

import "github.com/impasto/impasto/engine"

// order checks that a reduction sees each row of a map once and from top to bottom; a window that
// starts at row 0 begins another map.
type order struct{ next int }

func (o *order) see(what string, rows engine.Rows) {
	must(rows.From == 0 || rows.From >= o.next, "%s: rows [%d,%d) come after row %d", what, rows.From, rows.To, o.next-1)
	o.next = rows.To
}

// weights returns w(y, x), or 1 without a plane.
func weights[T number](w engine.Plane) func(y, x int) float64 {
	if w == nil {
		return func(int, int) float64 { return 1 }
	}
	p := w.(*plane[T])
	must(p.written, "%s at %d is read and was never written", p.what, p.from)
	data := p.take()
	return func(y, x int) float64 { return float64(data[y*p.width+x]) }
}

// AddMoments adds sum w, sum w F and sum w F F^T over the positions of rows, in float64 and position by
// position, so that the result does not depend on windows.
func (d *device[T]) AddMoments(op engine.AddMoments) error {
	op.Check()
	d.begin()
	defer d.end()
	m := op.Moments.(*moments)
	m.see("moments", op.Rows)
	m.demand()
	w := weights[T](op.Weight)
	f := op.Src.(*featureMap[T]).take(op.Rows)
	m.write()
	positions := op.Rows.Len() * f.width
	weight := make([]float64, positions)
	for p := range weight {
		weight[p] = w(op.Rows.From+p/f.width, p%f.width)
		m.weight += weight[p]
	}
	parallel(f.channels, func(c int) {
		weighted := make([]float64, positions)
		for p, v := range f.data[c*positions : (c+1)*positions] {
			weighted[p] = weight[p] * float64(v)
			m.sum[c] += weighted[p]
		}
		for e := range c + 1 {
			sum := m.gram[c*f.channels+e]
			for p, v := range f.data[e*positions : (e+1)*positions] {
				sum += weighted[p] * float64(v)
			}
			m.gram[c*f.channels+e] = sum
		}
	})
	return nil
}

// MomentDistance computes the sum of (G/W - P/V)^2 and sets the affine map to its gradient.
func (d *device[T]) MomentDistance(op engine.MomentDistance) error {
	op.Check()
	d.begin()
	defer d.end()
	s, painting := op.Moments.(*moments).take(), op.Painting.(*moments).take()
	set(op.Weight, s.Weight)
	set(op.Distance, 0)
	if s.Weight <= 0 {
		return nil
	}
	m, distance := op.Affine.(*affine[T]), 0.0
	m.set()
	for i, v := range s.Gram {
		difference := v/s.Weight - painting.Gram[i]/painting.Weight
		distance += difference * difference
		m.a[i] = T(op.Scale / s.Weight * difference)
	}
	clear(m.b)
	set(op.Distance, distance)
	return nil
}

// AddAffine computes w(p) (sum over d of A_cd F_d(p) + b_c).
func (d *device[T]) AddAffine(op engine.AddAffine) error {
	op.Check()
	d.begin()
	defer d.end()
	m := op.Affine.(*affine[T])
	m.demand()
	w := weights[T](op.Weight)
	f := op.Src.(*featureMap[T]).take(op.Rows)
	g := newBand[T](f.channels, f.rows, f.width)
	parallel(g.channels, func(c int) {
		for y := g.rows.From; y < g.rows.To; y++ {
			row := g.row(c, y)
			for x := range row {
				row[x] = m.b[c]
			}
			for e := range f.channels {
				a := m.a[c*f.channels+e]
				for x, v := range f.row(e, y) {
					row[x] += a * v
				}
			}
			for x := range row {
				row[x] *= T(w(y, x))
			}
		}
	})
	if op.Add {
		g.add(op.Dst.(*featureMap[T]).take(op.Rows))
	}
	op.Dst.(*featureMap[T]).put(g)
	return nil
}

// AddSquaredDistance adds sum w (F - P)^2 in float64, row by row, so that the result does not depend on windows.
func (d *device[T]) AddSquaredDistance(op engine.AddSquaredDistance) error {
	op.Check()
	d.begin()
	defer d.end()
	op.Sum.Of.(*scalars).order[op.Sum.At].see("squared distance", op.Rows)
	w := weights[T](op.Weight)
	f, p := op.Src.(*featureMap[T]).take(op.Rows), op.Target.(*featureMap[T]).take(op.Rows)
	sum := accumulator(op.Sum)
	for y := op.Rows.From; y < op.Rows.To; y++ {
		for c := range f.channels {
			target := p.row(c, y)
			for x, v := range f.row(c, y) {
				distance := float64(v) - float64(target[x])
				*sum += w(y, x) * distance * distance
			}
		}
	}
	return nil
}

// AddDifference computes Scale w (F - P).
func (d *device[T]) AddDifference(op engine.AddDifference) error {
	op.Check()
	d.begin()
	defer d.end()
	w := weights[T](op.Weight)
	g, p := op.Src.(*featureMap[T]).take(op.Rows), op.Target.(*featureMap[T]).take(op.Rows)
	g.each(func(c, y, x int, v *T) {
		*v = T(float64(op.Scale) * w(y, x) * (float64(*v) - float64(p.row(c, y)[x])))
	})
	if op.Add {
		g.add(op.Dst.(*featureMap[T]).take(op.Rows))
	}
	op.Dst.(*featureMap[T]).put(g)
	return nil
}
