package transfer

import (
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/loss"
	"github.com/impasto/impasto/optim"
	"github.com/impasto/impasto/recipe"
)

// A recipe is data and does not know the engine: these tables map its conventions to operations.
var (
	paddings = [...]engine.Padding{recipe.PadZero: engine.PadZero, recipe.PadReplicate: engine.PadReplicate,
		recipe.PadReflect: engine.PadReflect}
	poolings   = [...]engine.Pooling{recipe.MaxPooling: engine.MaxPooling, recipe.AveragePooling: engine.AveragePooling}
	variations = [...]engine.TotalVariation{recipe.AbsoluteVariation: engine.AbsoluteVariation, recipe.SquaredVariation: engine.SquaredVariation,
		recipe.NinePointVariation: engine.NinePointVariation}
	normalizations = [...]loss.Normalization{recipe.Textbook: loss.Textbook, recipe.Mean: loss.Mean,
		recipe.MeanElement: loss.MeanElement, recipe.SumElement: loss.SumElement}
	searches = [...]optim.Search{recipe.Wolfe: optim.Wolfe, recipe.Fixed: optim.Fixed}
)

// Pooling returns the engine's pooling for a recipe's.
func Pooling(p recipe.Pooling) engine.Pooling { return poolings[p] }

// Padding returns the engine's padding for a recipe's.
func Padding(p recipe.Padding) engine.Padding { return paddings[p] }

// TotalVariation returns the engine's total variation for a recipe's.
func TotalVariation(v recipe.TotalVariation) engine.TotalVariation { return variations[v] }

// Preprocessing returns the preprocessing of a network that does not state its own.
func Preprocessing(i recipe.Input) engine.Preprocessing {
	matrix, offset := i.Affine()
	return engine.Preprocessing{Matrix: matrix, Offset: offset}
}
