package main

// The signatures and comments of kernels that both instruction sets have.

const (
	multiplyParams         = "(dst []float32, dstStride int, a []float32, aStride int, u []float32, tiles, blocks int, add bool, ahead []float32, step int)"
	transformInputParams   = "(dst []float32, stride int, rows *[patchSize][]float32, tiles int)"
	transformFiltersParams = "(dst []float32, stride int, g []float32, n int)"
	momentsParams          = "(sum *[lanes * lanes]float32, a, b []float32, n int)"
	unpoolParams           = "(dst, src []float32, mask []uint16, scale float32, n int)"
	stemForwardParams      = "(dst []float32, dstStride int, mask []uint16, maskStride int, rows *[9][]float32, weight, bias []float32, n int, rectify bool)"
	stemBackwardParams     = "(dst *[3][]float32, rows *[3][]float32, weight []float32, n int)"
)

func multiplyDoc(name string) string {
	return name + ` computes

	for t := range tiles {
		for k := range 32 {
			sum := float32(0)
			if add {
				sum = dst[k/16*dstStride+t*16+k%16]
			}
			for c := range 16 * blocks {
				sum = fma(a[c/16*aStride+t*16+c%16], u[c*32+k], sum)
			}
			dst[k/16*dstStride+t*16+k%16] = sum
		}
	}`
}

func transformForwardDoc(name string) string {
	return name + ` computes A^T m A of Lavin and Gray 2016 for F(4x4,3x3), and with it

	for t := range run.tiles {
		for lane := range 16 {
			v := transformedTile(run.m[t*16+lane:], run.stride) // [4][4]
			for y := range 4 {
				for x := range 4 {
					v[y][x] += run.bias[lane]
					if !run.linear && v[y][x] < 0 {
						v[y][x] = 0
					}
					if run.dst[0] != nil {
						run.dst[y][(4*t+x)*16+lane] = v[y][x]
					}
					if run.mask[0] != nil && run.pool[0] == nil {
						set(&run.mask[y][4*t+x], lane, v[y][x] > 0)
					}
				}
			}
			if run.pool[0] != nil {
				poolTile(run, t, lane, v)
			}
		}
	}

where poolTile writes the maximum or the mean of each 2x2 pixels to run.pool and, where run.mask is not nil,
the bits of those that reached it: for the maximum the first that equals it, if it is positive; for the
mean each that is positive. The bias is added to the frequency (1,1), from where it reaches every
pixel unchanged.`
}

func transformBackwardDoc(name string) string {
	return name + ` computes A^T m A of Lavin and Gray 2016 for F(4x4,3x3), and with it

	for t := range run.tiles {
		for lane := range 16 {
			for p, v := range transformedTile(run.m[t*16+lane:], run.stride) {
				y, x := p/4, 4*t+p%4
				if run.add {
					v += run.dst[y][x*16+lane]
				}
				if run.mask[0] != nil && run.mask[y][x]>>lane&1 == 0 {
					v = 0
				}
				run.dst[y][x*16+lane] = v
			}
		}
	}`
}

func unpoolDoc(name string) string {
	return name + ` computes

	for x := range n {
		for l := range 16 {
			dst[x*16+l] = 0
			if mask[x]>>l&1 != 0 {
				dst[x*16+l] = scale * src[x/2*16+l]
			}
		}
	}`
}

func momentsDoc(name string) string {
	return name + ` computes, with the products of this call added up before they are added to sum,

	for p := range n {
		for i := range 16 {
			for j := range 16 {
				sum[i*16+j] += a[p*16+i] * b[p*16+j]
			}
		}
	}`
}

func stemForwardDoc(name string) string {
	return name + ` computes

	for x := range n {
		for k := range 32 {
			v := bias[k]
			for r := range 9 {
				for dx := range 3 {
					v = fma(rows[r][x+dx], weight[(r*3+dx)*32+k], v)
				}
			}
			if rectify && v < 0 {
				v = 0
			}
			dst[k/16*dstStride+x*16+k%16] = v
			if rectify && mask != nil {
				set(&mask[k/16*maskStride+x], k%16, v > 0)
			}
		}
	}`
}

func stemBackwardDoc(name string) string {
	return name + ` computes

	for c := range 3 {
		for x := range n {
			for y := range 3 {
				for dx := range 3 {
					for l := range 16 {
						dst[c][x] += rows[y][(x+dx)*16+l] * weight[((c*3+y)*3+dx)*16+l]
					}
				}
			}
		}
	}`
}

func transformInputDoc(name string) string {
	return name + ` computes B^T d B of Lavin and Gray 2016 for F(4x4,3x3):

	for t := range tiles {
		for lane := range 16 {
			var d [6][6]float32
			for y := range 6 {
				for x := range 6 {
					d[y][x] = rows[y][(4*t+x)*16+lane]
				}
			}
			for f, v := range transformedPatch(d) {
				dst[f*stride+t*16+lane] = v
			}
		}
	}`
}

func transformFiltersDoc(name string) string {
	return name + ` computes G g G^T of Lavin and Gray 2016 for F(4x4,3x3):

	for i := range n {
		for lane := range 16 {
			var filter [3][3]float32
			for tap := range 9 {
				filter[tap/3][tap%3] = g[(i*9+tap)*16+lane]
			}
			for f, v := range transformedFilter(filter) {
				dst[f*stride+i*16+lane] = v
			}
		}
	}`
}
