package cpu

import "math"

// transformInput computes the 36 frequencies of each patch, a lane at a time: the columns of the patch
// first, then the rows.
func transformInput(dst []float32, stride int, rows *[patchSize][]float32, tiles int) {
	for t := range tiles {
		var patch [patchSize][]float32
		for y := range patch {
			patch[y] = rows[y][tileSize*t*lanes:][:patchSize*lanes]
		}
		for l := range lanes {
			transformPatch(dst[t*lanes+l:], stride, &patch, l)
		}
	}
}

func transformPatch(dst []float32, stride int, patch *[patchSize][]float32, lane int) {
	var d [patchSize][patchSize]float32
	for x := range patchSize {
		i := x*lanes + lane
		d[0][x], d[1][x], d[2][x], d[3][x], d[4][x], d[5][x] = inputTransform(
			patch[0][i], patch[1][i], patch[2][i], patch[3][i], patch[4][i], patch[5][i])
	}
	for y := range d {
		r := &d[y]
		f := dst[y*patchSize*stride:]
		f[0], f[stride], f[2*stride], f[3*stride], f[4*stride], f[5*stride] = inputTransform(
			r[0], r[1], r[2], r[3], r[4], r[5])
	}
}

// inputTransform is B^T of Lavin and Gray 2016, section 4.3, on one column.
func inputTransform(d0, d1, d2, d3, d4, d5 float32) (t0, t1, t2, t3, t4, t5 float32) {
	a, b := d4-float32(4*d2), d3-float32(4*d1)
	c, d := d4-d2, float32(2*(d3-d1))
	return float32(4*d0) + (d4 - float32(5*d2)), a + b, a - b, c + d, c - d, float32(4*d1) + (d5 - float32(5*d3))
}

// outputTransform is A^T of the same section on one column.
func outputTransform(d0, d1, d2, d3, d4, d5 float32) (o0, o1, o2, o3 float32) {
	s, t := d1+d2, d3+d4
	m, n := d1-d2, d3-d4
	return (d0 + s) + t, m + float32(2*n), s + float32(4*t), (m + float32(8*n)) + d5
}

// transformFilters transforms columns first, as transformInput does.
func transformFilters(dst []float32, stride int, g []float32, n int) {
	for i := range n * lanes {
		filter := g[i/lanes*9*lanes+i%lanes:]
		var t [patchSize][3]float32
		for j := range 3 {
			t[0][j], t[1][j], t[2][j], t[3][j], t[4][j], t[5][j] = filterTransform32(filter[j*lanes], filter[(3+j)*lanes], filter[(6+j)*lanes])
		}
		for y := range t {
			f := dst[y*patchSize*stride+i:]
			f[0], f[stride], f[2*stride], f[3*stride], f[4*stride], f[5*stride] = filterTransform32(t[y][0], t[y][1], t[y][2])
		}
	}
}

// filterTransform32 is G of Lavin and Gray 2016, section 4.3, on one column.
func filterTransform32(a, b, c float32) (r0, r1, r2, r3, r4, r5 float32) {
	e, o := float32((a+c)*(-1.0/6)), float32(b*(1.0/6))
	s, t := float32(a*(1.0/24))+float32(c*(1.0/6)), float32(b*(1.0/12))
	return a * 0.25, e - o, e + o, s + t, s - t, c
}

// tile is a 4x4 output tile of one block of channels.
type tile [tileSize][tileSize][lanes]float32

// transform computes A^T m A of the tile whose frequency f is at m[f*stride].
func (y *tile) transform(m []float32, stride int) {
	for l := range lanes {
		var d [tileSize][patchSize]float32
		for x := range patchSize {
			c := m[x*stride+l:]
			d[0][x], d[1][x], d[2][x], d[3][x] = outputTransform(c[0], c[6*stride], c[12*stride], c[18*stride], c[24*stride], c[30*stride])
		}
		for i := range d {
			r := &d[i]
			y[i][0][l], y[i][1][l], y[i][2][l], y[i][3][l] = outputTransform(r[0], r[1], r[2], r[3], r[4], r[5])
		}
	}
}

// finish adds the bias and rectifies.
func (y *tile) finish(bias []float32, linear bool) {
	bias = bias[:lanes]
	for i := range y {
		for j := range y[i] {
			p := &y[i][j]
			for l, b := range bias {
				if v := p[l] + b; linear {
					p[l] = v
				} else {
					p[l] = max(v, 0)
				}
			}
		}
	}
}

// isPositive returns 1 if v is greater than zero, and 0 otherwise. The bits of such numbers are 1 to
// those of infinity; a subtraction decides without a branch, which would be unpredictable.
func isPositive(v float32) uint32 {
	const infinity = 0x7f800000
	return uint32((uint64(math.Float32bits(v)-1) - infinity) >> 63)
}

// positive returns the mask of one pixel: bit l is set where lane l is greater than zero.
func positive(p *[lanes]float32) uint16 {
	var bits uint32
	for l, v := range p {
		bits |= isPositive(v) << (l % 32)
	}
	return uint16(bits)
}

func transformForward(run *forwardRun) {
	var y tile
	for t := range run.tiles {
		y.transform(run.m[t*lanes:], run.stride)
		y.finish(run.bias, run.linear)
		if run.dst[0] != nil {
			for i := range y {
				for j := range y[i] {
					copy(run.dst[i][(tileSize*t+j)*lanes:], y[i][j][:])
				}
			}
		}
		if run.pool[0] != nil {
			poolTile(run, &y, t)
		} else if run.mask[0] != nil {
			for i := range y {
				for j := range y[i] {
					run.mask[i][tileSize*t+j] = positive(&y[i][j])
				}
			}
		}
	}
}

func poolTile(run *forwardRun, y *tile, t int) {
	for i := 0; i < tileSize; i += 2 {
		for j := 0; j < tileSize; j += 2 {
			quad := [4]*[lanes]float32{&y[i][j], &y[i][j+1], &y[i+1][j], &y[i+1][j+1]}
			out := (*[lanes]float32)(run.pool[i/2][(tileSize*t+j)/2*lanes:])
			var bits [4]uint16
			if run.average {
				bits = averagePool(out, &quad)
			} else {
				bits = maxPool(out, &quad)
			}
			if run.mask[0] != nil {
				x := tileSize*t + j
				run.mask[i][x], run.mask[i][x+1] = bits[0], bits[1]
				run.mask[i+1][x], run.mask[i+1][x+1] = bits[2], bits[3]
			}
		}
	}
}

// maxPool keeps the largest of four numbers that are not negative and returns which lanes of each are the
// largest and greater than zero. The first of equal ones wins. Such numbers are ordered like their bits, with NaN
// above all; the position is in the bits below, so that one maximum gives both, without a branch.
func maxPool(out *[lanes]float32, quad *[4]*[lanes]float32) (bits [4]uint16) {
	for l := range lanes {
		var best uint64
		for q, p := range quad {
			best = max(best, uint64(math.Float32bits(p[l]))<<2|uint64(3-q))
		}
		out[l] = math.Float32frombits(uint32(best >> 2))
		bits[3-best&3] |= uint16(1) << l
	}
	won := positive(out)
	for q := range bits {
		bits[q] &= won
	}
	return bits
}

// averagePool keeps the mean of four and returns which lanes of each are greater than zero.
func averagePool(out *[lanes]float32, quad *[4]*[lanes]float32) (bits [4]uint16) {
	for l := range lanes {
		out[l] = 0.25 * ((quad[0][l] + quad[1][l]) + (quad[2][l] + quad[3][l]))
	}
	for q, p := range quad {
		bits[q] = positive(p)
	}
	return bits
}

func transformBackward(run *backwardRun) {
	var y tile
	for t := range run.tiles {
		y.transform(run.m[t*lanes:], run.stride)
		for i := range y {
			for j := range y[i] {
				x := tileSize*t + j
				d := (*[lanes]float32)(run.dst[i][x*lanes:])
				p := &y[i][j]
				bits := ^uint16(0)
				if run.mask[0] != nil {
					bits = run.mask[i][x]
				}
				for l := range lanes {
					v := p[l]
					if run.add {
						v += d[l]
					}
					if bits>>l&1 == 0 {
						v = 0
					}
					d[l] = v
				}
			}
		}
	}
}
