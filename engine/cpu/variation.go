package cpu

import (
	"math"

	"github.com/impasto/impasto/engine"
)

// variationRun is a total variation in progress, row by row of each channel.
type variationRun struct {
	kind               engine.TotalVariation
	image, gradient    *picture
	straight, diagonal float64 // weights of the differences
	slope              float32 // of a difference, times Scale
	across             float32
	values             []float64
}

// AddTotalVariation adds Scale times the total variation and its gradient.
func (d *device) AddTotalVariation(op engine.AddTotalVariation) error {
	op.Check()
	d.mu.Lock()
	defer d.mu.Unlock()
	r := variationRun{kind: op.Kind, image: pictureOf(op.Image), gradient: pictureOf(op.Gradient), straight: 1}
	h, w := r.image.height, r.image.width
	if op.Kind == engine.NinePointVariation {
		r.straight = 2.0 / 3 / float64(3*h*w)
		r.diagonal = 2.0 / 12 / float64(3*(h+1)*(w+1))
	}
	r.slope, r.across = float32(2*op.Scale*r.straight), float32(2*op.Scale*r.diagonal)
	if op.Kind == engine.AbsoluteVariation {
		r.slope = float32(op.Scale)
	}
	r.values = d.sums(3 * h)
	d.variation = r
	d.crew.run(&d.jobs.variation, 3*h)
	total := 0.0
	for _, v := range r.values {
		total += v
	}
	*scalarOf(op.Sum) += float64(op.Scale * total)
	d.variation = variationRun{}
	return nil
}

// variationRow processes one row: its differences to the right and to the row below count for the value,
// those to all neighbours for the gradient. Beyond the border a pixel is its own neighbour.
func (d *device) variationRow(_, index int) {
	r := &d.variation
	c, y := index/r.image.height, index%r.image.height
	row := r.image.row(c, y)
	up, down := r.image.row(c, max(y-1, 0)), r.image.row(c, min(y+1, r.image.height-1))
	var gradient []float32
	if r.gradient != nil {
		gradient = r.gradient.row(c, y)
	}
	if r.kind == engine.AbsoluteVariation {
		r.values[index] = r.absolute(row, up, down, gradient)
		return
	}
	value := r.squares(row, up, down, gradient)
	if r.diagonal > 0 {
		value += r.diagonals(row, up, down, gradient, y)
	}
	r.values[index] = value
}

func (r *variationRun) absolute(row, up, down, gradient []float32) (value float64) {
	last := len(row) - 1
	for x, v := range row {
		right, left := row[min(x+1, last)], row[max(x-1, 0)]
		value += math.Abs(float64(right-v)) + math.Abs(float64(down[x]-v))
		if gradient != nil {
			gradient[x] += float32(r.slope * (sign(v-left) + sign(v-right) + sign(v-up[x]) + sign(v-down[x])))
		}
	}
	return value
}

func sign(v float32) float32 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

func (r *variationRun) squares(row, up, down, gradient []float32) (value float64) {
	last := len(row) - 1
	for x, v := range row {
		right, left := row[min(x+1, last)], row[max(x-1, 0)]
		a, b := float64(right-v), float64(down[x]-v)
		value += float64(a*a) + float64(b*b)
		if gradient != nil {
			gradient[x] += float32(r.slope * ((v - left) + (v - right) + (v - up[x]) + (v - down[x])))
		}
	}
	return float64(r.straight * value)
}

// diagonals processes the 2x2 squares whose lower edge is this row, on the image padded by one replicated
// pixel; the last row also processes those below it.
func (r *variationRun) diagonals(row, up, down, gradient []float32, y int) (value float64) {
	value = crossed(up, row)
	if y == r.image.height-1 {
		value += crossed(row, row)
	}
	if gradient != nil {
		for x := range row {
			gradient[x] += float32(r.across * r.diagonalSlope(row, up, down, x, y))
		}
	}
	return float64(r.diagonal * value)
}

// crossed sums the squared diagonals between two rows.
func crossed(upper, lower []float32) (value float64) {
	last := len(upper) - 1
	for x := -1; x <= last; x++ {
		l, r := max(x, 0), min(x+1, last)
		a, b := float64(lower[r]-upper[l]), float64(lower[l]-upper[r])
		value += float64(a*a) + float64(b*b)
	}
	return value
}

// diagonalSlope sums the differences to the diagonal neighbours of pixel x. On the border a
// pixel also stands for its replicas, and so has some neighbours more than once.
func (r *variationRun) diagonalSlope(row, up, down []float32, x, y int) (sum float32) {
	last := len(row) - 1
	v := row[x]
	for _, other := range [2][]float32{up, down} {
		sum += (v - other[max(x-1, 0)]) + (v - other[min(x+1, last)])
	}
	replicas := 0
	if x == 0 {
		replicas++
	}
	if x == last {
		replicas++
	}
	for range replicas { // of this pixel in the columns of the padding
		sum += (v - up[x]) + (v - down[x])
	}
	for _, edge := range [2]bool{y == 0, y == r.image.height-1} {
		if edge { // and in the rows of the padding
			sum += (v - row[max(x-1, 0)]) + (v - row[min(x+1, last)])
		}
	}
	return sum
}
