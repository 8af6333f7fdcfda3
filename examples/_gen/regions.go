package main

import "math"

// distances returns for every pixel of a map of piece numbers the distance in pixels to the nearest
// pixel of another piece: two passes with the steps 1 and √2 (chamfer distance), which is at
// most 8 % too long.
func distances(piece []int32, w, h int) []float64 {
	d := make([]float64, w*h)
	for i := range d {
		d[i] = math.Inf(1)
		x, y := i%w, i/w
		if x > 0 && piece[i-1] != piece[i] || x+1 < w && piece[i+1] != piece[i] ||
			y > 0 && piece[i-w] != piece[i] || y+1 < h && piece[i+w] != piece[i] {
			d[i] = 0.5
		}
	}
	relax := func(i, x, y, dx, dy int) {
		if u, v := x+dx, y+dy; u >= 0 && u < w && v >= 0 && v < h {
			step := 1.0
			if dx != 0 && dy != 0 {
				step = math.Sqrt2
			}
			d[i] = math.Min(d[i], d[v*w+u]+step)
		}
	}
	for i := range d {
		x, y := i%w, i/w
		for _, k := range [][2]int{{-1, 0}, {-1, -1}, {0, -1}, {1, -1}} {
			relax(i, x, y, k[0], k[1])
		}
	}
	for i := len(d) - 1; i >= 0; i-- {
		x, y := i%w, i/w
		for _, k := range [][2]int{{1, 0}, {1, 1}, {0, 1}, {-1, 1}} {
			relax(i, x, y, k[0], k[1])
		}
	}
	return d
}

// cell is the number of the nearest seed, where every unit square of the plane holds one.
func (n Noise) cell(x, y, jitter float64) int32 {
	ix, iy := int(math.Floor(x)), int(math.Floor(y))
	best, number := math.Inf(1), int32(0)
	for v := iy - 1; v <= iy+1; v++ {
		for u := ix - 1; u <= ix+1; u++ {
			sx := float64(u) + 0.5 + jitter*(n.hash(u, v)-0.5)
			sy := float64(v) + 0.5 + jitter*((n+1).hash(u, v)-0.5)
			if d := (sx-x)*(sx-x) + (sy-y)*(sy-y); d < best {
				best, number = d, int32(u&0x7fff)<<15|int32(v&0x7fff)
			}
		}
	}
	return number
}

// blur averages v three times over squares of 2*radius+1 pixels, which approximates a Gaussian.
func blur(v []float64, w, h, radius int) []float64 {
	out := append([]float64(nil), v...)
	tmp := make([]float64, len(v))
	line := func(dst, src []float64, start, stride, n int) {
		sum := 0.0
		at := func(i int) float64 { return src[start+stride*min(max(i, 0), n-1)] }
		for i := -radius; i < radius; i++ {
			sum += at(i)
		}
		for i := range n {
			sum += at(i + radius)
			dst[start+stride*i] = sum / float64(2*radius+1)
			sum -= at(i - radius)
		}
	}
	for range 3 {
		for y := range h {
			line(tmp, out, y*w, 1, w)
		}
		for x := range w {
			line(out, tmp, x, w, h)
		}
	}
	return out
}
