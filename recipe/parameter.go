package recipe

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/impasto/impasto/internal/spelling"
)

// Parameter is one entry of a recipe, by the name that flags, files and sweeps use.
type Parameter struct {
	Name string // "content-weight"
	Help string // one line of help, with the unit

	get func(*Recipe) string
	set func(*Recipe, string) error
}

// Parameters lists the parameters of a recipe in the order in which overrides apply: naming an optimiser
// sets its usual parameters, which the later ones may then change.
func Parameters() []Parameter { return parameters }

// Setting is a parameter of a recipe and its value, as text.
type Setting struct{ Name, Value, Help string }

// Settings lists all settings of a recipe in the order of Parameters, followed by those of single scales.
// Set accepts each of them.
func (r *Recipe) Settings() []Setting {
	var all []Setting
	for _, p := range parameters {
		all = append(all, Setting{p.Name, p.get(r), p.Help})
	}
	for _, s := range r.ByScale {
		for _, p := range parameters {
			if value, ok := s.Values[p.Name]; ok {
				help := p.Help
				if p.Name == "iterations" {
					help = "at this scale"
				}
				all = append(all, Setting{scalePrefix + s.Scale + "." + p.Name, value, help})
			}
		}
	}
	return all
}

// Get returns the value of a parameter as text. The name may be that of a parameter at some scales, such
// as "scale.coarse.strength" (see ScaleSettings).
func (r *Recipe) Get(name string) (string, error) {
	if strings.HasPrefix(name, scalePrefix) {
		return r.getAt(name)
	}
	p, err := findParameter(name)
	if err != nil {
		return "", err
	}
	return p.get(r), nil
}

// Set changes one parameter: at all scales or, by a name such as "scale.coarse.strength" (see
// ScaleSettings), at some. The error names the parameter.
func (r *Recipe) Set(name, value string) error {
	if strings.HasPrefix(name, scalePrefix) {
		return r.setAt(name, value)
	}
	p, err := findParameter(name)
	if err != nil {
		return err
	}
	if err := p.set(r, strings.TrimSpace(value)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	r.everywhere(name)
	return nil
}

// Override sets several parameters, in the order of the table rather than of the map (settings by scale
// last), and validates the result.
func (r *Recipe) Override(values map[string]string) error {
	var atScales []string
	for name := range values {
		if strings.HasPrefix(name, scalePrefix) {
			atScales = append(atScales, name)
		} else if _, err := findParameter(name); err != nil {
			return err
		}
	}
	for _, p := range parameters {
		if v, ok := values[p.Name]; ok {
			if err := r.Set(p.Name, v); err != nil {
				return err
			}
		}
	}
	slices.Sort(atScales)
	for _, name := range atScales {
		if err := r.Set(name, values[name]); err != nil {
			return err
		}
	}
	return r.Validate()
}

func findParameter(name string) (Parameter, error) {
	names := make([]string, len(parameters))
	for i, p := range parameters {
		if p.Name == name {
			return p, nil
		}
		names[i] = p.Name
	}
	return Parameter{}, fmt.Errorf("unknown parameter %q; similar names: %s", name, strings.Join(spelling.Nearest(name, names, 3), ", "))
}

// parameters is the table.
var parameters = []Parameter{
	text("network", "network that the weights were made for", func(r *Recipe) *string { return &r.Network }),
	enumeration("input", "preprocessing for a network that states none: imagenet, caffe, rgb255", len(inputNames),
		func(r *Recipe) *Input { return &r.Input }),
	enumeration("stem-padding", "padding of the first convolution: zero, replicate, reflect", len(paddingNames),
		func(r *Recipe) *Padding { return &r.StemPadding }),
	enumeration("pooling", "max or average", len(poolingNames), func(r *Recipe) *Pooling { return &r.Pooling }),

	{"content-weight", "alpha, independent of the picture's size",
		func(r *Recipe) string { return number(r.Content.Weight) },
		func(r *Recipe, s string) error {
			r.Content.Reference = 0
			return setFloat(&r.Content.Weight, s)
		}},
	float("content-reference", "number of pixels that content-weight is meant for; it is scaled for other sizes; 0: any size",
		func(r *Recipe) *float64 { return &r.Content.Reference }),
	integer("content-taper", "long side in pixels beyond which content-weight falls with the square of the scale's long side; 0: never",
		func(r *Recipe) *int { return &r.Content.Taper }),
	layers("content-layers", "layers of the content loss and their weights", func(r *Recipe) *LayerWeights { return &r.Content.Layers }),
	enumeration("content-normalization", "sum (half the sum, as in the paper) or mean", len(contentNames),
		func(r *Recipe) *ContentNormalization { return &r.Content.Normalization }),

	float("style-weight", "beta", func(r *Recipe) *float64 { return &r.Style.Weight }),
	enumeration("loss-units", "units of content-weight and style-weight: plain, or grey (multiples of the losses of a flat grey picture)",
		len(unitNames), func(r *Recipe) *Units { return &r.Units }),
	float("strength", "strength of the style; 1 is the recipe unchanged", func(r *Recipe) *float64 { return &r.Style.Strength }),
	layers("style-layers", "layers of the style loss and their weights", func(r *Recipe) *LayerWeights { return &r.Style.Layers }),
	{"style-loss", "what is compared of the features: " + strings.Join(distanceNames(), ", "),
		func(r *Recipe) string { return string(r.Style.Distance) },
		func(r *Recipe, s string) error {
			if !slices.Contains(distanceNames(), s) {
				return unknown(s, distanceNames())
			}
			r.Style.Distance = Distance(s)
			return nil
		}},
	enumeration("style-normalization", "normalisation of Gram matrices: textbook, mean, mean-element, sum-element", len(normNames),
		func(r *Recipe) *Normalization { return &r.Style.Normalization }),
	float("style-scale", "long side of the painting relative to the picture's: size of the strokes",
		func(r *Recipe) *float64 { return &r.Style.Scale }),

	enumeration("preserve-colors", "colours to keep from the photograph: none, luminance (all but brightness), histogram (mean and covariance)",
		len(colourNames), func(r *Recipe) *Colours { return &r.Colours }),

	float("tv-weight", "weight of total variation", func(r *Recipe) *float64 { return &r.TotalVariation.Weight }),
	enumeration("tv", "form of total variation: l1, l2, nine", len(variationNames), func(r *Recipe) *TotalVariation { return &r.TotalVariation.Kind }),
	float("tv-range", "range of pixel values that tv-weight is meant for: 1 or 255", func(r *Recipe) *float64 { return &r.TotalVariation.Range }),

	integer("reduced", "long side in pixels beyond which a scale also has the loss of its picture reduced to that size; 0: never",
		func(r *Recipe) *int { return &r.Reduced.Side }),
	float("reduced-weight", "weight of the loss of the reduced picture", func(r *Recipe) *float64 { return &r.Reduced.Weight }),

	{"optimizer", optimizerHelp(ruleNames()), func(r *Recipe) string { return string(r.Optimizer.Rule) }, setOptimizer},
	float("learning-rate", "length of a step, pixels in 0..1; 0: chosen by gd", func(r *Recipe) *float64 { return &r.Optimizer.Rate }),
	integer("history", "number of pairs of vectors that lbfgs keeps", func(r *Recipe) *int { return &r.Optimizer.History }),
	enumeration("line-search", "line search of lbfgs: wolfe or none", len(searchNames),
		func(r *Recipe) *Search { return &r.Optimizer.Search }),
	integer("levels", "number of halvings of the picture in the preconditioner of lbfgs; 4 help a single scale; 0: none",
		func(r *Recipe) *int { return &r.Optimizer.Levels }),
	{"adam-betas", "decay rates of adam's two moments", getBetas, setBetas},
	float("adam-epsilon", "adam's epsilon", func(r *Recipe) *float64 { return &r.Optimizer.Epsilon }),
	flag("carry-moments", "keep adam's moments from one scale to the next", func(r *Recipe) *bool { return &r.Optimizer.CarryMoments }),
	float("momentum", "momentum of gd", func(r *Recipe) *float64 { return &r.Optimizer.Momentum }),

	integer("scales", "number of scales from coarse to fine; 0: down to smallest-scale", func(r *Recipe) *int { return &r.Scales.Count }),
	float("scale-ratio", "ratio of the long sides of adjacent scales", func(r *Recipe) *float64 { return &r.Scales.Ratio }),
	integer("smallest-scale", "least long side of the coarsest scale, pixels", func(r *Recipe) *int { return &r.Scales.Smallest }),
	{"iterations", "iterations at the last scale, at any size",
		func(r *Recipe) string { return strconv.Itoa(r.Scales.Iterations) },
		func(r *Recipe, s string) error {
			r.Scales.Taper = 0
			return setInteger(&r.Scales.Iterations, s)
		}},
	integer("taper", "long side in pixels beyond which iterations fall in inverse proportion to the scale's long side; 0: never",
		func(r *Recipe) *int { return &r.Scales.Taper }),
	float("coarse-iterations", "iterations at each earlier scale, as a multiple of those at the last", func(r *Recipe) *float64 { return &r.Scales.Coarse }),
	float("first-iterations", "iterations at the first of several scales, as a multiple of those at the last", func(r *Recipe) *float64 { return &r.Scales.First }),

	enumeration("init", "start: content, noise, style, grey, picture", len(initNames), func(r *Recipe) *Init { return &r.Start.Init }),
	float("noise", "standard deviation of init noise, pixels in 0..1", func(r *Recipe) *float64 { return &r.Start.Noise }),
	float("jitter", "standard deviation of seeded noise added to any other start, pixels in 0..1; each seed then gives a variation",
		func(r *Recipe) *float64 { return &r.Start.Jitter }),
	flag("clamp", "clamp every iterate to 0..1", func(r *Recipe) *bool { return &r.Clamp }),
	float("averaging", "decay rate of the running average of iterates; 0: none", func(r *Recipe) *float64 { return &r.Averaging }),
}

func text(name, help string, field func(*Recipe) *string) Parameter {
	return Parameter{name, help,
		func(r *Recipe) string { return *field(r) },
		func(r *Recipe, s string) error { *field(r) = s; return nil }}
}

func float(name, help string, field func(*Recipe) *float64) Parameter {
	return Parameter{name, help,
		func(r *Recipe) string { return number(*field(r)) },
		func(r *Recipe, s string) error { return setFloat(field(r), s) }}
}

func setFloat(v *float64, s string) error {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return fmt.Errorf("%q is not a number", s)
	}
	*v = f
	return nil
}

func integer(name, help string, field func(*Recipe) *int) Parameter {
	return Parameter{name, help,
		func(r *Recipe) string { return strconv.Itoa(*field(r)) },
		func(r *Recipe, s string) error { return setInteger(field(r), s) }}
}

func setInteger(v *int, s string) error {
	n, err := strconv.Atoi(s)
	if err != nil {
		return fmt.Errorf("%q is not a whole number", s)
	}
	*v = n
	return nil
}

func flag(name, help string, field func(*Recipe) *bool) Parameter {
	return Parameter{name, help,
		func(r *Recipe) string { return strconv.FormatBool(*field(r)) },
		func(r *Recipe, s string) error {
			b, err := strconv.ParseBool(s)
			if err != nil {
				return fmt.Errorf("%q must be true or false", s)
			}
			*field(r) = b
			return nil
		}}
}

func enumeration[T interface {
	~uint8
	fmt.Stringer
}](name, help string, count int, field func(*Recipe) *T) Parameter {
	return Parameter{name, help,
		func(r *Recipe) string { return (*field(r)).String() },
		func(r *Recipe, s string) error {
			v, err := choose[T](s, count)
			if err == nil {
				*field(r) = v
			}
			return err
		}}
}

func layers(name, help string, field func(*Recipe) *LayerWeights) Parameter {
	return Parameter{name, help,
		func(r *Recipe) string { return field(r).String() },
		func(r *Recipe, s string) error {
			l, err := ParseLayerWeights(s)
			if err == nil {
				*field(r) = l
			}
			return err
		}}
}

func getBetas(r *Recipe) string {
	return number(r.Optimizer.Beta1) + "," + number(r.Optimizer.Beta2)
}

func setBetas(r *Recipe, s string) error {
	first, second, ok := strings.Cut(s, ",")
	if !ok {
		return fmt.Errorf("%q must be two numbers, such as 0.9,0.999", s)
	}
	if err := setFloat(&r.Optimizer.Beta1, strings.TrimSpace(first)); err != nil {
		return err
	}
	return setFloat(&r.Optimizer.Beta2, strings.TrimSpace(second))
}
