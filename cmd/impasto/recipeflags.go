package main

import (
	"errors"
	"io/fs"
	"maps"
	"slices"

	"github.com/impasto/impasto/recipe"
)

// lossFlags change what a recipe's loss is. Unset means the recipe's.
type lossFlags struct {
	Recipe        string            `group:"look" default:"${recipe}" placeholder:"NAME|FILE" help:"Set of conventions to paint by: a name that impasto recipes lists, or a file of your own (impasto recipes NAME --toml prints one to start from). Every flag below changes one of its settings."`
	ContentWeight *string           `group:"look" placeholder:"ALPHA" help:"Weight of the content loss (alpha), 0 or more: the larger, the closer to the photograph."`
	StyleWeight   *string           `group:"look" placeholder:"BETA" help:"Weight of the style loss (beta), 0 or more: the larger, the closer to the painting."`
	TVWeight      *string           `name:"tv-weight" group:"look" placeholder:"GAMMA" help:"Weight of total variation, 0 or more: removes speckle, and in the end detail."`
	ContentLayers *string           `group:"look" placeholder:"LAYERS" help:"Layers that hold what is where, with weights: relu4_2, or relu3_2=0.3,relu4_2=0.7."`
	StyleLayers   *string           `group:"look" placeholder:"LAYERS" help:"Layers that hold how it is painted, shallow ones for colour and grain, deep ones for shapes: relu1_1=0.2,relu2_1=0.2,..."`
	Pooling       *string           `group:"look" placeholder:"max|average" help:"How the network shrinks its maps."`
	Set           map[string]string `group:"look" placeholder:"SETTING=VALUE" help:"Change any other setting of the recipe, by the name that impasto recipes NAME shows; scale.PLACE.SETTING changes it at some scales: scale.coarse.strength=2, with first, 2, 3, last or last-1 for single ones. May be repeated."`

	varied map[string]string // by a sweep, behind Set
}

// runFlags change how a recipe paints. Unset means the recipe's.
type runFlags struct {
	PreserveColors *string `group:"look" placeholder:"none|luminance|histogram" help:"Keep the photograph's colours: paint its brightness only, or give the painting its colours first."`
	Strength       *string `group:"look" placeholder:"X" help:"How strong the style is: 1 is the recipe as it is, 2 twice as strong."`
	StyleScale     *string `group:"look" placeholder:"X" help:"Size of the strokes: the painting's long side as a share of the picture's. A painting is never enlarged."`

	Effort       string  `group:"optimisation" default:"normal" placeholder:"draft|normal|best" help:"How much work the picture is worth: a multiple of the recipe's iterations."`
	Iterations   *string `group:"optimisation" placeholder:"N" help:"Steps of the optimiser at the last scale; more give a finer picture and take longer."`
	Scales       *string `group:"optimisation" placeholder:"N" help:"Sizes to paint at, from coarse to fine; 1 paints at the final size only."`
	Optimizer    *string `group:"optimisation" placeholder:"lbfgs|adam|gd" help:"Step rule: L-BFGS, Adam, or gradient descent with momentum."`
	LearningRate *string `group:"optimisation" placeholder:"RATE" help:"Length of a step; pixels lie in 0..1. gd chooses it where it is 0."`
	AdamBetas    *string `group:"optimisation" placeholder:"B1,B2" help:"Decays of adam's two averages. Naming the optimiser adam means 0.9,0.999."`
	History      *string `group:"optimisation" placeholder:"N" help:"Steps that lbfgs remembers; each takes memory for two pictures."`
	LineSearch   *string `group:"optimisation" placeholder:"wolfe|none" help:"How lbfgs finds the length of a step: strong Wolfe conditions, or none (as PyTorch's default)."`
	Init         *string `group:"optimisation" placeholder:"START" help:"What to begin with: content, noise, style, grey, or a picture."`
	Seed         uint64  `type:"seed" group:"optimisation" default:"0" placeholder:"N" help:"Seed of the noise: the same seed gives the same picture."`
	Clamp        *bool   `group:"optimisation" negatable:"" help:"Keep pixels within black and white after every step."`
}

// given collects the flags that are set, by the names of the recipe's parameters.
func given(flags map[string]*string) map[string]string {
	values := map[string]string{}
	for name, value := range flags {
		if value != nil {
			values[name] = *value
		}
	}
	return values
}

func (f *lossFlags) values() map[string]string {
	values := given(map[string]*string{
		"content-weight": f.ContentWeight, "style-weight": f.StyleWeight, "tv-weight": f.TVWeight,
		"content-layers": f.ContentLayers, "style-layers": f.StyleLayers, "pooling": f.Pooling,
	})
	maps.Copy(values, f.Set)
	maps.Copy(values, f.varied)
	return values
}

func (f *runFlags) values() map[string]string {
	values := given(map[string]*string{
		"iterations": f.Iterations, "scales": f.Scales, "optimizer": f.Optimizer, "learning-rate": f.LearningRate,
		"adam-betas": f.AdamBetas, "history": f.History, "line-search": f.LineSearch,
		"preserve-colors": f.PreserveColors, "strength": f.Strength, "style-scale": f.StyleScale,
	})
	if f.Clamp != nil {
		values["clamp"] = map[bool]string{true: "true", false: "false"}[*f.Clamp]
	}
	if f.Init != nil {
		values["init"] = *f.Init
		if _, isPicture := f.start(); isPicture {
			values["init"] = recipe.InitPicture.String()
		}
	}
	return values
}

// starts are the words that --init takes beside names of pictures.
func starts() []string {
	var words []string
	for _, init := range []recipe.Init{recipe.InitContent, recipe.InitNoise, recipe.InitStyle, recipe.InitGrey} {
		words = append(words, init.String())
	}
	return words
}

// start returns the picture that --init names, if it does.
func (f *runFlags) start() (name string, ok bool) {
	if f.Init == nil || slices.Contains(starts(), *f.Init) {
		return "", false
	}
	return *f.Init, true
}

// findRecipe returns the recipe of a name, or of a file. A name that is not known is the user's mistake.
func findRecipe(name string) (recipe.Recipe, error) {
	r, err := recipe.Open(name)
	if unknown := new(recipe.UnknownError); errors.As(err, &unknown) {
		return r, usagef("%w (impasto recipes lists all)", err)
	}
	return r, err
}

// unwrapPath takes the path out of an error whose message will name it anyway.
func unwrapPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// recipe returns the recipe that the flags make, with changes that go before them, for a loss that belongs to no order.
func (f *lossFlags) recipe(changes map[string]string) (recipe.Recipe, error) {
	loss := *f
	loss.varied = changes
	o, err := (&request{content: anyPicture, styles: []string{anyPicture}, loss: &loss}).order()
	if err != nil {
		return recipe.Recipe{}, err
	}
	return o.FinishedRecipe()
}
