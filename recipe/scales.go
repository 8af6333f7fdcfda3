package recipe

import "math"

// Sides lists the long sides of the scales, coarse to fine, for a picture whose long side is last.
func (s Scales) Sides(last int) []int {
	var all []int
	for i := 0; ; i++ {
		side := int(math.Round(float64(last) / math.Pow(s.Ratio, float64(i))))
		switch {
		case i == 0:
		case s.Count > 0 && i == s.Count:
			return all
		case s.Count == 0 && side < s.Smallest:
			return all
		case side < 1:
			return all
		}
		all = append([]int{side}, all...)
	}
}

// iterations returns the iterations of scale i of n.
func (s Scales) iterations(i, n int) int {
	factor := s.Coarse
	switch {
	case i == n-1:
		return s.Iterations
	case i == 0:
		factor = s.First
	}
	return int(math.Round(factor * float64(s.Iterations)))
}

// TaperTo applies the tapers to the recipe of a single scale with the given long side.
func (r *Recipe) TaperTo(side int) {
	r.Scales.Iterations = r.Scales.tapered(side)
	if t := r.Content.Taper; t > 0 && side > t {
		share := float64(t) / float64(side)
		r.Content.Weight *= share * share
	}
}

// tapered returns the iterations of a single scale with the given long side.
func (s Scales) tapered(side int) int {
	if s.Taper == 0 || side <= s.Taper || s.Iterations == 0 {
		return s.Iterations
	}
	return max(int(math.Round(float64(s.Iterations)*float64(s.Taper)/float64(side))), 1)
}
