// Package engine defines the arithmetic of style transfer as operations of a [Device]: convolutions
// of a frozen network, forward and backward to their input, fused with the operations around them;
// weighted moments of feature maps, distances of moments and their gradients; and the vector operations
// of the optimisers.
//
// A device owns opaque buffers and works on windows of their rows, so that a map larger than memory
// can pass through a network in bands. Scalar results (a loss, a dot product, a norm) are written to
// [Scalars] on the device, which the host reads once per evaluation: nothing else crosses between host
// and device in a loop. Buffers are placed in an [Arena], or created and closed. Package
// engine/reference defines every operation; engine/enginetest compares each device with it.
//
// A wrong shape or window is a caller's bug and panics. Failures of the environment (memory, a lost
// device) are errors. Operations of one goroutine take effect in order; a device may report the failure
// of an operation at any later one, at the latest when something is read. Several goroutines may use a
// device on distinct buffers.
package engine

import "time"

// Map is a feature map [Channels, Height, Width], of which a device holds a window of Window
// consecutive rows: row y is in slot y mod Window. A map with Window == Height is complete.
// Padding channels that a device adds are internal to it.
type Map interface {
	Shape() Shape
	Window() int
}

// Mask holds one bit per activation of a map of its shape, for all rows: whether a gradient passes.
// After a ReLU the bit says that the output is greater than zero. After a ReLU and a pooling it says
// that the activation reaches the pooled map: for max pooling the largest one, if it is greater than
// zero; for average pooling each one greater than zero. Bits of an odd last row or column, which the
// pooling drops, are zero.
type Mask interface {
	Shape() Shape
}

// Plane is one weight per position, [Height, Width].
type Plane interface {
	Size() (height, width int)
}

// Vector is n float32 numbers.
type Vector interface {
	Len() int
}

// Image is a planar picture [3, Height, Width], and also the vector of its numbers.
type Image interface {
	Vector
	Size() (height, width int)
}

// Convolution is a 3x3 convolution with stride 1 whose parameters are frozen on the device, in
// any suitable form, for both directions.
type Convolution interface {
	In() int          // input channels
	Out() int         // output channels
	Padding() Padding // of its input; the output has the input's height and width
	Bytes() int64     // memory of the parameters
	Close() error     // releases that memory; a second call does nothing
}

// Stem is the first convolution of a network together with its preprocessing: it reads an Image of
// RGB in [0,1] (iterates may leave that range) and writes a Map.
type Stem interface {
	Out() int
	Padding() Padding
	Bytes() int64
	Close() error
}

// Moments accumulates the weighted moments of a feature map over positions p:
// W = sum w(p), S_c = sum w(p) F_c(p), G_cd = sum w(p) F_c(p) F_d(p). With w = 1, G is the Gram matrix
// of Gatys et al. 2015, eq. 3.
type Moments interface {
	Channels() int
}

// Affine is the map F -> A F + b on the channels of each position, with A [C,C] and b [C]: the form of
// the gradient of any function of the moments. There A is symmetric, up to rounding.
type Affine interface {
	Channels() int
}

// Scalars is a row of float64 results on the device: operations write or add to single results, and the
// host reads all of them together.
type Scalars interface {
	Len() int
}

// Scalar is one result in a row.
type Scalar struct {
	Of Scalars
	At int // 0 <= At < Of.Len()
}

// Points are Len positions of a map, in the caller's order. A position may occur twice.
type Points interface {
	Len() int
}

// Coupling prepares the optimal transport of features to those of a painting, for [Transport]: what a device
// keeps of the painting's covariance, and memory for the matrices of an evaluation.
type Coupling interface {
	Channels() int
	Close() error
}

// Resampler is a [Resampling] prepared on a device.
type Resampler interface {
	Close() error
}

// Mark is a point in the order of a device's operations. See Device.Mark.
type Mark interface{}

// Statistics are moments on the host.
type Statistics struct {
	Weight float64   // W
	Sum    []float64 // S, [C]
	Gram   []float64 // G, [C,C], row major and symmetric
}

// Arena is one piece of device memory in which buffers are placed by offset. Placing neither writes nor
// frees anything; two buffers may overlap, and whoever planned the offsets knows when each is live.
// Offsets are multiples of Alignment. The contents of a new arena are zero.
type Arena interface {
	Bytes() int64
	Map(offset int64, shape Shape, window int) Map
	Mask(offset int64, shape Shape) Mask
	Plane(offset int64, height, width int) Plane
	Vector(offset int64, n int) Vector
	Image(offset int64, height, width int) Image
	Moments(offset int64, channels int) Moments
	Affine(offset int64, channels int) Affine
	Scalars(offset int64, n int) Scalars
	Points(offset int64, n int) Points
	Close() error
}

// Alignment is the alignment of offsets in an arena, in bytes: one page.
const Alignment = 4096

// Align rounds a number of bytes up to a multiple of Alignment.
func Align(bytes int64) int64 { return (bytes + Alignment - 1) / Alignment * Alignment }

// Costs are the costs of a device that the multiply-adds of direct convolution do not account for, as the
// number of multiply-adds that it performs on large maps in the same time.
type Costs struct {
	// Positions is the fixed cost of a convolution, as a number of positions of its map.
	Positions float64
	// Coupling is the cost of a [Transport], by kind, divided by the cube of its channels.
	Coupling [couplings]float64
}

// Device is an implementation of the arithmetic.
type Device interface {
	// Name returns the name of the instruction set or the processor: "avx512", "reference64".
	Name() string
	// Threads returns the number of host threads that work in parallel.
	Threads() int
	// WorkspaceBytes returns the memory of the device itself for running operations on maps
	// of up to the given number of channels.
	WorkspaceBytes(channels int) int64
	// Costs returns what predictions of time need.
	Costs() Costs
	// Close releases the memory of the device, and closes the convolutions, stems, couplings and resamplers that
	// are still open. Arenas must be closed before. The device must not be used afterwards.
	Close() error

	// Sizes in bytes of buffers in an arena, for planning. A plane, a vector and an image take four bytes per number.
	MapBytes(shape Shape, window int) int64
	MaskBytes(shape Shape) int64
	MomentsBytes(channels int) int64
	AffineBytes(channels int) int64
	ScalarsBytes(n int) int64
	PointsBytes(n int) int64
	// CouplingBytes and ResamplerBytes are the sizes of a Coupling and a Resampler outside the arena.
	CouplingBytes(channels int, kind CouplingKind) int64
	ResamplerBytes(r Resampling) int64
	// MultilevelBytes returns the memory of the device itself for running Multilevel, and Direction with levels, on
	// images of the given size. It is the same memory as that of WorkspaceBytes: the larger of the two counts.
	MultilevelBytes(height, width, levels int) int64

	// NewArena, like the other constructors, fails if memory cannot be allocated. The caller closes what they return.
	NewArena(bytes int64) (Arena, error)
	// NewConvolution takes weight [out,in,3,3] and bias [out], as in PyTorch's Conv2d.
	NewConvolution(in, out int, weight, bias []float32, padding Padding) (Convolution, error)
	// NewStem takes weight [out,3,3,3] and bias [out]; padding acts on the preprocessed image.
	NewStem(out int, weight, bias []float32, pre Preprocessing, padding Padding) (Stem, error)
	// NewCoupling prepares the transport to the distribution given by the moments of a painting. They are
	// read immediately; moments without weight are an error. Positions is the number of positions of weight 1 that
	// every Transport will have, 0 if unknown; another number is a caller's bug.
	NewCoupling(painting Moments, kind CouplingKind, positions int) (Coupling, error)
	NewResampler(r Resampling) (Resampler, error)

	// The network, forward and backward to the input.
	StemForward(op StemForward) error
	StemBackward(op StemBackward) error
	Forward(op Forward) error
	Backward(op Backward) error
	Rectify(op Rectify) error
	Pool(op Pool) error
	Unpool(op Unpool) error
	MaskBy(op MaskBy) error
	CopyRows(op CopyRows) error

	// The losses.
	ResetMoments(m Moments) error
	AddMoments(op AddMoments) error
	MomentDistance(op MomentDistance) error
	Transport(op Transport) error
	AddAffine(op AddAffine) error
	AddSquaredDistance(op AddSquaredDistance) error
	AddDifference(op AddDifference) error
	AddTotalVariation(op AddTotalVariation) error
	Gather(op Gather) error
	Scatter(op Scatter) error
	MatMul(op MatMul) error

	// Resampling of images, and their levels.
	Resample(op Resample) error
	ResampleBackward(op ResampleBackward) error
	Multilevel(op Multilevel) error

	// Vectors. Reductions are sums in float64 over fixed pieces in a fixed order.
	Copy(dst, src Vector) error
	Fill(dst Vector, value float32) error
	Axpy(dst Vector, a float32, x Vector) error // dst += a x
	Scale(dst Vector, a float32) error          // dst *= a
	Lerp(dst, x Vector, t float32) error        // dst += t (x - dst)
	Clamp(dst Vector, low, high float32) error  // NaN stays NaN
	Dot(dst Scalar, x, y Vector) error
	Norm1(dst Scalar, x Vector) error   // sum |x|
	NormInf(dst Scalar, x Vector) error // max |x|; NaN where x has one
	Adam(op AdamStep) error
	Momentum(op MomentumStep) error
	Direction(op Direction) error

	// ResetScalars sets results to zero.
	ResetScalars(dst Scalars) error

	// Transfers between host and device. Reading waits for all preceding operations. ReadMap and WriteMap use planar
	// [C, rows, W] host memory.
	ReadScalars(dst []float64, src Scalars) error
	Write(dst Vector, src []float32) error
	Read(dst []float32, src Vector) error
	WritePlane(dst Plane, src []float32) error
	WriteMap(dst Map, rows Rows, src []float32) error
	ReadMap(dst []float32, src Map, rows Rows) error
	// WritePoints sets positions, each y*width+x of a map.
	WritePoints(dst Points, positions []int32) error
	// WriteMoments sets moments, whose Gram is symmetric. ReadMoments returns a copy.
	WriteMoments(dst Moments, s Statistics) error
	ReadMoments(src Moments) (Statistics, error)
	// WriteAffine sets A [C,C], row major, and b [C].
	WriteAffine(dst Affine, a, b []float64) error

	// Mark records the current point in the order of operations. Between waits for both marks and returns the time
	// that the device took from one to the other.
	Mark() (Mark, error)
	Between(from, to Mark) (time.Duration, error)
}
