package reference

import (
	"math"

	"github.com/impasto/impasto/engine"
)

// pixel is a row and a column of an image; beyond the border it means the nearest pixel.
type pixel struct{ y, x int }

// pairs calls do for every pair of neighbours whose difference is part of a variation, with the
// weight of its square (of its absolute value for AbsoluteVariation).
func pairs(kind engine.TotalVariation, height, width int, do func(p, q pixel, weight float64)) {
	straight, diagonal := 1.0, 0.0
	if kind == engine.NinePointVariation {
		straight = 2.0 / 3 / float64(3*height*width)
		diagonal = 2.0 / 12 / float64(3*(height+1)*(width+1))
	}
	for y := range height {
		for x := range width {
			do(pixel{y, x}, pixel{y + 1, x}, straight)
			do(pixel{y, x}, pixel{y, x + 1}, straight)
		}
	}
	if diagonal == 0 {
		return
	}
	for y := -1; y < height; y++ {
		for x := -1; x < width; x++ {
			do(pixel{y, x}, pixel{y + 1, x + 1}, diagonal)
			do(pixel{y, x + 1}, pixel{y + 1, x}, diagonal)
		}
	}
}

// AddTotalVariation computes in float64. A difference across the border is one of a pixel with itself, hence
// zero: so AbsoluteVariation and SquaredVariation, which have none there, use the same loop.
func (d *device[T]) AddTotalVariation(op engine.AddTotalVariation) error {
	op.Check()
	d.begin()
	defer d.end()
	height, width := op.Image.Size()
	image := vectorOf[T](op.Image).take()
	gradient := make([]float64, len(image))
	var value float64
	for c := range 3 {
		at := func(p pixel) int {
			y, x := engine.PadReplicate.Index(p.y, height), engine.PadReplicate.Index(p.x, width)
			return (c*height+y)*width + x
		}
		pairs(op.Kind, height, width, func(p, q pixel, weight float64) {
			difference := float64(image[at(q)]) - float64(image[at(p)])
			slope := 2 * weight * difference
			if op.Kind == engine.AbsoluteVariation {
				value += weight * math.Abs(difference)
				slope = weight * sign(difference)
			} else {
				value += weight * difference * difference
			}
			gradient[at(q)] += slope
			gradient[at(p)] -= slope
		})
	}
	*accumulator(op.Sum) += op.Scale * value
	if op.Gradient == nil {
		return nil
	}
	dst := vectorOf[T](op.Gradient)
	dst.take()
	for i := range dst.all() {
		dst.data[i] = T(float64(dst.data[i]) + op.Scale*gradient[i])
	}
	return nil
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}
