// Package recipe holds the conventions of style transfer as data: the terms of the loss and their weights,
// the initial image, the sizes and the optimiser. [Find] returns the conventions of published programs and
// our own.
//
// A [Recipe] is read and written as named settings ([Recipe.Set], [Recipe.Settings]) and as TOML ([Parse],
// [Write]). Names of layers are text here: whoever runs a recipe checks them against a network. The only
// arithmetic here is that of sizes and iterations.
package recipe

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// Recipe is a complete set of conventions. [Find] returns the published ones.
type Recipe struct {
	Name     string // as typed by the user
	Sentence string // one line of description
	Source   string // the paper, or the program and the commit that was read
	Network  string // the network that the weights were made for: "vgg16", "vgg19"

	Input       Input   // preprocessing, for a network that does not state its own
	StemPadding Padding // of the first convolution
	Pooling     Pooling

	Content        ContentLoss
	Style          StyleLoss
	Colours        Colours // what is kept of the photograph's colours
	Units          Units   // of the weights of content and style
	TotalVariation TotalVariationLoss
	Reduced        ReducedLoss
	Optimizer      Optimizer
	Scales         Scales
	Start          Start

	// Clamp limits every iterate to [0,1]. Otherwise only the picture that is written is clamped.
	Clamp bool
	// Averaging is the decay rate of the running average of the iterates, in [0,1). If it is greater than
	// 0, the average is the result, and the start of the next scale.
	Averaging float64

	// ByScale are parameters that differ by scale, in the order in which they apply, which Set maintains.
	ByScale []ScaleSettings
}

// ContentLoss is the content loss: Weight times the weighted sum over Layers.
type ContentLoss struct {
	Weight float64 // alpha
	// Reference, if not 0, is a number of pixels: Weight is meant for a picture of that many, and is
	// multiplied by Reference/pixels for other sizes. A sum over positions grows with the picture while
	// the style loss does not, so a fixed weight would change the look with the size.
	Reference float64
	// Taper, if not 0, is a long side in pixels: at a larger scale Weight falls with the square of the
	// scale's long side. By then the layout is settled; the content loss would only draw the photograph's
	// finest detail and make the print differ from its preview.
	Taper         int
	Layers        LayerWeights
	Normalization ContentNormalization
}

// StyleLoss is the style loss: Weight times Strength times the weighted sum over Layers.
type StyleLoss struct {
	Weight        float64 // beta
	Strength      float64 // 1 is the recipe unchanged
	Layers        LayerWeights
	Distance      Distance
	Normalization Normalization // of Gram matrices
	// Scale is the long side of a painting relative to the picture's, at every scale: the size of the
	// strokes. A painting is never enlarged.
	Scale float64
}

// TotalVariationLoss is the total variation of the image, times Weight.
type TotalVariationLoss struct {
	Weight float64
	Kind   TotalVariation
	Range  float64 // of the pixel values that the weight is meant for: 1 or 255
}

// ReducedLoss is the loss of the picture reduced to the size of its preview (content, style and total
// variation together), times Weight. A print that also lowers this loss keeps the look of its preview.
type ReducedLoss struct {
	Weight float64
	// Side, if not 0, is a long side in pixels: larger scales have the loss of the picture reduced to the
	// finest scale of the pyramid that is no larger.
	Side int
}

// Optimizer is a step rule and its parameters; parameters of other rules are ignored.
type Optimizer struct {
	Rule Rule
	Rate float64 // in units of a picture in [0,1]; with 0 gradient descent chooses it

	History int    // L-BFGS: number of pairs kept
	Search  Search // L-BFGS: how the length of a step is chosen
	// Levels is the number of halvings of the picture in the initial inverse Hessian of L-BFGS (Bramble,
	// Pasciak and Xu 1990); 0: none. They help where a single scale must move large shapes.
	Levels int

	Beta1, Beta2 float64 // Adam
	Epsilon      float64 // Adam
	CarryMoments bool    // Adam: the moments are kept from one scale to the next

	Momentum float64 // gradient descent
}

// Scales is the pyramid.
type Scales struct {
	Count    int     // number of scales; 0: as many as Smallest allows
	Ratio    float64 // of the long sides of adjacent scales, greater than 1
	Smallest int     // least long side of a scale, in pixels, unless Count requires a smaller one

	Iterations int // at the last scale
	// Taper, if not 0, is a long side in pixels: at a larger scale iterations fall in inverse proportion to
	// the scale's long side. By then strokes have their places, so a print keeps the look of its preview.
	Taper  int
	Coarse float64 // at each earlier scale, as a multiple of Iterations
	First  float64 // at the first of several scales, likewise
}

// Start is the initial image of the first scale.
type Start struct {
	Init  Init
	Noise float64 // InitNoise: standard deviation about the mean colour of photographs
	// Jitter is the standard deviation of seeded noise added to any other start. The optimisation then
	// ends elsewhere, so that every seed gives a variation of the same picture.
	Jitter float64
}

// The preprocessing of networks, the forms of the losses and initial images.
type (
	// Input is how a picture in RGB [0,1] becomes what the first convolution reads.
	Input uint8
	// ContentNormalization is how a content loss is scaled.
	ContentNormalization uint8
	// Colours is what is kept of the photograph's colours.
	Colours uint8
	// Units is the unit of the weights of content and style loss.
	Units uint8
	// Init is the initial image of the first scale.
	Init uint8
)

const (
	InputImageNet Input = iota // RGB in [0,1], minus the mean of ImageNet, over its standard deviation
	InputCaffe                 // BGR in 0..255, minus the mean of ImageNet
	InputRGB255                // RGB in 0..255, minus the mean of ImageNet
)

const (
	ContentSum  ContentNormalization = iota // 1/2 sum (F-P)^2: Gatys et al. 2015, equation 1
	ContentMean                             // mean (F-P)^2 over channels and positions
)

// Both ways to keep colours are those of Gatys et al. 2016, arXiv:1606.05897.
const (
	NoColours        Colours = iota // the painting's colours replace them
	LuminanceColours                // only brightness is painted; section 4
	HistogramColours                // the painting takes the photograph's mean and covariance; section 3
)

const (
	// PlainUnits: the losses are what their formulas give, as in the published recipes.
	PlainUnits Units = iota
	// GreyUnits: at each scale the content loss is divided by that of a flat grey picture, and so is the
	// style loss. A weight, and with it Strength, then means the same at every size, for every pair and
	// for every network. A photograph or painting that is itself flat grey has no such unit; its loss
	// stays plain.
	GreyUnits
)

const (
	InitContent Init = iota // the photograph
	InitNoise               // seeded Gaussian noise
	InitStyle               // the first painting, stretched to the photograph's shape
	InitGrey                // the mean colour of photographs
	InitPicture             // a picture given by the caller
)

// Validate returns an error that names the recipe and the first parameter that is out of range.
// Layers are checked against a network by whoever plans a run.
func (r *Recipe) Validate() error {
	if err := r.validate(); err != nil {
		return fmt.Errorf("recipe %s: %w", r.Name, err)
	}
	return nil
}

func (r *Recipe) validate() error {
	rule, err := findRule(r.Optimizer.Rule)
	if err != nil {
		return fmt.Errorf("optimizer: %w", err)
	}
	for _, c := range append(r.ranges(), rule.ranges(&r.Optimizer)...) {
		if err := c.check(); err != nil {
			return err
		}
	}
	if r.HasStyle() && !slices.ContainsFunc(distances, func(d DistanceInfo) bool { return d.Name == r.Style.Distance }) {
		return fmt.Errorf("style-loss: %w", unknown(string(r.Style.Distance), distanceNames()))
	}
	for _, l := range []struct {
		name   string
		layers LayerWeights
		weight float64
	}{{"content", r.Content.Layers, r.Content.Weight}, {"style", r.Style.Layers, r.Style.Weight * r.Style.Strength}} {
		if err := l.layers.validate(); err != nil {
			return fmt.Errorf("%s-layers: %w", l.name, err)
		}
		if l.weight > 0 && len(l.layers) > 0 && !l.layers.any() {
			return fmt.Errorf("%s-layers: all weights are 0; to leave the %s out, set %s-weight to 0", l.name, l.name, l.name)
		}
	}
	if !r.HasContent() && !r.HasStyle() {
		return fmt.Errorf("the weights of content and style are both 0: nothing to paint")
	}
	return r.validateScales()
}

// HasContent reports whether the content loss has a weight.
func (r *Recipe) HasContent() bool { return r.Content.Weight > 0 && r.Content.Layers.any() }

// HasStyle reports whether the style loss has a weight.
func (r *Recipe) HasStyle() bool {
	return r.Style.Weight*r.Style.Strength > 0 && r.Style.Layers.any()
}

// interval is the permitted range of a parameter: [low, high], or (low, high] if open.
type interval struct {
	name      string
	value     float64
	low, high float64
	open      bool
}

func (i interval) check() error {
	switch {
	case math.IsNaN(i.value) || math.IsInf(i.value, 0):
		return fmt.Errorf("%s: %v is not finite", i.name, i.value)
	case i.value < i.low || i.open && i.value == i.low:
		return fmt.Errorf("%s: %v is too small; it must be %s %v", i.name, i.value, i.least(), i.low)
	case i.value > i.high:
		return fmt.Errorf("%s: %v is too large; it must be at most %v", i.name, i.value, i.high)
	}
	return nil
}

func (i interval) least() string {
	if i.open {
		return "greater than"
	}
	return "at least"
}

// belowOne is the largest decay rate: at 1 nothing is ever forgotten.
var belowOne = math.Nextafter(1, 0)

// huge is the largest weight and the largest learning rate.
const huge = 1e30

// ranges are those of the parameters that do not depend on the optimiser.
func (r *Recipe) ranges() []interval {
	s := &r.Scales
	return []interval{
		{"content-weight", r.Content.Weight, 0, huge, false},
		{"content-reference", r.Content.Reference, 0, huge, false},
		{"content-taper", float64(r.Content.Taper), 0, 1 << 20, false},
		{"style-weight", r.Style.Weight, 0, huge, false},
		{"strength", r.Style.Strength, 0, huge, false},
		{"style-scale", r.Style.Scale, 0, 64, true},
		{"tv-weight", r.TotalVariation.Weight, 0, huge, false},
		{"tv-range", r.TotalVariation.Range, 0, 65535, true},
		{"reduced", float64(r.Reduced.Side), 0, 1 << 20, false},
		{"reduced-weight", r.Reduced.Weight, 0, huge, false},
		{"averaging", r.Averaging, 0, belowOne, false},
		{"noise", r.Start.Noise, 0, 100, false},
		{"jitter", r.Start.Jitter, 0, 100, false},
		{"scales", float64(s.Count), 0, MaxScales, false},
		{"scale-ratio", s.Ratio, 1.05, 16, false},
		{"smallest-scale", float64(s.Smallest), 1, 1 << 20, false},
		{"iterations", float64(s.Iterations), 0, 1e9, false},
		{"taper", float64(s.Taper), 0, 1 << 20, false},
		{"coarse-iterations", s.Coarse, 0, 1e6, false},
		{"first-iterations", s.First, 0, 1e6, false},
	}
}

// Clone returns a deep copy.
func (r *Recipe) Clone() Recipe {
	c := *r
	c.Content.Layers = slices.Clone(r.Content.Layers)
	c.Style.Layers = slices.Clone(r.Style.Layers)
	c.ByScale = slices.Clone(r.ByScale)
	for i := range c.ByScale {
		c.ByScale[i].Values = maps.Clone(c.ByScale[i].Values)
	}
	return c
}
