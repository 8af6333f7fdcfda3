// Package engine defines the arithmetic of style transfer as operations of a [Device]: convolutions
// of a frozen network, forward and backward to their input, fused with what surrounds them; weighted
// moments of feature maps and their gradients; and the vector operations of the optimisers.
//
// A device owns opaque buffers and works on windows of their rows, so that a map larger than memory
// can pass through a network in bands. Reductions come back to the host once an evaluation. The
// definition of every operation is package engine/reference; engine/enginetest holds each device to it.
//
// A wrong shape or window is a caller's bug and panics. A device may be used by several goroutines on
// distinct buffers; it runs one operation at a time, each on all of its threads.
package engine

// Map is a feature map [Channels, Height, Width], of which a device holds a window of Window
// consecutive rows: row y lies in slot y mod Window. A map with Window == Height is whole.
// Lanes of padding that a device adds are its own business.
type Map interface {
	Shape() Shape
	Window() int
}

// Mask holds one bit an activation of a map of its shape, always whole: whether a gradient passes.
// Behind a ReLU the bit says that the output is greater than zero. Behind a ReLU and a pooling it says
// that the activation reaches the pooled map: for max pooling the one that won, if it is greater than
// zero; for average pooling each that is greater than zero. Bits of an odd last row or column that the
// pooling drops are zero.
type Mask interface {
	Shape() Shape
}

// Plane is one weight a position, [Height, Width].
type Plane interface {
	Size() (height, width int)
}

// Vector is n float32 numbers.
type Vector interface {
	Len() int
}

// Image is a planar picture [3, Height, Width] and at the same time the vector of its numbers.
type Image interface {
	Vector
	Size() (height, width int)
}

// Convolution is a 3x3 convolution with stride 1 whose parameters are frozen on the device, in
// whatever form suits it, for both directions.
type Convolution interface {
	In() int          // input channels
	Out() int         // output channels
	Padding() Padding // of its input; the output has the input's height and width
	Bytes() int64     // memory that the parameters take
}

// Stem is the first convolution of a network together with its preprocessing: it reads an Image of
// RGB in [0,1] (iterates may leave that range) and writes a Map.
type Stem interface {
	Out() int
	Padding() Padding
	Bytes() int64
}

// Moments accumulates the weighted moments of a feature map over positions p:
// W = sum w(p), S_c = sum w(p) F_c(p), G_cd = sum w(p) F_c(p) F_d(p). With w = 1, G is the Gram matrix
// of Gatys et al. 2015, eq. 3.
type Moments interface {
	Channels() int
}

// Affine is the map F -> A F + b on the channels of each position, with A [C,C] and b [C]: the form that
// the gradient of any function of the moments has. There A is symmetric, but for rounding.
type Affine interface {
	Channels() int
}

// Sum accumulates a scalar in float64.
type Sum interface {
	isSum()
}

// SumMark is embedded by a device's Sum.
type SumMark struct{}

func (SumMark) isSum() {}

// Statistics are moments read back to the host. Their slices are the Moments' own and hold until
// those are reset or read again.
type Statistics struct {
	Weight float64   // W
	Sum    []float64 // S, [C]
	Gram   []float64 // G, [C,C], row major and symmetric
}

// Arena is one piece of device memory in which buffers are placed by offset. Placing writes nothing
// and frees nothing; two buffers may overlap, and whoever planned the offsets knows when each is live.
// Offsets are multiples of Alignment. What a fresh arena holds is zero.
type Arena interface {
	Bytes() int64
	Map(offset int64, shape Shape, window int) Map
	Mask(offset int64, shape Shape) Mask
	Plane(offset int64, height, width int) Plane
	Vector(offset int64, n int) Vector
	Image(offset int64, height, width int) Image
	Close() error
}

// Alignment is that of offsets in an arena, in bytes: a page.
const Alignment = 4096

// Align rounds a number of bytes up to a multiple of Alignment.
func Align(bytes int64) int64 { return (bytes + Alignment - 1) / Alignment * Alignment }

// Device is an implementation of the arithmetic.
type Device interface {
	// Name tells the instruction set or the processor: "avx512", "reference64".
	Name() string
	// Threads returns how many threads of the host work at once.
	Threads() int
	// WorkspaceBytes returns the memory that the device itself keeps for running operations on maps
	// of up to the given number of channels.
	WorkspaceBytes(channels int) int64
	// Close frees what the device holds. Buffers must not be used afterwards.
	Close() error

	// Sizes in bytes, for planning. NewArena fails where memory cannot be had.
	MapBytes(shape Shape, window int) int64
	MaskBytes(shape Shape) int64
	NewArena(bytes int64) (Arena, error)

	// NewConvolution takes weight [out,in,3,3] and bias [out], as PyTorch's Conv2d.
	NewConvolution(in, out int, weight, bias []float32, padding Padding) Convolution
	// NewStem takes weight [out,3,3,3] and bias [out]; padding acts on the preprocessed image.
	NewStem(out int, weight, bias []float32, pre Preprocessing, padding Padding) Stem
	NewMoments(channels int) Moments
	NewAffine(channels int) Affine
	NewSum() Sum

	// The network, forward and backward to the input.
	StemForward(op StemForward)
	StemBackward(op StemBackward)
	Forward(op Forward)
	Backward(op Backward)
	Rectify(op Rectify)
	Pool(op Pool)
	Unpool(op Unpool)
	MaskBy(op MaskBy)
	CopyRows(op CopyRows)

	// The losses.
	ResetMoments(m Moments)
	AddMoments(op AddMoments)
	ReadMoments(m Moments) Statistics
	SetAffine(dst Affine, a, b []float64) // A [C,C] row major; b [C]
	// MomentDistance returns W, too, which must be positive; where it is not, Affine stays as it was.
	MomentDistance(op MomentDistance) (distance, weight float64)
	AddAffine(op AddAffine)
	ResetSum(s Sum)
	ReadSum(s Sum) float64
	AddSquaredDistance(op AddSquaredDistance)
	AddDifference(op AddDifference)
	AddVariation(op AddVariation)
	MatMul(op MatMul)

	// Vectors. Reductions are sums in float64 over fixed pieces in a fixed order.
	Copy(dst, src Vector)
	Fill(dst Vector, value float32)
	Axpy(dst Vector, a float32, x Vector) // dst += a x
	Scale(dst Vector, a float32)          // dst *= a
	Lerp(dst, x Vector, t float32)        // dst += t (x - dst)
	Clamp(dst Vector, low, high float32)  // NaN stays NaN
	Dot(x, y Vector) float64
	Norm1(x Vector) float64   // sum |x|
	NormInf(x Vector) float64 // max |x|; NaN where x has one
	Adam(op AdamStep)
	Momentum(op MomentumStep)

	// Between host and device. ReadMap and WriteMap use planar [C, rows, W] host memory.
	Write(dst Vector, src []float32)
	Read(dst []float32, src Vector)
	WritePlane(dst Plane, src []float32)
	WriteMap(dst Map, rows Rows, src []float32)
	ReadMap(dst []float32, src Map, rows Rows)
}
