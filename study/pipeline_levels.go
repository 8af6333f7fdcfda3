package study

import (
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"
)

// Level is a layer of the network in a run.
type Level struct {
	Layer      feature.Layer
	Shape      engine.Shape // of its map at the last scale
	Field      Field
	Parameters int     // weights and biases of a convolution
	Work       float64 // multiply-adds of a convolution, forward
	Content    float64 // weight of the layer in the content loss; 0 if it is not in it
	Style      float64 // in the style loss
}

// used reports whether a loss taps the level.
func (l *Level) used() bool { return l.Content > 0 || l.Style > 0 }

// levels returns the layers of a network up to the deepest one that a recipe taps, from shallow to deep.
func levels(net feature.Network, chosen *recipe.Recipe, width, height int) []Level {
	var all []Level
	in, deepest := 3, 0
	for _, l := range net.Layers() {
		level := Level{Layer: l, Shape: net.Shape(l, height, width), Field: FieldOf(net, l)}
		if l.Kind == feature.Conv {
			out := level.Shape.Channels
			level.Parameters = 9*in*out + out
			level.Work = 9 * float64(in) * float64(level.Shape.Elements())
			in = out
		}
		if chosen.Content.Weight > 0 {
			level.Content = weightOf(chosen.Content.Layers, l)
		}
		if chosen.Style.Weight*chosen.Style.Strength > 0 {
			level.Style = weightOf(chosen.Style.Layers, l)
		}
		all = append(all, level)
		if level.used() {
			deepest = len(all)
		}
	}
	return all[:deepest]
}

func weightOf(layers recipe.LayerWeights, layer feature.Layer) float64 {
	for _, l := range layers {
		if l.Layer == layer.String() {
			return l.Weight
		}
	}
	return 0
}

// Work returns the multiply-adds of one forward pass, counted as direct convolutions.
func (p *Pipeline) Work() float64 {
	sum := 0.0
	for _, l := range p.Levels {
		sum += l.Work
	}
	return sum
}

// Parameters returns the number of parameters in use, all of them frozen.
func (p *Pipeline) Parameters() int {
	sum := 0
	for _, l := range p.Levels {
		sum += l.Parameters
	}
	return sum
}
