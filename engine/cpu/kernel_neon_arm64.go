//go:build !purego

package cpu

// multiplyNEON computes
//
//	for t := range tiles {
//		for k := range 32 {
//			sum := float32(0)
//			if add {
//				sum = dst[k/16*dstStride+t*16+k%16]
//			}
//			for c := range 16 * blocks {
//				sum = fma(a[c/16*aStride+t*16+c%16], u[c*32+k], sum)
//			}
//			dst[k/16*dstStride+t*16+k%16] = sum
//		}
//	}
//
//go:noescape
func multiplyNEON(dst []float32, dstStride int, a []float32, aStride int, u []float32, tiles, blocks int, add bool, ahead []float32, step int)

// peakNEON does n rounds of 16 independent multiply-adds of 4 lanes and returns how many operations
// these were:
//
//	for range n {
//		for i := range sum {
//			sum[i] = fma(x, y, sum[i])
//		}
//	}
//	return 2 * len(sum) * lanes * float64(n)
//
//go:noescape
func peakNEON(n int) float64

// transformInputNEON computes B^T d B of Lavin and Gray 2016 for F(4x4,3x3):
//
//	for t := range tiles {
//		for lane := range 16 {
//			var d [6][6]float32
//			for y := range 6 {
//				for x := range 6 {
//					d[y][x] = rows[y][(4*t+x)*16+lane]
//				}
//			}
//			for f, v := range transformedPatch(d) {
//				dst[f*stride+t*16+lane] = v
//			}
//		}
//	}
//
//go:noescape
func transformInputNEON(dst []float32, stride int, rows *[6][]float32, tiles int)

// transformForwardNEON computes A^T m A of Lavin and Gray 2016 for F(4x4,3x3), and with it
//
//	for t := range run.tiles {
//		for lane := range 16 {
//			v := transformedTile(run.m[t*16+lane:], run.stride) // [4][4]
//			for y := range 4 {
//				for x := range 4 {
//					v[y][x] += run.bias[lane]
//					if !run.linear && v[y][x] < 0 {
//						v[y][x] = 0
//					}
//					if run.dst[0] != nil {
//						run.dst[y][(4*t+x)*16+lane] = v[y][x]
//					}
//					if run.mask[0] != nil && run.pool[0] == nil {
//						set(&run.mask[y][4*t+x], lane, v[y][x] > 0)
//					}
//				}
//			}
//			if run.pool[0] != nil {
//				poolTile(run, t, lane, v)
//			}
//		}
//	}
//
// where poolTile writes the maximum or the mean of each 2x2 pixels to run.pool and, where run.mask is not nil,
// the bits of those that reached it: for the maximum the first that equals it, if it is positive; for the
// mean each that is positive. The bias is added to the frequency (1,1), from where it reaches every
// pixel unchanged.
//
//go:noescape
func transformForwardNEON(run *forwardRun)

// transformBackwardNEON computes A^T m A of Lavin and Gray 2016 for F(4x4,3x3), and with it
//
//	for t := range run.tiles {
//		for lane := range 16 {
//			for p, v := range transformedTile(run.m[t*16+lane:], run.stride) {
//				y, x := p/4, 4*t+p%4
//				if run.add {
//					v += run.dst[y][x*16+lane]
//				}
//				if run.mask[0] != nil && run.mask[y][x]>>lane&1 == 0 {
//					v = 0
//				}
//				run.dst[y][x*16+lane] = v
//			}
//		}
//	}
//
//go:noescape
func transformBackwardNEON(run *backwardRun)

// momentsNEON computes, with the products of this call added up before they are added to sum,
//
//	for p := range n {
//		for i := range 16 {
//			for j := range 16 {
//				sum[i*16+j] += a[p*16+i] * b[p*16+j]
//			}
//		}
//	}
//
//go:noescape
func momentsNEON(sum *[256]float32, a []float32, b []float32, n int)

// stemForwardNEON computes
//
//	for x := range n {
//		for k := range 32 {
//			v := bias[k]
//			for r := range 9 {
//				for dx := range 3 {
//					v = fma(rows[r][x+dx], weight[(r*3+dx)*32+k], v)
//				}
//			}
//			if rectify && v < 0 {
//				v = 0
//			}
//			dst[k/16*dstStride+x*16+k%16] = v
//			if rectify && mask != nil {
//				set(&mask[k/16*maskStride+x], k%16, v > 0)
//			}
//		}
//	}
//
//go:noescape
func stemForwardNEON(dst []float32, dstStride int, mask []uint16, maskStride int, rows *[9][]float32, weight []float32, bias []float32, n int, rectify bool)

// stemBackwardNEON computes
//
//	for c := range 3 {
//		for x := range n {
//			for y := range 3 {
//				for dx := range 3 {
//					for l := range 16 {
//						dst[c][x] += rows[y][(x+dx)*16+l] * weight[((c*3+y)*3+dx)*16+l]
//					}
//				}
//			}
//		}
//	}
//
//go:noescape
func stemBackwardNEON(dst *[3][]float32, rows *[3][]float32, weight []float32, n int)
