package reference

import (
	"slices"

	"github.com/impasto/impasto/engine"
)

// order watches that a reduction sees each row of a map once and from top to bottom; a window that
// starts at row 0 begins another map.
type order struct{ next int }

func (o *order) see(what string, rows engine.Rows) {
	must(rows.From == 0 || rows.From >= o.next, "%s: rows [%d,%d) come after row %d", what, rows.From, rows.To, o.next-1)
	o.next = rows.To
}

// weights returns w(y, x), 1 where there is no plane.
func weights[T number](w engine.Plane) func(y, x int) float64 {
	if w == nil {
		return func(int, int) float64 { return 1 }
	}
	p := w.(*plane[T])
	must(p.written, "%s at %d is read and was never written", p.what, p.from)
	data := p.take()
	return func(y, x int) float64 { return float64(data[y*p.width+x]) }
}

// moments implements engine.Moments.
type moments struct {
	order
	statistics engine.Statistics
}

func (m *moments) Channels() int { return len(m.statistics.Sum) }

func (d *device[T]) NewMoments(channels int) engine.Moments {
	must(channels > 0, "moments of %d channels", channels)
	return &moments{statistics: engine.Statistics{
		Sum:  make([]float64, channels),
		Gram: make([]float64, channels*channels),
	}}
}

func (d *device[T]) ResetMoments(m engine.Moments) {
	d.begin()
	defer d.end()
	r := m.(*moments)
	clear(r.statistics.Sum)
	clear(r.statistics.Gram)
	r.statistics.Weight, r.next = 0, 0
}

// AddMoments adds sum w, sum w F and sum w F F^T over the positions of rows, in float64 and position by
// position, so that windows leave no trace.
func (d *device[T]) AddMoments(op engine.AddMoments) {
	op.Check()
	d.begin()
	defer d.end()
	m := op.Moments.(*moments)
	m.see("moments", op.Rows)
	w := weights[T](op.Weight)
	f := op.Src.(*featureMap[T]).take(op.Rows)
	positions := op.Rows.Len() * f.width
	weight := make([]float64, positions)
	for p := range weight {
		weight[p] = w(op.Rows.From+p/f.width, p%f.width)
		m.statistics.Weight += weight[p]
	}
	parallel(f.channels, func(c int) {
		weighted := make([]float64, positions)
		for p, v := range f.data[c*positions : (c+1)*positions] {
			weighted[p] = weight[p] * float64(v)
			m.statistics.Sum[c] += weighted[p]
		}
		for e := range c + 1 {
			sum := m.statistics.Gram[c*f.channels+e]
			for p, v := range f.data[e*positions : (e+1)*positions] {
				sum += weighted[p] * float64(v)
			}
			m.statistics.Gram[c*f.channels+e] = sum
		}
	})
}

func (d *device[T]) ReadMoments(m engine.Moments) engine.Statistics {
	d.begin()
	defer d.end()
	s := m.(*moments).statistics
	n := len(s.Sum)
	gram := make([]float64, n*n)
	for c := range n {
		for e := range c + 1 {
			gram[c*n+e] = s.Gram[c*n+e]
			gram[e*n+c] = s.Gram[c*n+e]
		}
	}
	return engine.Statistics{Weight: s.Weight, Sum: slices.Clone(s.Sum), Gram: gram}
}

// affine implements engine.Affine.
type affine[T number] struct {
	a []T // [C, C]
	b []T // [C]
}

func (a *affine[T]) Channels() int { return len(a.b) }

func (d *device[T]) NewAffine(channels int) engine.Affine {
	must(channels > 0, "an affine map of %d channels", channels)
	return &affine[T]{make([]T, channels*channels), make([]T, channels)}
}

func (d *device[T]) SetAffine(dst engine.Affine, a, b []float64) {
	d.begin()
	defer d.end()
	m := dst.(*affine[T])
	must(len(a) == len(m.a) && len(b) == len(m.b), "affine map of %d channels set from %d and %d numbers", len(m.b), len(a), len(b))
	copy(m.a, convert[T](a))
	copy(m.b, convert[T](b))
}

// MomentDistance computes the sum of (G/W - Target)^2 and sets the affine map to its gradient.
func (d *device[T]) MomentDistance(op engine.MomentDistance) (distance, weight float64) {
	op.Check()
	s := d.ReadMoments(op.Moments)
	if s.Weight <= 0 {
		return 0, s.Weight
	}
	a := make([]float64, len(s.Gram))
	for i, v := range s.Gram {
		difference := v/s.Weight - op.Target[i]
		distance += difference * difference
		a[i] = op.Scale / s.Weight * difference
	}
	d.SetAffine(op.Affine, a, make([]float64, len(s.Sum)))
	return distance, s.Weight
}

// AddAffine computes w(p) (sum over d of A_cd F_d(p) + b_c).
func (d *device[T]) AddAffine(op engine.AddAffine) {
	op.Check()
	d.begin()
	defer d.end()
	m := op.Affine.(*affine[T])
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
}

// sum implements engine.Sum.
type sum struct {
	engine.SumMark
	order
	value float64
}

func (d *device[T]) NewSum() engine.Sum { return &sum{} }

func (d *device[T]) ResetSum(s engine.Sum) {
	d.begin()
	defer d.end()
	*s.(*sum) = sum{}
}

func (d *device[T]) ReadSum(s engine.Sum) float64 {
	d.begin()
	defer d.end()
	return s.(*sum).value
}

// AddSquaredDistance adds sum w (F - P)^2 in float64, row by row, so that windows leave no trace.
func (d *device[T]) AddSquaredDistance(op engine.AddSquaredDistance) {
	op.Check()
	d.begin()
	defer d.end()
	s := op.Sum.(*sum)
	s.see("squared distance", op.Rows)
	w := weights[T](op.Weight)
	f, p := op.Src.(*featureMap[T]).take(op.Rows), op.Target.(*featureMap[T]).take(op.Rows)
	for y := op.Rows.From; y < op.Rows.To; y++ {
		for c := range f.channels {
			target := p.row(c, y)
			for x, v := range f.row(c, y) {
				distance := float64(v) - float64(target[x])
				s.value += w(y, x) * distance * distance
			}
		}
	}
}

// AddDifference computes Scale w (F - P).
func (d *device[T]) AddDifference(op engine.AddDifference) {
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
}
