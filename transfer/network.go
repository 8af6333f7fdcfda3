package transfer

import (
	"fmt"
	"slices"

	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/weights"
)

// NetworkOptions returns a recipe's options for a network: preprocessing, padding, depth.
func NetworkOptions(model *weights.Model, r *recipe.Recipe) (feature.Options, error) {
	deepest, err := Deepest(model, r)
	if err != nil {
		return feature.Options{}, err
	}
	return feature.Options{
		StemPadding: Padding(r.StemPadding), Input: Preprocessing(r.Input), Deepest: deepest}, nil
}

// Deepest returns the deepest layer of a network that a recipe taps. The error wraps a *feature.UnknownLayerError if
// the network lacks a layer.
func Deepest(model *weights.Model, r *recipe.Recipe) (feature.Layer, error) {
	net, err := feature.NetworkOf(model)
	if err != nil {
		return feature.Layer{}, err
	}
	deepest := feature.Layer{}
	for _, variant := range r.Variants() {
		for _, l := range slices.Concat(variant.Content.Layers, variant.Style.Layers) {
			layer, err := net.Layer(l.Layer)
			if err != nil {
				return feature.Layer{}, fmt.Errorf("recipe %s: %w", r.Name, err)
			}
			if deeper(layer, deepest) {
				deepest = layer
			}
		}
	}
	return deepest, nil
}

// deeper reports whether layer a follows layer b. A pooling follows its block.
func deeper(a, b feature.Layer) bool {
	if a.Block != b.Block {
		return a.Block > b.Block
	}
	if a.Kind == feature.Pool || b.Kind == feature.Pool {
		return b.Kind != feature.Pool
	}
	return a.Index > b.Index
}
