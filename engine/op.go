package engine

import "fmt"

// Preprocessing turns an RGB pixel in [0,1] into the input of a network:
// input = Matrix * rgb + Offset. This form covers channel order, range, mean and standard deviation, and
// the 1x1 convolution at the start of a rescaled network.
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
	Linear bool // skip the ReLU; Mask must then be nil
	Mask   Mask // may be nil: forward only
}

// StemBackward computes rows of the gradient with respect to the image from Src, the gradient with respect to the
// output of the stem's convolution (before the ReLU).
type StemBackward struct {
	Stem Stem
	Src  Map
	Rows Rows // of Image, aligned
	Dst  Image
	Add  bool // add to Dst
}

// Forward computes rows of y = ReLU(conv(Src) + bias), stores them in Dst and, if Pool is set, also
// pools them into rows [Rows.From/2, Rows.To/2) of Pool.
//
// Src must hold the existing rows of [Rows.From-1, Rows.To+1), and all rows of the tiles concerned.
type Forward struct {
	Conv    Convolution
	Src     Map
	Rows    Rows // of the output, aligned
	Linear  bool // skip the ReLU; Pool and Mask must then be nil
	Dst     Map  // may be nil if Pool is set: the full map is not kept
	Mask    Mask // may be nil. With Pool it marks what reached the pooled map
	Pool    Map  // may be nil
	Pooling Pooling
}

// Backward computes rows of the gradient with respect to the input of a convolution from Src, that with respect to
// its output: h = conv^T(Src); Dst = Mask * (h + (Add ? Dst : 0)).
//
// If Routes is set, Src is instead the gradient with respect to the pooled map after the convolution's ReLU, and
// the gradient of the output is what Routes lets pass (a quarter of it for average pooling).
type Backward struct {
	Conv    Convolution
	Src     Map
	Routes  Mask // may be nil; has the shape of the convolution's output
	Pooling Pooling
	Rows    Rows // of Dst, aligned
	Dst     Map
	Add     bool
	Mask    Mask // may be nil; of the ReLU before the convolution
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

// Unpool adds the gradient Src of a pooled map to rows of Dst, the gradient of the convolution before the ReLU
// and the pooling, through Mask (as written by Forward and Pool).
type Unpool struct {
	Src     Map
	Mask    Mask
	Pooling Pooling
	Rows    Rows // of Dst
	Dst     Map
	Add     bool // add to Dst
}

// MaskBy clears Dst where By is not greater than zero: the ReLU's derivative, computed from its output.
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

// MomentDistance is the squared distance between second moments and a painting's, sum over c, d of
// (G_cd/W - P_cd/V)^2, where P and V are the painting's moments and weight. It sets Affine to
// A = Scale/W (G/W - P/V), b = 0: its gradient with respect to the map at Scale = 4. If W is not positive, the
// distance is 0 and Affine is unchanged. A device may skip the division by V if V = 1.
type MomentDistance struct {
	Moments  Moments
	Painting Moments
	Affine   Affine
	Scale    float64
	Distance Scalar // set
	Weight   Scalar // set to W
}

// CouplingKind selects how a [Transport] computes its matrix roots.
type CouplingKind uint8

const (
	// ExactCoupling computes converged roots and the exact gradient of the distance.
	ExactCoupling CouplingKind = iota
	// TruncatedCoupling computes the twelve Newton-Schulz steps, and the iteration for their gradient, of
	// crowsonkb's style-transfer-pytorch. They have not converged if a covariance is nearly singular, and the
	// gradient is only approximately that of the distance: that program's pictures depend on these numbers.
	TruncatedCoupling

	couplings = 2
)

// String returns "exact" or "truncated".
func (k CouplingKind) String() string {
	switch k {
	case ExactCoupling:
		return "exact"
	case TruncatedCoupling:
		return "truncated"
	}
	return fmt.Sprintf("CouplingKind(%d)", uint8(k))
}

// Ridge is added to the diagonal of the covariances of a [Transport], which are singular if a layer has
// more channels than positions. The value is crowsonkb's.
const Ridge = 1e-4

// Transport is the squared 2-Wasserstein distance between the normal distributions with the mean m and
// the covariance S of a map and with m* and S* of a painting (Olkin and Pukelsheim 1982),
//
//	sum (m - m*)^2 + tr S + tr S* - 2 tr (S*^1/2 S S*^1/2)^1/2,
//
// with m = sum w F / W, S = sum w F F^T / W - m m^T + Ridge I. It sets Affine to Scale/W times
// F -> (I - T) F + T m - m*, where T is the optimal transport map, T S T = S*: the gradient with respect to the map
// at Scale = 2, with w the weights of the positions. If W is not positive, the distance is 0 and Affine is unchanged.
type Transport struct {
	Moments  Moments
	Coupling Coupling
	Affine   Affine
	Scale    float64
	Distance Scalar // set
	Weight   Scalar // set to W
}

// AddAffine computes rows of Dst = w (A F + b), the gradient of a function of moments.
type AddAffine struct {
	Affine Affine
	Src    Map   // F
	Weight Plane // may be nil: all ones
	Rows   Rows
	Dst    Map
	Add    bool // add to Dst
}

// AddSquaredDistance adds sum w (Src - Target)^2 over rows to Sum.
// Windows come in ascending order and start at multiples of PieceRows(width).
type AddSquaredDistance struct {
	Sum    Scalar
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
	Add    bool // add to Dst
}

// TotalVariation is a form of total variation of an image x [3,H,W].
type TotalVariation uint8

const (
	// AbsoluteVariation is sum |x[i+1,j]-x[i,j]| + sum |x[i,j+1]-x[i,j]|; its derivative at 0 is 0.
	AbsoluteVariation TotalVariation = iota
	// SquaredVariation is the same sum of squares.
	SquaredVariation
	// NinePointVariation is the nine-point form of crowsonkb's style-transfer-pytorch, on the image padded by
	// one replicated pixel: 2 (mean dx^2/3 + mean dy^2/3 + mean dd^2/12 + mean da^2/12), where dx, dy are
	// forward differences at the 3HW pixels and dd, da the diagonals of the 3(H+1)(W+1) squares of 2x2.
	NinePointVariation
)

// AddTotalVariation adds Scale times the total variation of Image to Sum and its gradient to Gradient.
type AddTotalVariation struct {
	Kind     TotalVariation
	Image    Image
	Scale    float64
	Sum      Scalar
	Gradient Image // may be nil: value only
}

// Gather copies the features at points to the rows of a matrix: for each point k whose row of the map is
// in Rows, Dst[k*Stride + Offset + c] = F_c(point k). With different offsets, several layers form
// one matrix of hypercolumns.
type Gather struct {
	Src            Map
	Rows           Rows
	Points         Points
	Dst            Vector // [Points.Len(), Stride]
	Stride, Offset int    // Offset + channels <= Stride
}

// Scatter adds the rows of a matrix to a map at points: for each point k whose row is in Rows,
// F_c(point k) += Src[k*Stride + Offset + c], in the order of k. It is the adjoint of [Gather].
type Scatter struct {
	Src            Vector
	Stride, Offset int
	Points         Points
	Rows           Rows
	Dst            Map
	Add            bool // add to Dst; otherwise rows of Dst are cleared first
}

// Taps define a resampled row: number i is the sum over k < Width of
// Weights[i*Width+k] times number First[i]+k. Indices beyond an end of the row mean the number at that end.
type Taps struct {
	First   []int
	Width   int
	Weights []float32
}

// Resampling resamples images [3, Height, Width] to [3, ToHeight, ToWidth] as a viewer sees them from further away: in
// linear light (IEC 61966-2-1), with values clamped to [0,1], rows by Across and then columns by Down, and the
// result clamped to [0,1] again.
type Resampling struct {
	Height, Width     int
	ToHeight, ToWidth int
	Across, Down      Taps
}

// Resample sets Dst to the resampled Src.
type Resample struct {
	Resampler Resampler
	Src, Dst  Image
}

// ResampleBackward sets Dst to the derivative, with respect to Src, of a function whose derivative with respect to
// Resampled is Gradient. It is zero for numbers of Src outside [0,1], and numbers of Resampled that were clamped add nothing.
type ResampleBackward struct {
	Resampler      Resampler
	Src, Resampled Image // as Resample read and wrote them
	Gradient       Image
	Dst            Image
}

// Multilevel replaces an image V by M V, where
//
//	M = I + sum over l = 1 ... Levels of 2^(l-1) (4^l P_l^T P_l)
//
// and P_l halves the image l times with the weights 1 3 3 1 in each direction, edges repeated. It is the preconditioner of
// Bramble, Pasciak and Xu, Parallel Multilevel Preconditioners, Math. Comp. 55 (1990), with the weights
// of an operator of order one: an estimate of the inverse Hessian of a loss of features, up to a factor.
// The sum ends at a level of a single pixel.
type Multilevel struct {
	V      Image
	Levels int
}

// Direction sets D to -H G by the two-loop recursion of L-BFGS (Nocedal and Wright, Numerical Optimization,
// 2nd ed., algorithm 7.4), with the pairs S and Y from the oldest to the newest, Rho = 1 / y's of each, and
// H^0 = Gamma M, where M is that of [Multilevel], the identity at 0 levels.
type Direction struct {
	D, G   Vector // D is an Image where Levels > 0
	S, Y   []Vector
	Rho    []float64
	Gamma  float64
	Levels int
	Slope  Scalar // set to the dot product of G and D
}

// AdamStep is one step of Adam (Kingma and Ba 2015, algorithm 1) on X with gradient G:
// M += (1-Beta1)(G-M); V += (1-Beta2)(G^2-V); X -= Rate/Correction1 * M / (sqrt(V)/sqrt(Correction2) + Epsilon).
type AdamStep struct {
	X, G, M, V               Vector
	Beta1, Beta2             float64
	Rate, Epsilon            float64
	Correction1, Correction2 float64 // 1-Beta1^t, 1-Beta2^t
}

// MomentumStep is one step of gradient descent with momentum, as in PyTorch's SGD:
// V = Decay V + G; X -= Rate V.
type MomentumStep struct {
	X, G, V     Vector
	Decay, Rate float64
}
