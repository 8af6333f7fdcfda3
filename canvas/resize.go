package canvas

import (
	"fmt"

	"github.com/impasto/impasto/internal/srgb"
)

// Resize returns p at width x height, resampled in linear light: detail that becomes too
// fine to see keeps its brightness, as if seen from further away. It is for photographs
// and paintings: values are clamped to [0, 1], before and after. For iterates of an
// optimisation see [Resample].
//
// Pixels beyond the edges repeat those at the edge. The result does not depend
// on the number of threads. It panics if a size is less than 1.
func Resize(p *Picture, width, height int, f Filter) *Picture {
	p.check()
	checkSize(width, height)
	if width == p.Width && height == p.Height {
		q := p.Clone()
		q.Clamp()
		return q
	}
	q := &Picture{Width: width, Height: height}
	q.Pix = resample(p.Pix, p.Width, p.Height, width, height, f, true)
	return q
}

// Resample returns planes [channels][height][width] resampled to [channels][h][w]: the
// values as they are, with no transfer curve and no clamping. It is for data in the
// network's space: iterates of an optimisation, which may leave [0, 1], the optimiser's
// moments, masks. The number of channels follows from len(pix). Edges and threads are as
// for [Resize]. It panics if a size is less than 1 or len(pix) is not a multiple of a plane.
func Resample(pix []float32, width, height, w, h int, f Filter) []float32 {
	checkSize(width, height)
	checkSize(w, h)
	if len(pix)%(width*height) != 0 {
		panic(fmt.Sprintf("canvas: %d values are not a number of planes of %dx%d", len(pix), width, height))
	}
	if w == width && h == height {
		return append([]float32(nil), pix...)
	}
	return resample(pix, width, height, w, h, f, false)
}

// resample implements Resize and Resample.
func resample(pix []float32, width, height, w, h int, f Filter, light bool) []float32 {
	out := make([]float32, len(pix)/(width*height)*w*h)
	newResampling(width, height, w, h, f).apply(out, pix, light)
	return out
}

// resampling holds the taps and scratch memory for resampling planes of one size to another.
type resampling struct {
	width, height, w, h int
	across, down        Taps      // from width to w, from height to h
	narrow              []float32 // [height][w], one plane
}

func newResampling(width, height, w, h int, f Filter) *resampling {
	return &resampling{width, height, w, h, f.Taps(width, w), f.Taps(height, h), make([]float32, height*w)}
}

// apply resamples src to dst: rows first, then columns, one plane after the other, so that the only scratch
// memory is one narrow plane.
func (r *resampling) apply(dst, src []float32, light bool) {
	for c := range len(src) / (r.width * r.height) {
		from, to := src[c*r.width*r.height:][:r.width*r.height], dst[c*r.w*r.h:][:r.w*r.h]
		must(inParallel(r.height, func(lo, hi int) { r.across.rows(r.narrow, from, r.width, r.w, lo, hi, light) }))
		must(inParallel(r.h, func(lo, hi int) { r.down.columns(to, r.narrow, r.w, r.height, lo, hi, light) }))
	}
}

// must repeats a panic from a worker of inParallel: on numbers it is a bug of this package.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// rows resamples rows lo to hi of src [..][width] to dst [..][w].
func (t *Taps) rows(dst, src []float32, width, w, lo, hi int, light bool) {
	before, after := t.margins(width)
	padded := make([]float32, before+width+after)
	row := padded[before : before+width]
	for y := lo; y < hi; y++ {
		if light {
			srgb.Decode(row, src[y*width:][:width])
		} else {
			copy(row, src[y*width:])
		}
		fill(padded[:before], row[0])
		fill(padded[before+width:], row[width-1])
		out := dst[y*w:][:w]
		for i := range out {
			out[i] = dot(t.Weights[i*t.Width:][:t.Width], padded[t.First[i]+before:])
		}
	}
}

// columns resamples rows lo to hi of the result dst [..][w] from all rows of src
// [height][w].
func (t *Taps) columns(dst, src []float32, w, height, lo, hi int, light bool) {
	for i := lo; i < hi; i++ {
		out := dst[i*w:][:w]
		clear(out)
		for k, weight := range t.Weights[i*t.Width:][:t.Width] {
			if weight != 0 {
				y := min(max(t.First[i]+k, 0), height-1)
				addScaled(out, weight, src[y*w:][:w])
			}
		}
		if light {
			srgb.Encode(out)
		}
	}
}

func fill(s []float32, v float32) {
	for i := range s {
		s[i] = v
	}
}

// dot returns the sum of a[i]*b[i]. Four sums run side by side, and products are rounded
// before they are added, so that every processor gives the same bits.
func dot(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	for len(a) >= 4 && len(b) >= 4 {
		s0 += float32(a[0] * b[0])
		s1 += float32(a[1] * b[1])
		s2 += float32(a[2] * b[2])
		s3 += float32(a[3] * b[3])
		a, b = a[4:], b[4:]
	}
	for i, v := range a {
		s0 += float32(v * b[i])
	}
	return (s0 + s1) + (s2 + s3)
}

// addScaled adds weight*src to dst.
func addScaled(dst []float32, weight float32, src []float32) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] += float32(weight * src[i])
	}
}
