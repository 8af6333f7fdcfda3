package cpu

import "math"

// stemForward computes a pixel's 32 channels from its 27 inputs, four channels at once.
func stemForward(dst []float32, dstStride int, mask []uint16, maskStride int, rows *[9][]float32, weight, bias []float32, n int, rectify bool) {
	var in [27]float32
	for x := range n {
		for r, row := range rows {
			p := row[x:]
			in[3*r], in[3*r+1], in[3*r+2] = p[0], p[1], p[2]
		}
		for block := range panel / lanes {
			d := (*[lanes]float32)(dst[block*dstStride+x*lanes:])
			for l := 0; l < lanes; l += 4 {
				k := block*lanes + l
				s0, s1, s2, s3 := bias[k], bias[k+1], bias[k+2], bias[k+3]
				for i, v := range in {
					w := (*[4]float32)(weight[i*panel+k:])
					s0 += float32(v * w[0])
					s1 += float32(v * w[1])
					s2 += float32(v * w[2])
					s3 += float32(v * w[3])
				}
				d[l], d[l+1], d[l+2], d[l+3] = s0, s1, s2, s3
			}
			if rectify {
				rectifyPixel(d)
				if mask != nil {
					mask[block*maskStride+x] = positive(d)
				}
			}
		}
	}
}

func rectifyPixel(p *[lanes]float32) {
	for l, v := range p {
		if v < 0 {
			p[l] = 0
		}
	}
}

func stemBackward(dst *[3][]float32, rows *[3][]float32, weight []float32, n int) {
	for x := range n {
		var s0, s1, s2 float32
		for y, row := range rows {
			for dx := range 3 {
				g := (*[lanes]float32)(row[(x+dx)*lanes:])
				w0 := (*[lanes]float32)(weight[(y*3+dx)*lanes:])
				w1 := (*[lanes]float32)(weight[((3+y)*3+dx)*lanes:])
				w2 := (*[lanes]float32)(weight[((6+y)*3+dx)*lanes:])
				for l, v := range g {
					s0 += float32(v * w0[l])
					s1 += float32(v * w1[l])
					s2 += float32(v * w2[l])
				}
			}
		}
		dst[0][x] += s0
		dst[1][x] += s1
		dst[2][x] += s2
	}
}

func dot(x, y []float32) float64 {
	y = y[:len(x)]
	var s [4]float64
	for len(x) >= 4 && len(y) >= 4 {
		s[0] += float64(float64(x[0]) * float64(y[0]))
		s[1] += float64(float64(x[1]) * float64(y[1]))
		s[2] += float64(float64(x[2]) * float64(y[2]))
		s[3] += float64(float64(x[3]) * float64(y[3]))
		x, y = x[4:], y[4:]
	}
	for i, v := range x {
		s[0] += float64(float64(v) * float64(y[i]))
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}

func axpy(dst []float32, a float32, x []float32) {
	x = x[:len(dst)]
	for i, v := range x {
		dst[i] += float32(a * v)
	}
}

func scale(dst []float32, a float32) {
	for i := range dst {
		dst[i] *= a
	}
}

func lerp(dst, x []float32, t float32) {
	x = x[:len(dst)]
	for i, v := range x {
		dst[i] += float32(t * (v - dst[i]))
	}
}

func adam(x, g, m, v []float32, p *adamParameters) {
	g, m, v = g[:len(x)], m[:len(x)], v[:len(x)]
	for i, gi := range g {
		mi := m[i] + float32(p.beta1*(gi-m[i]))
		vi := v[i] + float32(p.beta2*(float32(gi*gi)-v[i]))
		m[i], v[i] = mi, vi
		root := float32(math.Sqrt(float64(vi)))
		x[i] -= float32(p.rate*mi) / (float32(root*p.root) + p.epsilon)
	}
}

func squaredDistance(x, y []float32) float64 {
	y = y[:len(x)]
	var s [2]float64
	for len(x) >= 2 && len(y) >= 2 {
		d0, d1 := float64(x[0]-y[0]), float64(x[1]-y[1])
		s[0] += float64(d0 * d0)
		s[1] += float64(d1 * d1)
		x, y = x[2:], y[2:]
	}
	for i, v := range x {
		d := float64(v - y[i])
		s[0] += float64(d * d)
	}
	return s[0] + s[1]
}

func difference(dst, x, y []float32, scale float32, add bool) {
	x, y = x[:len(dst)], y[:len(dst)]
	if add {
		for i, v := range x {
			dst[i] += float32(scale * (v - y[i]))
		}
		return
	}
	for i, v := range x {
		dst[i] = scale * (v - y[i])
	}
}
