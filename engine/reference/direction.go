package reference

import "github.com/impasto/impasto/engine"

// Direction is the two-loop recursion. As on every device, factors are rounded to float32.
func (d *device[T]) Direction(op engine.Direction) error {
	op.Check()
	d.begin()
	defer d.end()
	g := vectorOf[T](op.G).take()
	s, y := make([][]T, len(op.S)), make([][]T, len(op.S))
	for i := range s {
		s[i], y[i] = vectorOf[T](op.S[i]).take(), vectorOf[T](op.Y[i]).take()
		must(vectorOf[T](op.S[i]) != vectorOf[T](op.D) && vectorOf[T](op.Y[i]) != vectorOf[T](op.D), "direction: pair %d is overwritten", i)
	}
	must(vectorOf[T](op.G) != vectorOf[T](op.D), "direction: the gradient is overwritten")
	r := vectorOf[T](op.D).all()
	for i, v := range g {
		r[i] = -v
	}
	alpha := make([]float64, len(s))
	for i := len(s) - 1; i >= 0; i-- {
		alpha[i] = float64(op.Rho[i] * dot(s[i], r))
		axpy(r, float32(-alpha[i]), y[i])
	}
	for i, v := range r {
		r[i] = T(float64(v) * float64(float32(op.Gamma)))
	}
	if op.Levels > 0 {
		height, width := op.D.(engine.Image).Size()
		multilevel(r, height, width, op.Levels)
	}
	for i := range s {
		beta := float64(op.Rho[i] * dot(y[i], r))
		axpy(r, float32(alpha[i]-beta), s[i])
	}
	set(op.Slope, dot(g, r))
	return nil
}

func axpy[T number](dst []T, a float32, x []T) {
	for i, v := range x {
		dst[i] = T(float64(dst[i]) + float64(a)*float64(v))
	}
}
