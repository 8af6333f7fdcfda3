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
func multiplyNEON(dst []float32, dstStride int, a []float32, aStride int, u []float32, tiles, blocks int, add bool)

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
