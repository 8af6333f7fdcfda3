package recipe

// The conventions of the network and of the losses.
type (
	// Padding is what the first convolution reads beyond the border of the picture.
	Padding uint8
	// Pooling is how a 2x2 pooling combines four activations.
	Pooling uint8
	// Normalization is the normalisation of a Gram loss. With the Gram matrices G of the result (N positions)
	// and A of the painting (M positions), each divided by its own number of positions, and C channels, it is one of the forms below.
	Normalization uint8
	// TotalVariation is a form of total variation.
	TotalVariation uint8
	// Search is how L-BFGS chooses the length of a step.
	Search uint8
)

const (
	PadZero      Padding = iota // zeros: all published VGG networks were trained with it
	PadReplicate                // the nearest pixel of the border
	PadReflect                  // mirrored about the border pixel, which is not repeated
)

const (
	MaxPooling     Pooling = iota // the largest; VGG was trained with it
	AveragePooling                // the mean, which Gatys et al. 2015 prefer for synthesis
)

const (
	Textbook    Normalization = iota // 1/(4 C^2 N^2) sum (G - N/M A)^2: Gatys et al. 2015, equation 4
	Mean                             // 1/C^2 sum (G/N - A/M)^2, as in Gatys' own program
	MeanElement                      // 1/C^2 sum (G/(C N) - A/(C M))^2, as in neural-style and PyTorch's tutorial
	SumElement                       // sum (G/(C N) - A/(C M))^2
)

const (
	AbsoluteVariation  TotalVariation = iota // absolute differences of neighbours
	SquaredVariation                         // squared differences of neighbours
	NinePointVariation                       // the nine-point form of crowsonkb's style-transfer-pytorch
)

const (
	Wolfe Search = iota // strong Wolfe conditions
	Fixed               // steps of fixed length, the default of PyTorch's LBFGS
)

// Distance names what a style loss compares of a layer's features, and how: one of [Distances].
type Distance string

// Distances lists the distances of style losses. Package loss implements each in a file of its own.
func Distances() []DistanceInfo { return append([]DistanceInfo(nil), distances...) }

// DistanceInfo is a row of the table of distances.
type DistanceInfo struct {
	Name     Distance
	Sentence string  // what is compared
	Degree   float64 // features scaled by s scale the loss by s to this power
}

// Gram is the distance between Gram matrices (Gatys et al. 2015), which most recipes use.
const Gram Distance = "gram"

// distances is the table.
var distances = []DistanceInfo{
	{Gram, "Gram matrices: which features occur together", 4},
	{"wasserstein", "mean and covariance, by the 2-Wasserstein distance", 2},
	{"wasserstein-truncated", "the same, as crowsonkb's style-transfer-pytorch computes it", 2},
}

// Affine returns the preprocessing as input = matrix * rgb + offset, for RGB in [0,1].
func (i Input) Affine() (matrix [3][3]float32, offset [3]float32) {
	return inputs[i].matrix, inputs[i].offset
}

// inputs is the table of preprocessings.
var inputs = [...]struct {
	matrix [3][3]float32
	offset [3]float32
}{
	InputImageNet: {
		[3][3]float32{{1 / 0.229, 0, 0}, {0, 1 / 0.224, 0}, {0, 0, 1 / 0.225}},
		[3]float32{-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225},
	},
	InputCaffe: {
		[3][3]float32{{0, 0, 255}, {0, 255, 0}, {255, 0, 0}},
		[3]float32{-103.939, -116.779, -123.68},
	},
	InputRGB255: {
		[3][3]float32{{255, 0, 0}, {0, 255, 0}, {0, 0, 255}},
		[3]float32{-123.675, -116.28, -103.53},
	},
}

// MeanColour is the mean of ImageNet's photographs, RGB: grey to a VGG.
var MeanColour = [3]float64{0.485, 0.456, 0.406}
