package recipe

import (
	"math"
	"strconv"
)

// A VGG is positively homogeneous: scaling its input and all of its biases by s scales every feature map by s. The
// networks of Caffe, which read pixels in 0..255, and those of torchvision, which read normalised ones, are related in
// this way: a content loss of the former is s^2 times that of the latter, and a loss of Gram matrices s^4 times.

// Scale is the factor by which a preprocessing spreads pixels in [0,1]: 255 for Caffe's, about 4.4 for ImageNet's.
func (i Input) Scale() float64 {
	matrix, _ := i.Affine()
	return ScaleOf(matrix)
}

// ScaleOf is the scale of a preprocessing with the given matrix: the geometric mean of the factors of red, green and
// blue.
func ScaleOf(matrix [3][3]float32) float64 {
	product := 1.0
	for _, row := range matrix {
		length := 0.0
		for _, v := range row {
			length += float64(v) * float64(v)
		}
		product *= math.Sqrt(length)
	}
	return math.Cbrt(product)
}

// sameScale is the ratio up to which scales count as equal: those of the known preprocessings differ by a factor
// of 58.
const sameScale = 1.5

// MoveTo changes the weights of content and style, including those of single scales, so that on a network whose
// preprocessing has the given scale the recipe behaves as on its own network. It returns the factors applied, and
// false if there is nothing to do: the scales are alike, or the losses have units that do not depend on them.
func (r *Recipe) MoveTo(scale float64) (content, style float64, moved bool) {
	ratio := r.Input.Scale() / scale
	if r.Units == GreyUnits || !(ratio > 0) || math.IsInf(ratio, 0) || math.Abs(math.Log(ratio)) < math.Log(sameScale) {
		return 1, 1, false
	}
	content = ratio * ratio
	style = math.Pow(ratio, r.Style.Distance.degree())
	for _, s := range r.ByScale {
		s.move(r, ratio)
	}
	r.Content.Weight *= content
	r.Style.Weight *= style
	return content, style, true
}

// move scales the weights of scales that have their own, or a distance other than the recipe's.
func (s *ScaleSettings) move(r *Recipe, ratio float64) {
	if v, err := strconv.ParseFloat(s.Values["content-weight"], 64); err == nil {
		s.Values["content-weight"] = number(v * ratio * ratio)
	}
	distance, other := s.Values["style-loss"]
	if !other {
		distance = string(r.Style.Distance)
	}
	weight, err := strconv.ParseFloat(s.Values["style-weight"], 64)
	if err != nil {
		weight = r.Style.Weight
	}
	if err == nil || other {
		s.Values["style-weight"] = number(weight * math.Pow(ratio, Distance(distance).degree()))
	}
}

// degree is the power of the features with which a distance grows.
func (d Distance) degree() float64 {
	for _, info := range distances {
		if info.Name == d {
			return info.Degree
		}
	}
	return 1
}
