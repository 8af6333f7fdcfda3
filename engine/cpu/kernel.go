package cpu

// Kernels work on rows in the layout of this package: a row of a feature map of C channels and width W
// is [C/16][W][16], C rounded up to complete blocks of 16 channels (padding lanes are zero).
// A "run" is a piece of one row, or of one row of 4x4 tiles, in one block of channels.

// lanes is the number of channels in a block: one cache line, one AVX-512 register of float32.
const lanes = 16

// Winograd F(4x4,3x3), Lavin and Gray 2016: an output tile of 4x4 comes from an input patch of 6x6,
// transformed into 36 frequencies.
const (
	tileSize    = 4
	patchSize   = tileSize + 2
	frequencies = patchSize * patchSize
)

// maxTiles is the largest number of tiles (rows of the left matrix) in one call of multiply: 14 tiles x 32
// channels fill 28 of the 32 AVX-512 registers with sums.
const maxTiles = 14

// kernels is one instruction set's implementation of the inner loops. Every field is set; the portable
// ones define the results, up to the order of sums within a kernel.
// Slices give the first element that a kernel accesses; a kernel accesses what its comment says and
// nothing else. Strides count elements.
type kernels struct {
	name string

	// multiply computes, for t < tiles <= maxTiles and k < 32,
	//	dst[(k/16)*dstStride + t*16 + k%16] = sum over c < 16*blocks of
	//		a[(c/16)*aStride + t*16 + c%16] * u[c*32 + k]
	// added in ascending order of c to zero or, with add, to dst. What ahead points to is read
	// next, by this call or a later one: a kernel may prefetch it, step numbers per channel.
	// It may point outside any allocated memory.
	multiply func(dst []float32, dstStride int, a []float32, aStride int, u []float32, tiles, blocks int, add bool, ahead []float32, step int)

	// transformInput computes B^T d B for tiles consecutive patches. Patch t reads the pixels
	// rows[y][(4t+x)*16 + lane], 0 <= x, y < 6, and frequency f goes to dst[f*stride + t*16 + lane].
	transformInput func(dst []float32, stride int, rows *[patchSize][]float32, tiles int)

	// transformFilters computes G g G^T for n groups of 16 filters: group i is g[(i*9+tap)*16 + lane], and
	// frequency f goes to dst[f*stride + i*16 + lane]. With slowFilters it is so slow that weights are
	// better transformed in advance.
	transformFilters func(dst []float32, stride int, g []float32, n int)
	slowFilters      bool

	transformForward  func(run *forwardRun)
	transformBackward func(run *backwardRun)

	// unpool spreads a row of pooled gradients over a row of n pixels starting at an even one:
	// dst[x*16+l] = bit l of mask[x] ? scale * src[(x/2)*16+l] : 0.
	unpool func(dst, src []float32, mask []uint16, scale float32, n int)

	// moments adds the products of two blocks over n positions:
	// sum[i*16+j] += sum over p < n of a[p*16+i] * b[p*16+j].
	moments func(sum *[lanes * lanes]float32, a, b []float32, n int)

	// stemForward computes n pixels of two blocks of output channels of the first convolution:
	// dst[(k/16)*dstStride + x*16 + k%16] = bias[k] + sum over c, y, dx of
	// rows[c*3+y][x+dx] * weight[((c*3+y)*3+dx)*32 + k], for k < 32. The rows are preprocessed and padded
	// by one pixel on either side. With rectify negative results become 0 and mask, where not nil, gets
	// bit l of mask[(k/16)*maskStride + x] = result > 0.
	stemForward func(dst []float32, dstStride int, mask []uint16, maskStride int, rows *[9][]float32, weight, bias []float32, n int, rectify bool)

	// stemBackward adds to three rows the gradient of the preprocessed input from one block of channels:
	// dst[c][x] += sum over y, dx, l of rows[y][(x+dx)*16+l] * weight[((c*3+y)*3+dx)*16+l], x < n.
	stemBackward func(dst *[3][]float32, rows *[3][]float32, weight []float32, n int)

	// Vectors. dot and sumSquares return sums in float64.
	dot   func(x, y []float32) float64
	axpy  func(dst []float32, a float32, x []float32)
	scale func(dst []float32, a float32)
	lerp  func(dst, x []float32, t float32)
	adam  func(x, g, m, v []float32, p *adamParameters)
	// squaredDistance returns sum (x-y)^2 in float64.
	squaredDistance func(x, y []float32) float64
	// difference computes dst = scale (x-y), or with add adds that to dst.
	difference func(dst, x, y []float32, scale float32, add bool)

	// peak does n rounds of independent multiply-adds in registers and returns the number of operations
	// that is, counting a multiply-add as two: no other kernel can be faster.
	peak func(n int) (operations float64)
}

// forwardRun is the output transform A^T m A of tiles consecutive tiles of one block of channels, with
// what follows the convolution. All 4x4 pixels of each tile are written; rows that do not exist point
// to scratch memory.
type forwardRun struct {
	m       []float32           // frequency f of tile t at m[f*stride + t*16]
	stride  int                 //
	tiles   int                 //
	bias    []float32           // [16]
	linear  bool                // skip the ReLU (then mask and pool are nil)
	dst     [tileSize][]float32 // 4*tiles pixels per row; dst[0] nil: not stored
	mask    [tileSize][]uint16  // a word per pixel; mask[0] nil: none
	pool    [2][]float32        // 2*tiles pixels per row; pool[0] nil: no pooling
	average bool                // average pooling; otherwise max
}

// backwardRun is the output transform of a backward convolution:
// dst = mask (A^T m A + (add ? dst : 0)).
type backwardRun struct {
	m      []float32
	stride int
	tiles  int
	dst    [tileSize][]float32
	mask   [tileSize][]uint16 // mask[0] nil: all pass
	add    bool
}

// adamParameters are the constants of engine.AdamStep.
type adamParameters struct {
	beta1, beta2 float32 // the weights 1-beta of the new value: see field names of AdamStep
	rate         float32 // Rate/Correction1
	root         float32 // 1/sqrt(Correction2)
	epsilon      float32
}
