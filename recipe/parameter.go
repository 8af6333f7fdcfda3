package recipe

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/impasto/impasto/internal/spelling"
)

// Parameter is one entry of a recipe by the name that flags, files and sweeps use.
type Parameter struct {
	Name string // "content-weight"
	Help string // what it is, with its unit

	get func(*Recipe) string
	set func(*Recipe, string) error
}

// Parameters lists what a recipe consists of, in the order in which overrides apply: naming an optimiser
// gives its usual parameters, which those behind it may then change.
func Parameters() []Parameter { return parameters }

// Setting is a parameter of a recipe with its value, both as text.
type Setting struct{ Name, Value, Help string }

// Settings lists all that a recipe consists of, in the order of Parameters and then scale by scale. Each
// is as Set takes it.
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

// Get returns the value of a parameter as text. The name may be that of a parameter at some scales,
// "scale.coarse.strength" (see ScaleSettings).
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

// Set changes one parameter: at all scales, or by a name such as "scale.coarse.strength" (see
// ScaleSettings) at some. The error names it.
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

// Override sets several parameters, whatever their order in the map (those at some scales last), and
// validates the result.
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
	return Parameter{}, fmt.Errorf("parameter %q is not known; near are %s", name, strings.Join(spelling.Nearest(name, names, 3), ", "))
}

// parameters is the table.
var parameters = []Parameter{
	text("network", "the network that the weights were made for", func(r *Recipe) *string { return &r.Network }),
	enumeration("input", "preprocessing for a network that states none: imagenet, caffe, rgb255", len(inputNames),
		func(r *Recipe) *Input { return &r.Input }),
	enumeration("stem-padding", "padding of the first convolution: zero, replicate, reflect", len(paddingNames),
		func(r *Recipe) *Padding { return &r.StemPadding }),
	enumeration("pooling", "max or average", len(poolingNames), func(r *Recipe) *Pooling { return &r.Pooling }),

	{"content-weight", "alpha, for a picture of any size",
		func(r *Recipe) string { return number(r.Content.Weight) },
		func(r *Recipe, s string) error {
			r.Content.Reference = 0
			return setFloat(&r.Content.Weight, s)
		}},
	float("content-reference", "pixels of the picture that content-weight is meant for, scaled for others; 0: any",
		func(r *Recipe) *float64 { return &r.Content.Reference }),
	integer("content-taper", "long side in pixels beyond which a scale's content-weight falls with the square of it; 0: never",
		func(r *Recipe) *int { return &r.Content.Taper }),
	layers("content-layers", "layers of the content loss with their weights", func(r *Recipe) *LayerWeights { return &r.Content.Layers }),
	enumeration("content-normalization", "sum (1/2 of it, the paper) or mean", len(contentNames),
		func(r *Recipe) *ContentNormalization { return &r.Content.Normalization }),

	float("style-weight", "beta", func(r *Recipe) *float64 { return &r.Style.Weight }),
	enumeration("loss-units", "what content-weight and style-weight count: plain values, or multiples of the losses of a flat grey picture",
		len(unitNames), func(r *Recipe) *Units { return &r.Units }),
	float("strength", "how strong the style is; 1 is the recipe as it is", func(r *Recipe) *float64 { return &r.Style.Strength }),
	layers("style-layers", "layers of the style loss with their weights", func(r *Recipe) *LayerWeights { return &r.Style.Layers }),
	{"style-loss", "what of the features is compared: " + strings.Join(distanceNames(), ", "),
		func(r *Recipe) string { return string(r.Style.Distance) },
		func(r *Recipe, s string) error {
			if !slices.Contains(distanceNames(), s) {
				return unknown(s, distanceNames())
			}
			r.Style.Distance = Distance(s)
			return nil
		}},
	enumeration("style-normalization", "how Gram matrices are divided: textbook, mean, mean-element, sum-element", len(normNames),
		func(r *Recipe) *Normalization { return &r.Style.Normalization }),
	float("style-scale", "long side of the painting as a share of the picture's: size of strokes",
		func(r *Recipe) *float64 { return &r.Style.Scale }),

	enumeration("preserve-colors", "colours of the photograph to keep: none, luminance (all but brightness), histogram (mean and spread)",
		len(colourNames), func(r *Recipe) *Colours { return &r.Colours }),

	float("tv-weight", "weight of total variation", func(r *Recipe) *float64 { return &r.TotalVariation.Weight }),
	enumeration("tv", "form of total variation: l1, l2, nine", len(variationNames), func(r *Recipe) *TotalVariation { return &r.TotalVariation.Kind }),
	float("tv-range", "range of pixel values that tv-weight is meant for: 1 or 255", func(r *Recipe) *float64 { return &r.TotalVariation.Range }),

	integer("reduced", "long side in pixels beyond which a scale's loss counts also for its picture brought down to the scale there; 0: never",
		func(r *Recipe) *int { return &r.Reduced.Side }),
	float("reduced-weight", "of the loss of the picture brought down", func(r *Recipe) *float64 { return &r.Reduced.Weight }),

	{"optimizer", "lbfgs, adam or gd; naming one gives it its usual parameters",
		func(r *Recipe) string { return r.Optimizer.Rule.String() }, setOptimizer},
	float("learning-rate", "length of a step, pixels in 0..1; gd chooses it where it is 0", func(r *Recipe) *float64 { return &r.Optimizer.Rate }),
	integer("history", "pairs of vectors that lbfgs keeps", func(r *Recipe) *int { return &r.Optimizer.History }),
	enumeration("line-search", "how lbfgs finds the length of a step: wolfe or none", len(searchNames),
		func(r *Recipe) *Search { return &r.Optimizer.Search }),
	integer("levels", "halvings of the picture of which lbfgs makes its first guess of the curvature: 4 help a single scale; 0: none",
		func(r *Recipe) *int { return &r.Optimizer.Levels }),
	{"adam-betas", "decay of adam's two moments", getBetas, setBetas},
	float("adam-epsilon", "adam's epsilon", func(r *Recipe) *float64 { return &r.Optimizer.Epsilon }),
	flag("carry-moments", "adam's moments go on at the next scale", func(r *Recipe) *bool { return &r.Optimizer.CarryMoments }),
	float("momentum", "share of its velocity that gd keeps", func(r *Recipe) *float64 { return &r.Optimizer.Momentum }),

	integer("scales", "number of scales from coarse to fine; 0: down to smallest-scale", func(r *Recipe) *int { return &r.Scales.Count }),
	float("scale-ratio", "between the long sides of neighbouring scales", func(r *Recipe) *float64 { return &r.Scales.Ratio }),
	integer("smallest-scale", "long side of the coarsest scale at least, pixels", func(r *Recipe) *int { return &r.Scales.Smallest }),
	{"iterations", "at the last scale, however large it is",
		func(r *Recipe) string { return strconv.Itoa(r.Scales.Iterations) },
		func(r *Recipe, s string) error {
			r.Scales.Taper = 0
			return setInteger(&r.Scales.Iterations, s)
		}},
	integer("taper", "long side in pixels beyond which a scale's iterations fall in inverse proportion to it; 0: never",
		func(r *Recipe) *int { return &r.Scales.Taper }),
	float("coarse-iterations", "at each earlier scale, as a multiple of iterations", func(r *Recipe) *float64 { return &r.Scales.Coarse }),
	float("first-iterations", "at the first of several scales, as a multiple of iterations", func(r *Recipe) *float64 { return &r.Scales.First }),

	enumeration("init", "start: content, noise, style, grey, picture", len(initNames), func(r *Recipe) *Init { return &r.Start.Init }),
	float("noise", "standard deviation of init noise, pixels in 0..1", func(r *Recipe) *float64 { return &r.Start.Noise }),
	float("jitter", "standard deviation of seeded noise that is laid over any other start, pixels in 0..1; with it seeds give variations",
		func(r *Recipe) *float64 { return &r.Start.Jitter }),
	flag("clamp", "limit every iterate to 0..1", func(r *Recipe) *bool { return &r.Clamp }),
	float("averaging", "decay of the running average of iterates; 0: none", func(r *Recipe) *float64 { return &r.Averaging }),
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
		return fmt.Errorf("%q is no number", s)
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
		return fmt.Errorf("%q is no whole number", s)
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
				return fmt.Errorf("%q is neither true nor false", s)
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

// usual are the parameters that an optimiser has where nobody says otherwise.
var usual = [...]Optimizer{
	LBFGS:   {Rule: LBFGS, Rate: 1, History: 10, Search: Wolfe},
	Adam:    {Rule: Adam, Rate: 0.02, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8},
	Descent: {Rule: Descent, Momentum: 0.9},
}

// Usual returns the parameters that a rule has where nobody says otherwise.
func Usual(rule Rule) Optimizer { return usual[rule] }

// setOptimizer changes the rule. Naming the one that the recipe has keeps its parameters, but for the
// betas of Adam, which are then the paper's.
func setOptimizer(r *Recipe, s string) error {
	rule, err := choose[Rule](s, len(ruleNames))
	if err != nil {
		return err
	}
	if rule == r.Optimizer.Rule {
		if rule == Adam {
			r.Optimizer.Beta1, r.Optimizer.Beta2 = usual[Adam].Beta1, usual[Adam].Beta2
		}
		return nil
	}
	r.Optimizer = usual[rule]
	return nil
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
