package main

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/impasto/impasto/recipe"
)

// lossFlags change the loss of a recipe. Unset flags keep the settings of the recipe.
type lossFlags struct {
	Recipe        string            `group:"look" default:"${recipe}" placeholder:"NAME|FILE" help:"Recipe, a set of conventions: a name (see impasto recipes) or a file (impasto recipes NAME --toml prints one to start from). The flags below change its settings."`
	ContentWeight *string           `group:"look" placeholder:"ALPHA" help:"Weight of the content loss (alpha), 0 or more; a larger weight stays closer to the photograph."`
	StyleWeight   *string           `group:"look" placeholder:"BETA" help:"Weight of the style loss (beta), 0 or more; a larger weight comes closer to the painting."`
	TVWeight      *string           `name:"tv-weight" group:"look" placeholder:"GAMMA" help:"Weight of total variation, 0 or more; it removes speckle, and large weights remove detail."`
	ContentLayers *string           `group:"look" placeholder:"LAYERS" help:"Layers of the content loss, with optional weights: relu4_2, or relu3_2=0.3,relu4_2=0.7."`
	StyleLayers   *string           `group:"look" placeholder:"LAYERS" help:"Layers of the style loss, with optional weights; shallow layers for colour and grain, deep ones for shapes: relu1_1=0.2,relu2_1=0.2,..."`
	Pooling       *string           `group:"look" placeholder:"max|average" help:"Pooling of the network."`
	Set           map[string]string `group:"look" placeholder:"SETTING=VALUE" help:"Change a setting of the recipe, named as in impasto recipes NAME. scale.PLACE.SETTING changes it at some scales only, such as scale.coarse.strength=2; PLACE is coarse (all but the last), or first, 2, 3, last or last-1 for a single scale. May be repeated."`

	varied map[string]string // by a sweep; overrides Set
}

// optimizers lists the names of the step rules, separated as alternatives in help.
func optimizers() string {
	var names []string
	for _, rule := range recipe.Rules() {
		names = append(names, string(rule.Name))
	}
	return strings.Join(names, "|")
}

// stepRules lists the step rules in words.
func stepRules() string {
	var rules []string
	for _, rule := range recipe.Rules() {
		rules = append(rules, rule.Sentence)
	}
	last := len(rules) - 1
	return strings.Join(rules[:last], ", ") + ", or " + rules[last]
}

// runFlags change how a recipe paints. Unset flags keep the settings of the recipe.
type runFlags struct {
	PreserveColors *string `group:"look" placeholder:"none|luminance|histogram" help:"Keep the photograph's colours: luminance paints brightness only, histogram first gives the painting the colours of the photograph."`
	Strength       *string `group:"look" placeholder:"X" help:"Strength of the style, relative to the recipe: 2 doubles the weight of the style loss."`
	StyleScale     *string `group:"look" placeholder:"X" help:"Size of the strokes: long side of the painting relative to that of the picture. A painting is never enlarged."`

	Effort       string  `group:"optimisation" default:"normal" placeholder:"draft|normal|best" help:"Effort: multiplies the iterations of the recipe."`
	Iterations   *string `group:"optimisation" placeholder:"N" help:"Steps of the optimiser at the last scale; more steps give a finer picture and take longer."`
	Scales       *string `group:"optimisation" placeholder:"N" help:"Number of scales, coarse to fine; 1 paints at the final size only."`
	Optimizer    *string `group:"optimisation" placeholder:"${optimizers}" help:"Optimiser: ${steprules}."`
	LearningRate *string `group:"optimisation" placeholder:"RATE" help:"Step length, for pixels in 0..1. With 0, gd chooses it."`
	AdamBetas    *string `group:"optimisation" placeholder:"B1,B2" help:"Decay rates of the two averages of adam. --optimizer adam sets 0.9,0.999."`
	History      *string `group:"optimisation" placeholder:"N" help:"Number of steps that lbfgs remembers; each takes the memory of two pictures."`
	LineSearch   *string `group:"optimisation" placeholder:"wolfe|none" help:"Line search of lbfgs: strong Wolfe conditions, or none (the default of PyTorch)."`
	Init         *string `group:"optimisation" placeholder:"START" help:"Start: content, noise, style, grey, or a picture."`
	Seed         uint64  `type:"seed" group:"optimisation" default:"0" placeholder:"N" help:"Seed of the noise: the same seed gives the same picture."`
	Clamp        *bool   `group:"optimisation" negatable:"" help:"Clamp pixels to the range from black to white after every step."`
}

// given returns the values of the flags that are set, by the names of the recipe's parameters.
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

// starts returns the words that --init accepts besides names of pictures.
func starts() []string {
	var words []string
	for _, init := range []recipe.Init{recipe.InitContent, recipe.InitNoise, recipe.InitStyle, recipe.InitGrey} {
		words = append(words, init.String())
	}
	return words
}

// start returns the picture that --init names, if any.
func (f *runFlags) start() (name string, ok bool) {
	if f.Init == nil || slices.Contains(starts(), *f.Init) {
		return "", false
	}
	return *f.Init, true
}

// findRecipe returns the recipe of a name or from a file. An unknown name is a usage error.
func findRecipe(name string) (recipe.Recipe, error) {
	r, err := recipe.Open(name)
	if unknown := new(recipe.UnknownError); errors.As(err, &unknown) {
		return r, usagef("%w (impasto recipes lists them all)", err)
	}
	return r, err
}

// unwrapPath removes the path from an error, for a message that names the path itself.
func unwrapPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// recipe returns the recipe of the flags, with changes that override them, for a loss without an order.
func (f *lossFlags) recipe(changes map[string]string) (recipe.Recipe, error) {
	loss := *f
	loss.varied = changes
	o, err := (&request{content: anyPicture, styles: []string{anyPicture}, loss: &loss}).order()
	if err != nil {
		return recipe.Recipe{}, err
	}
	return o.FinishedRecipe()
}
