package engine

// Preprocessing turns an RGB pixel in [0,1] into the input of a network:
// input = Matrix * rgb + Offset. Order, range, mean and standard deviation all fit that form; so does
// the 1x1 convolution in front of a rescaled network.
type Preprocessing struct {
	Matrix [3][3]float32 // [network's channel][R, G, B]
	Offset [3]float32
}

// StemForward computes rows of Dst = ReLU(conv(preprocess(Image)) + bias).
type StemForward struct {
	Stem   Stem
	Image  Image
	Rows   Rows // of Dst, aligned
	Dst    Map
	Linear bool // leave out the ReLU; Mask must then be nil
	Mask   Mask // may be nil: forward only
}

// StemBackward computes rows of the gradient by the image from Src, the gradient by the output of the
// stem's convolution (before the ReLU).
type StemBackward struct {
	Stem Stem
	Src  Map
	Rows Rows // of Image, aligned
	Dst  Image
	Add  bool // add to what Dst holds
}

// Forward computes rows of y = ReLU(conv(Src) + bias), stores them in Dst, and with Pool set also
// pools them into rows [Rows.From/2, Rows.To/2) of Pool.
//
// Src must hold the rows [Rows.From-1, Rows.To+1) that exist, and all rows of the tiles concerned.
type Forward struct {
	Conv    Convolution
	Src     Map
	Rows    Rows // of the output, aligned
	Linear  bool // leave out the ReLU; Pool and Mask must then be nil
	Dst     Map  // may be nil where Pool is set: the full map is not kept
	Mask    Mask // may be nil. With Pool it tells what reached the pooled map
	Pool    Map  // may be nil
	Pooling Pooling
}

// Backward computes rows of the gradient by the input of a convolution from Src, the gradient by its
// output: h = conv^T(Src); Dst = Mask * (h + (Add ? Dst : 0)).
//
// With Routes set, Src is instead the gradient by the pooled map behind the convolution's ReLU, and
// the gradient by the output is what Routes lets pass (a quarter of it for average pooling).
type Backward struct {
	Conv    Convolution
	Src     Map
	Routes  Mask // may be nil; has the shape of the convolution's output
	Pooling Pooling
	Rows    Rows // of Dst, aligned
	Dst     Map
	Add     bool
	Mask    Mask // may be nil; of the ReLU that made the convolution's input
}

// Rectify computes Dst = max(Src, 0) and its mask, for networks that are tapped before the ReLU.
type Rectify struct {
	Src  Map
	Rows Rows
	Dst  Map
	Mask Mask // may be nil
}

// Pool pools ReLU(Src). Rows are those of Src and start at an even row; the rows
// [Rows.From/2, Rows.To/2) of Dst are written.
type Pool struct {
	Src     Map
	Rows    Rows
	Dst     Map
	Mask    Mask // may be nil: what reached Dst, in the shape of Src
	Pooling Pooling
}

// Unpool adds the gradient Src by a pooled map to rows of Dst, the gradient by the convolution in
// front of the ReLU and the pooling, through Mask (as Forward and Pool write it).
type Unpool struct {
	Src     Map
	Mask    Mask
	Pooling Pooling
	Rows    Rows // of Dst
	Dst     Map
	Add     bool // add to what Dst holds
}

// MaskBy clears Dst where By is not greater than zero: the ReLU's derivative, from its output.
type MaskBy struct {
	By   Map
	Rows Rows
	Dst  Map
}

// CopyRows copies rows of Src to the same rows of Dst.
type CopyRows struct {
	Src  Map
	Rows Rows
	Dst  Map
}

// AddMoments adds rows of Src to Moments, each position with its weight.
// Windows come in ascending order and start at multiples of PieceRows(width).
type AddMoments struct {
	Moments Moments
	Src     Map
	Weight  Plane // may be nil: all ones
	Rows    Rows
}

// MomentDistance is the squared distance of second moments from others, sum over c, d of (G_cd/W - Target_cd)^2, and
// sets Affine to A = Scale/W (G/W - Target), b = 0: its gradient by the map at Scale = 4.
type MomentDistance struct {
	Moments Moments
	Target  []float64 // [C,C], symmetric
	Affine  Affine
	Scale   float64
}

// AddAffine computes rows of Dst = w (A F + b), the gradient of a function of moments.
type AddAffine struct {
	Affine Affine
	Src    Map   // F
	Weight Plane // may be nil: all ones
	Rows   Rows
	Dst    Map
	Add    bool // add to what Dst holds
}

// AddSquaredDistance adds sum w (Src - Target)^2 over rows to Sum.
// Windows come in ascending order and start at multiples of PieceRows(width).
type AddSquaredDistance struct {
	Sum    Sum
	Src    Map
	Target Map
	Weight Plane // may be nil: all ones
	Rows   Rows
}

// AddDifference computes rows of Dst = Scale w (Src - Target), half the gradient of the squared
// distance at Scale = 1.
type AddDifference struct {
	Src    Map
	Target Map
	Scale  float32
	Weight Plane // may be nil: all ones
	Rows   Rows
	Dst    Map
	Add    bool // add to what Dst holds
}

// Variation is a form of total variation of an image x [3,H,W].
type Variation uint8

const (
	// VariationL1 is sum |x[i+1,j]-x[i,j]| + sum |x[i,j+1]-x[i,j]|; its derivative at 0 is 0.
	VariationL1 Variation = iota
	// VariationL2 is the same sum of squares.
	VariationL2
	// VariationNine is the nine-point form of crowsonkb's style-transfer-pytorch, on the image padded by
	// one replicated pixel: 2 (mean dx^2/3 + mean dy^2/3 + mean dd^2/12 + mean da^2/12), where dx, dy are
	// forward differences at the 3HW pixels and dd, da the diagonals of the 3(H+1)(W+1) squares of 2x2.
	VariationNine
)

// AddVariation adds Scale times the total variation of Image to Sum and its gradient to Gradient.
type AddVariation struct {
	Kind     Variation
	Image    Image
	Scale    float64
	Sum      Sum
	Gradient Image // may be nil: value only
}

// AdamStep is one step of Adam (Kingma and Ba 2015, algorithm 1) on X with gradient G:
// M += (1-Beta1)(G-M); V += (1-Beta2)(G^2-V); X -= Rate/Correction1 * M / (sqrt(V)/sqrt(Correction2) + Epsilon).
type AdamStep struct {
	X, G, M, V               Vector
	Beta1, Beta2             float64
	Rate, Epsilon            float64
	Correction1, Correction2 float64 // 1-Beta1^t, 1-Beta2^t
}

// MomentumStep is one step of gradient descent with momentum, as PyTorch's SGD:
// V = Decay V + G; X -= Rate V.
type MomentumStep struct {
	X, G, V     Vector
	Decay, Rate float64
}
