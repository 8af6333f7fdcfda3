package critic

import (
	"context"
	"math"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
)

// layout is how a program makes a matrix of a layer's maps before it multiplies the matrix by its transpose. The
// right one has a row for each channel. The slips reshape memory where they should transpose it, and mix positions
// with channels; the matrix that comes out is symmetric and looks like a Gram matrix.
type layout uint8

const (
	asRead       layout = iota // [C,N]
	rowsOfPlanes               // [C,H,W] reshaped to [N,C], and that transposed
	rowsOfPixels               // [H,W,C] reshaped to [C,N]
	rowsOfLines                // [H,W,C] reshaped to [H,W C]: the matrix is [H,H]
)

// side returns the rows of the matrix.
func (l layout) side(s engine.Shape) int {
	if l == rowsOfLines {
		return s.Height
	}
	return s.Channels
}

// index returns where in a map [C,H,W] the number i of the matrix is taken from.
func (l layout) index(s engine.Shape, i int) int {
	c, n := s.Channels, s.Positions()
	switch l {
	case rowsOfPlanes:
		return i%n*c + i/n
	case rowsOfPixels, rowsOfLines:
		return i%c*n + i/c
	}
	return i
}

// matrix reads a map [C,H,W] as rows.
func (l layout) matrix(s engine.Shape, flat []float32) [][]float32 {
	rows := make([][]float32, l.side(s))
	width := len(flat) / len(rows)
	for r := range rows {
		rows[r] = make([]float32, width)
		for i := range rows[r] {
			rows[r][i] = flat[l.index(s, r*width+i)]
		}
	}
	return rows
}

// gramOf returns the products of rows with each other, per position of the layer.
func gramOf(rows [][]float32, positions int) [][]float64 {
	g := make([][]float64, len(rows))
	for i := range rows {
		g[i] = make([]float64, len(rows))
		for j := range i + 1 {
			g[i][j] = product(rows[i], rows[j]) / float64(positions)
			g[j][i] = g[i][j]
		}
	}
	return g
}

// product is a dot product in four sums, short enough each for float32 not to show.
func product(x, y []float32) float64 {
	const block = 256
	sum := 0.0
	for len(x) > 0 {
		n := min(block, len(x))
		var a, b, c, d float32
		i := 0
		for ; i+3 < n; i += 4 {
			a += x[i] * y[i]
			b += x[i+1] * y[i+1]
			c += x[i+2] * y[i+2]
			d += x[i+3] * y[i+3]
		}
		for ; i < n; i++ {
			a += x[i] * y[i]
		}
		sum += float64(a+b) + float64(c+d)
		x, y = x[n:], y[n:]
	}
	return sum
}

// mapPair are a layer's maps of the picture and of the painting, [C,H,W].
type mapPair struct {
	picture, painting           []float32
	pictureShape, paintingShape engine.Shape
}

// readMaps reads the maps of layers through a lens where they are missing.
func (s *search) readMaps(ctx context.Context, v *sight, layers ...feature.Layer) error {
	var missing []feature.Layer
	for _, l := range layers {
		if _, ok := v.maps[l]; !ok {
			missing = append(missing, l)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	at, err := s.read(ctx, v.lens, s.trial.At, missing, nil)
	if err != nil {
		return err
	}
	painting, err := s.read(ctx, v.lens, s.painting(v.lens), missing, nil)
	if err != nil {
		return err
	}
	in := s.shapes(v.lens)
	if v.maps == nil {
		for _, other := range s.sights {
			other.maps = nil
		}
		v.maps = map[feature.Layer]mapPair{}
	}
	for i, l := range missing {
		v.maps[l] = mapPair{at.maps[i], painting.maps[i], in.picture(l), in.painting(l)}
	}
	return nil
}

// reshape sets the values of Gram matrices of a wrong layout where a convention needs them.
func (s *search) reshape(ctx context.Context, v *sight, c *convention) error {
	var missing []feature.Layer
	for _, l := range c.style {
		if _, ok := v.values[basis{gramDistance, l.layer, c.layout}]; !ok {
			missing = append(missing, l.layer)
		}
	}
	if err := s.readMaps(ctx, v, missing...); err != nil {
		return err
	}
	for _, l := range missing {
		g, a := v.maps[l].grams(c.layout)
		var distance, own, theirs float64
		for i := range g {
			for j := range g[i] {
				distance += (g[i][j] - a[i][j]) * (g[i][j] - a[i][j])
				own += g[i][j] * g[i][j]
				theirs += a[i][j] * a[i][j]
			}
		}
		keep(v.values, l, c.layout, distance, own, theirs)
	}
	return nil
}

// grams returns the matrices of picture and painting.
func (m mapPair) grams(as layout) (picture, painting [][]float64) {
	return gramOf(as.matrix(m.pictureShape, m.picture), m.pictureShape.Positions()),
		gramOf(as.matrix(m.paintingShape, m.painting), m.paintingShape.Positions())
}

// fits reports whether the matrices of picture and painting can be subtracted.
func (c *convention) fits(in shapes) bool {
	for _, l := range c.style {
		if c.layout.side(in.picture(l.layer)) != c.layout.side(in.painting(l.layer)) {
			return false
		}
	}
	return true
}

// reshapedTarget returns the target T of a content loss sum (F-T)^2 whose gradient 2 (F-T), times scale, is that of
// a Gram matrix of a wrong layout by the layer's maps F: 4 D R / N, with D = g - a or g, and R the matrix of maps.
func (v *sight) reshapedTarget(b basis, shape engine.Shape) (target []float32, scale float64) {
	pair := v.maps[b.layer]
	d, a := pair.grams(b.layout)
	if b.kind == gramDistance {
		for i := range d {
			for j := range d[i] {
				d[i][j] -= a[i][j]
			}
		}
	}
	rows := b.layout.matrix(shape, pair.picture)
	width := len(pair.picture) / len(rows)
	slope, line := make([]float64, len(pair.picture)), make([]float64, width)
	for r := range rows {
		clear(line)
		for k, by := range d[r] {
			by *= 4 / float64(shape.Positions())
			for i, x := range rows[k] {
				line[i] += by * float64(x)
			}
		}
		for i, x := range line {
			slope[b.layout.index(shape, r*width+i)] = x
		}
	}
	// T = F - slope/(2 scale), at a scale where the two are of one size, so that rounding takes little of either.
	var own, theirs float64
	for i, x := range pair.picture {
		own += float64(x) * float64(x)
		theirs += slope[i] * slope[i]
	}
	by := 1.0
	if own > 0 && theirs > 0 {
		by = math.Sqrt(theirs / own)
	}
	target = make([]float32, len(slope))
	for i, x := range pair.picture {
		target[i] = float32(float64(x) - slope[i]/(2*by))
	}
	return target, by
}
