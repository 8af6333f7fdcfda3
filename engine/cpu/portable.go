package cpu

// portable returns the kernels in plain Go. They are the definition against which the assembly is
// tested, and the complete engine on other processors. Products are rounded before they are added
// (float32(x*y) + z), or the compiler would fuse them on some processors and not on others.
func portable() *kernels {
	return &kernels{
		name:              "portable",
		multiply:          multiply,
		transformInput:    transformInput,
		transformFilters:  transformFilters,
		slowFilters:       true,
		transformForward:  transformForward,
		transformBackward: transformBackward,
		unpool:            unpool,
		moments:           moments,
		stemForward:       stemForward,
		stemBackward:      stemBackward,
		dot:               dot,
		axpy:              axpy,
		scale:             scale,
		lerp:              lerp,
		adam:              adam,
		squaredDistance:   squaredDistance,
		difference:        difference,
		peak:              peak,
	}
}

// panel is the number of output channels that one call of multiply computes.
const panel = 2 * lanes

// multiply works on 2 tiles x 4 channels at once: eight sums, which stay in registers.
func multiply(dst []float32, dstStride int, a []float32, aStride int, u []float32, tiles, blocks int, add bool, _ []float32, _ int) {
	t := 0
	for ; t+2 <= tiles; t += 2 {
		for k := 0; k < panel; k += 4 {
			d := dst[(k/lanes)*dstStride+t*lanes+k%lanes:]
			multiply2x4(d, a[t*lanes:], aStride, u[k:], blocks, add)
		}
	}
	if t < tiles {
		for k := 0; k < panel; k += 4 {
			d := dst[(k/lanes)*dstStride+t*lanes+k%lanes:]
			multiply1x4(d, a[t*lanes:], aStride, u[k:], blocks, add)
		}
	}
}

func multiply2x4(dst, a []float32, aStride int, u []float32, blocks int, add bool) {
	var s00, s01, s02, s03, s10, s11, s12, s13 float32
	d0, d1 := (*[4]float32)(dst), (*[4]float32)(dst[lanes:])
	if add {
		s00, s01, s02, s03 = d0[0], d0[1], d0[2], d0[3]
		s10, s11, s12, s13 = d1[0], d1[1], d1[2], d1[3]
	}
	for b := range blocks {
		pair := (*[2 * lanes]float32)(a[b*aStride:])
		for l := range lanes {
			a0, a1 := pair[l], pair[l+lanes]
			w := (*[4]float32)(u[(b*lanes+l)*panel:])
			s00 += float32(a0 * w[0])
			s10 += float32(a1 * w[0])
			s01 += float32(a0 * w[1])
			s11 += float32(a1 * w[1])
			s02 += float32(a0 * w[2])
			s12 += float32(a1 * w[2])
			s03 += float32(a0 * w[3])
			s13 += float32(a1 * w[3])
		}
	}
	d0[0], d0[1], d0[2], d0[3] = s00, s01, s02, s03
	d1[0], d1[1], d1[2], d1[3] = s10, s11, s12, s13
}

func multiply1x4(dst, a []float32, aStride int, u []float32, blocks int, add bool) {
	var s0, s1, s2, s3 float32
	d := (*[4]float32)(dst)
	if add {
		s0, s1, s2, s3 = d[0], d[1], d[2], d[3]
	}
	for b := range blocks {
		block := (*[lanes]float32)(a[b*aStride:])
		for l, x := range block {
			w := (*[4]float32)(u[(b*lanes+l)*panel:])
			s0 += float32(x * w[0])
			s1 += float32(x * w[1])
			s2 += float32(x * w[2])
			s3 += float32(x * w[3])
		}
	}
	d[0], d[1], d[2], d[3] = s0, s1, s2, s3
}

// moments works on 2 x 4 sums at once.
func moments(sum *[lanes * lanes]float32, a, b []float32, n int) {
	if n == 0 {
		return
	}
	a, b = a[:n*lanes], b[:n*lanes]
	for i := 0; i < lanes; i += 2 {
		for j := 0; j < lanes; j += 4 {
			var s00, s01, s02, s03, s10, s11, s12, s13 float32
			for p := 0; p < len(a) && p < len(b); p += lanes {
				x := (*[2]float32)(a[p+i:])
				y := (*[4]float32)(b[p+j:])
				s00 += float32(x[0] * y[0])
				s01 += float32(x[0] * y[1])
				s02 += float32(x[0] * y[2])
				s03 += float32(x[0] * y[3])
				s10 += float32(x[1] * y[0])
				s11 += float32(x[1] * y[1])
				s12 += float32(x[1] * y[2])
				s13 += float32(x[1] * y[3])
			}
			d0 := (*[4]float32)(sum[i*lanes+j:])
			d1 := (*[4]float32)(sum[(i+1)*lanes+j:])
			d0[0] += s00
			d0[1] += s01
			d0[2] += s02
			d0[3] += s03
			d1[0] += s10
			d1[1] += s11
			d1[2] += s12
			d1[3] += s13
		}
	}
}

func unpool(dst, src []float32, mask []uint16, scale float32, n int) {
	mask = mask[:n]
	for x, bits := range mask {
		d := (*[lanes]float32)(dst[x*lanes:])
		s := (*[lanes]float32)(src[x/2*lanes:])
		for l := range lanes {
			if bits>>l&1 != 0 {
				d[l] = scale * s[l]
			} else {
				d[l] = 0
			}
		}
	}
}

// peak keeps eight chains in flight, twice the latency of a multiplication and an addition.
func peak(n int) float64 {
	x, y := float32(0.5), float32(n)
	var s0, s1, s2, s3, s4, s5, s6, s7 float32
	for range n {
		s0 = float32(s0*x) + y
		s1 = float32(s1*x) + y
		s2 = float32(s2*x) + y
		s3 = float32(s3*x) + y
		s4 = float32(s4*x) + y
		s5 = float32(s5*x) + y
		s6 = float32(s6*x) + y
		s7 = float32(s7*x) + y
	}
	if s0+s1+s2+s3+s4+s5+s6+s7 < 0 { // never true: it keeps the sums alive
		return 0
	}
	return 2 * 8 * float64(n)
}
