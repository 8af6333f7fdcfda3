package recipe

import "math"

// five returns the five layers of Gatys et al. with the given weights, the last of which repeats.
func five(weights ...float64) LayerWeights {
	names := []string{"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"}
	layers := make(LayerWeights, len(names))
	for i, name := range names {
		layers[i] = LayerWeight{name, weights[min(i, len(weights)-1)]}
	}
	return layers
}

func equally(weight float64, names ...string) LayerWeights {
	layers := make(LayerWeights, len(names))
	for i, name := range names {
		layers[i] = LayerWeight{name, weight}
	}
	return layers
}

// one is a pyramid of a single scale.
func one(iterations int) Scales {
	return Scales{Count: 1, Ratio: 2, Smallest: 128, Iterations: iterations, Coarse: 1, First: 1}
}

// torchLBFGS is PyTorch's optimiser with its defaults: no line search.
var torchLBFGS = Optimizer{Rule: LBFGS, Rate: 1, History: 100, Search: Fixed}

// recipes is the table. The published ones were taken from the programs at the commits given; the tests
// compare what each computes with numbers from the programs themselves.
var recipes = []Recipe{
	{
		Name:        "gatys",
		Sentence:    "The textbook: the formulas of the paper as printed, average pooling, L-BFGS",
		Source:      "Gatys, Ecker, Bethge: A Neural Algorithm of Artistic Style, arXiv:1508.06576 (2015)",
		Network:     "vgg16",
		Input:       InputImageNet,
		StemPadding: PadZero,
		Pooling:     AveragePooling,
		Content: ContentLoss{Weight: 1e-3, Reference: 512 * 512, Normalization: ContentSum,
			Layers: equally(1, "relu4_2")},
		Style:          StyleLoss{Distance: Gram, Weight: 1e6, Strength: 1, Scale: 1, Normalization: Textbook, Layers: five(0.2)},
		TotalVariation: TotalVariationLoss{Kind: SquaredVariation, Range: 1},
		Optimizer:      Optimizer{Rule: LBFGS, Rate: 1, History: 10, Search: Wolfe},
		Scales:         one(300),
		Start:          Start{Init: InitContent, Noise: 0.25},
	},
	{
		Name:           "neural-style-pt",
		Sentence:       "The port of Johnson's neural-style to PyTorch: starts near grey, total variation, 1000 iterations",
		Source:         "ProGamerGov/neural-style-pt at 72514050755394270abf526252cb9ff95c20dcf2",
		Network:        "vgg19",
		Input:          InputCaffe,
		StemPadding:    PadZero,
		Pooling:        MaxPooling,
		Content:        ContentLoss{Weight: 5, Normalization: ContentMean, Layers: equally(1, "relu4_2")},
		Style:          StyleLoss{Distance: Gram, Weight: 100, Strength: 1, Scale: 1, Normalization: MeanElement, Layers: five(1)},
		TotalVariation: TotalVariationLoss{Weight: 1e-3, Kind: AbsoluteVariation, Range: 255},
		Optimizer:      torchLBFGS,
		Scales:         one(1000),
		Start:          Start{Init: InitNoise, Noise: 0.001 / 255},
	},
	{
		Name:        "leongatys",
		Sentence:    "The notebook of the paper's first author: larger weights for deep layers, then a second pass at 1.56 times the size",
		Source:      "leongatys/PytorchNeuralStyleTransfer at be6c8e2b35568669a5a0ac10b66c912207ad355d",
		Network:     "vgg19",
		Input:       InputCaffe,
		StemPadding: PadZero,
		Pooling:     MaxPooling,
		Content:     ContentLoss{Weight: 1, Normalization: ContentMean, Layers: equally(1, "relu4_2")},
		Style: StyleLoss{Distance: Gram, Weight: 1, Strength: 1, Scale: 1, Normalization: Mean,
			Layers: five(1e3/(64*64), 1e3/(128*128), 1e3/(256*256), 1e3/(512*512))},
		TotalVariation: TotalVariationLoss{Kind: SquaredVariation, Range: 1},
		Optimizer:      torchLBFGS,
		Scales:         Scales{Count: 2, Ratio: 800.0 / 512, Smallest: 128, Iterations: 200, Coarse: 2.5, First: 2.5},
		Start:          Start{Init: InitContent, Noise: 0.25},
	},
	{
		Name:        "pytorch-tutorial",
		Sentence:    "PyTorch's tutorial: shallow layers before their ReLU, the image clamped, 300 iterations",
		Source:      "pytorch/tutorials advanced_source/neural_style_tutorial.py at e83f94b87b7815685ad5588eb8d10acf726b691d",
		Network:     "vgg19",
		Input:       InputImageNet,
		StemPadding: PadZero,
		Pooling:     MaxPooling,
		Content:     ContentLoss{Weight: 1, Normalization: ContentMean, Layers: equally(1, "conv2_2")},
		Style: StyleLoss{Distance: Gram, Weight: 1e6, Strength: 1, Scale: 1, Normalization: MeanElement,
			Layers: equally(1, "conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1")},
		TotalVariation: TotalVariationLoss{Kind: SquaredVariation, Range: 1},
		Optimizer:      torchLBFGS,
		Scales:         one(300),
		Start:          Start{Init: InitContent, Noise: 0.25},
		Clamp:          true,
	},
	{
		Name:           "gordicaleksa",
		Sentence:       "Gordic's program: sums instead of means, strong total variation, L-BFGS with line search",
		Source:         "gordicaleksa/pytorch-neural-style-transfer at a244dc61797f920a62146d98de92384352a4d3a2",
		Network:        "vgg19",
		Input:          InputRGB255,
		StemPadding:    PadZero,
		Pooling:        MaxPooling,
		Content:        ContentLoss{Weight: 1e5, Normalization: ContentMean, Layers: equally(1, "relu4_2")},
		Style:          StyleLoss{Distance: Gram, Weight: 3e4, Strength: 1, Scale: 1, Normalization: SumElement, Layers: five(0.2)},
		TotalVariation: TotalVariationLoss{Weight: 1, Kind: AbsoluteVariation, Range: 255},
		Optimizer:      Optimizer{Rule: LBFGS, Rate: 1, History: 100, Search: Wolfe},
		Scales:         one(1000),
		Start:          Start{Init: InitContent, Noise: 90.0 / 255},
	},
	{
		Name:        "crowsonkb",
		Sentence:    "Crowson's program: Wasserstein distances from coarse to fine, Adam, averaged iterates; slow and popular",
		Source:      "crowsonkb/style-transfer-pytorch at e7e2c7134e3937be05ff9f5fcc0873fe5ceb6060",
		Network:     "vgg19",
		Input:       InputImageNet,
		StemPadding: PadReplicate,
		Pooling:     MaxPooling,
		Content:     ContentLoss{Weight: 0.015, Normalization: ContentMean, Layers: equally(1, "relu4_2")},
		Style: StyleLoss{Weight: 1, Strength: 1, Scale: 1, Distance: "wasserstein-truncated",
			Layers: five(256.0/341, 64.0/341, 16.0/341, 4.0/341, 1.0/341)},
		TotalVariation: TotalVariationLoss{Weight: 2, Kind: NinePointVariation, Range: 1},
		Optimizer:      Optimizer{Rule: Adam, Rate: 0.02, Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-8, CarryMoments: true},
		Scales:         Scales{Ratio: math.Sqrt2, Smallest: 128, Iterations: 500, Coarse: 1, First: 2},
		Start:          Start{Init: InitContent, Noise: 0.25},
		Clamp:          true,
		Averaging:      0.99,
	},
	{
		Name:           "impasto",
		Sentence:       "Our own: Gram matrices from coarse to fine, so that large strokes come first; weights that suit every pair and size",
		Source:         "this program; coarse to fine after Gatys et al., Controlling Perceptual Factors, arXiv:1611.07865 (2017)",
		Network:        "vgg16",
		Input:          InputImageNet,
		StemPadding:    PadReplicate,
		Pooling:        AveragePooling,
		Content:        ContentLoss{Weight: 1, Taper: 512, Normalization: ContentMean, Layers: equally(1, "relu4_2")},
		Style:          StyleLoss{Distance: Gram, Weight: 50, Strength: 1, Scale: 1, Normalization: Mean, Layers: five(4, 1, 1, 2, 20)},
		Units:          GreyUnits,
		TotalVariation: TotalVariationLoss{Weight: 0.1, Kind: NinePointVariation, Range: 1},
		Reduced:        ReducedLoss{Weight: 1, Side: 512},
		Optimizer:      Optimizer{Rule: LBFGS, Rate: 1, History: 10, Search: Wolfe},
		Scales:         Scales{Ratio: 2, Smallest: 128, Iterations: 80, Taper: 512, Coarse: 1.5, First: 2},
		Start:          Start{Init: InitContent, Noise: 0.25},
	},
}
