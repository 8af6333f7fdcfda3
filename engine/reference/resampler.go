package reference

import (
	"math"

	"github.com/impasto/impasto/engine"
)

// resampler implements engine.Resampler.
type resampler struct {
	engine.Resampling
	closed bool
}

func (r *resampler) Close() error {
	r.closed = true
	return nil
}

func (d *device[T]) ResamplerBytes(r engine.Resampling) int64 {
	return numberBytes * int64(len(r.Across.Weights)+len(r.Down.Weights))
}

func (d *device[T]) NewResampler(r engine.Resampling) (engine.Resampler, error) {
	r.Check()
	return &resampler{Resampling: r}, nil
}

// open returns the resampling, which must not be closed.
func open(r engine.Resampler) *engine.Resampling {
	of := r.(*resampler)
	must(!of.closed, "a resampler used after it was closed")
	return &of.Resampling
}

// each calls do for every number of a resampled plane, every number from which it is made, and its weight.
func each(r *engine.Resampling, do func(to, from int, weight float64)) {
	read := func(t *engine.Taps, i, k, n int) int { return min(max(t.First[i]+k, 0), n-1) }
	for i := range r.ToHeight {
		for j := range r.ToWidth {
			for k := range r.Down.Width {
				for l := range r.Across.Width {
					weight := float64(r.Down.Weights[i*r.Down.Width+k]) * float64(r.Across.Weights[j*r.Across.Width+l])
					do(i*r.ToWidth+j, read(&r.Down, i, k, r.Height)*r.Width+read(&r.Across, j, l, r.Width), weight)
				}
			}
		}
	}
}

// Resample sums the light of each channel in float64.
func (d *device[T]) Resample(op engine.Resample) error {
	r := open(op.Resampler)
	op.Check(r)
	d.begin()
	defer d.end()
	src := vectorOf[T](op.Src).take()
	dst := vectorOf[T](op.Dst).all()
	n, m := r.Height*r.Width, r.ToHeight*r.ToWidth
	for c := range 3 {
		sums := make([]float64, m)
		each(r, func(to, from int, weight float64) { sums[to] += weight * light(limited(float64(src[c*n+from]))) })
		for i, v := range sums {
			dst[c*m+i] = T(encoded(limited(v)))
		}
	}
	return nil
}

// ResampleBackward is the transpose, between the derivatives of the transfer curve.
func (d *device[T]) ResampleBackward(op engine.ResampleBackward) error {
	r := open(op.Resampler)
	op.Check(r)
	d.begin()
	defer d.end()
	src, made, gradient := vectorOf[T](op.Src).take(), vectorOf[T](op.Resampled).take(), vectorOf[T](op.Gradient).take()
	dst := vectorOf[T](op.Dst).all()
	n, m := r.Height*r.Width, r.ToHeight*r.ToWidth
	for c := range 3 {
		sums := make([]float64, n)
		each(r, func(to, from int, weight float64) {
			if v := float64(made[c*m+to]); v > 0 && v < 1 {
				sums[from] += weight * float64(gradient[c*m+to]) / lightSlope(v)
			}
		})
		for i, sum := range sums {
			dst[c*n+i] = 0
			if v := float64(src[c*n+i]); v >= 0 && v <= 1 {
				dst[c*n+i] = T(sum * lightSlope(v))
			}
		}
	}
	return nil
}

// limited returns v clamped to [0,1]. NaN becomes 0.
func limited(v float64) float64 {
	if !(v > 0) {
		return 0
	}
	return min(v, 1)
}

// light is the transfer curve of sRGB (IEC 61966-2-1) from encoded values.
func light(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// lightSlope is the derivative of light.
func lightSlope(v float64) float64 {
	if v <= 0.04045 {
		return 1 / 12.92
	}
	return 2.4 / 1.055 * math.Pow((v+0.055)/1.055, 1.4)
}

// encoded is the inverse of light.
func encoded(v float64) float64 {
	if v <= 0.0031308 {
		return v * 12.92
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}
