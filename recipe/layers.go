package recipe

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// LayerWeight is a layer, by its usual name ("relu4_2", "conv1_1" before the ReLU, "pool3"), and its
// share in a loss.
type LayerWeight struct {
	Layer  string
	Weight float64
}

// LayerWeights are the layers of a loss.
type LayerWeights []LayerWeight

// ParseLayerWeights parses "relu1_1=0.2,relu2_1=0.8". Of n layers without weights each gets 1/n.
func ParseLayerWeights(s string) (LayerWeights, error) {
	var layers LayerWeights
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	parts := strings.Split(s, ",")
	for _, part := range parts {
		name, value, given := strings.Cut(part, "=")
		l := LayerWeight{strings.TrimSpace(name), 1 / float64(len(parts))}
		if l.Layer == "" {
			return nil, fmt.Errorf("%q names no layer; write relu1_1=0.2,relu2_1=0.8", s)
		}
		if given {
			w, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				return nil, fmt.Errorf("the weight %q of %s is not a number", strings.TrimSpace(value), l.Layer)
			}
			l.Weight = w
		}
		layers = append(layers, l)
	}
	return layers, layers.validate()
}

// String returns the form that ParseLayerWeights parses.
func (l LayerWeights) String() string {
	parts := make([]string, len(l))
	for i, w := range l {
		parts[i] = w.Layer + "=" + number(w.Weight)
	}
	return strings.Join(parts, ",")
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// any reports whether at least one layer has a weight.
func (l LayerWeights) any() bool {
	for _, w := range l {
		if w.Weight > 0 {
			return true
		}
	}
	return false
}

// validate returns an error if a weight is negative or not finite, or if a layer is listed twice.
func (l LayerWeights) validate() error {
	seen := map[string]bool{}
	for _, w := range l {
		if w.Weight < 0 || math.IsNaN(w.Weight) || math.IsInf(w.Weight, 0) {
			return fmt.Errorf("the weight %v of %s must be finite and not negative", w.Weight, w.Layer)
		}
		if seen[w.Layer] {
			return fmt.Errorf("%s is listed twice", w.Layer)
		}
		seen[w.Layer] = true
	}
	return nil
}
