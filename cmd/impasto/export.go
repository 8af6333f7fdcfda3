package main

import (
	"bytes"
	"context"
	_ "embed" // for the template
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/internal/atomicfile"
	"github.com/impasto/impasto/order"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
	"github.com/impasto/impasto/weights"
)

type exportCommand struct {
	Content string   `arg:"" optional:"" help:"Photograph that the program reads unless another is given."`
	Styles  []string `arg:"" optional:"" name:"style" help:"Painting, or several paintings to blend."`

	PyTorch bool     `name:"pytorch" default:"true" group:"result" help:"Write a Python program for PyTorch, the only kind."`
	Output  string   `short:"o" group:"result" placeholder:"FILE" help:"Output file; an existing file is replaced. Default: standard output."`
	Weights string   `group:"result" placeholder:"FILE" help:"Also write the parameters of the network to this file (safetensors), which the program then reads. Without it the program uses the network of torchvision, or the file of --network."`
	Size    longSide `group:"result" default:"512" placeholder:"PIXELS" help:"Long side of the result in pixels, or original for that of the photograph."`
	Enlarge bool     `group:"result" help:"Allow a --size larger than the photograph."`

	lossFlags
	runFlags
	controlFlags
	networkFlags
}

// Help is the long help of the command.
func (*exportCommand) Help() string {
	return defaultRecipe + `

The program is short, performs only this run, and can be read from top to bottom. With --at PICTURE it prints the terms
of the loss and writes the gradient; both agree with impasto inspect loss.`
}

//go:embed export.py.tmpl
var programText string

var programTemplate = template.Must(template.New("nst.py").Parse(programText))

// Run writes the program.
func (e *exportCommand) Run(ctx context.Context, c console) error {
	o, err := e.order()
	if err != nil {
		return err
	}
	chosen, err := o.FinishedRecipe()
	if err != nil {
		return err
	}
	if err := e.checkScope(&chosen); err != nil {
		return err
	}
	for _, path := range []string{e.Output, e.Weights} {
		if path != "" {
			if err := checkFile(path); err != nil {
				return err
			}
		}
	}
	model, err := e.resolve(ctx, c)
	if err != nil {
		return err
	}
	if note := moveTo(model, &chosen); note != "" {
		c.notef("note: %s", note)
	}
	p, err := e.program(&o, &chosen, model)
	if err != nil {
		return err
	}
	if e.Weights != "" {
		if err := writeWeights(e.Weights, model); err != nil {
			return err
		}
	}
	text, err := p.text()
	if err != nil {
		return err
	}
	if e.Output == "" {
		_, err = c.out.Write(text)
		return err
	}
	if err := atomicfile.Write(e.Output, text); err != nil {
		return fmt.Errorf("write the program %s: %w", e.Output, err)
	}
	return nil
}

// order returns the order that the program paints. A program without pictures paints any.
func (e *exportCommand) order() (order.Order, error) {
	if !e.PyTorch {
		return order.Order{}, usagef("--pytorch: there is no other kind of program")
	}
	r := &request{content: e.Content, styles: e.Styles, size: e.Size, enlarge: e.Enlarge, network: e.Network,
		loss: &e.lossFlags, run: &e.runFlags}
	if len(e.ContentMask)+len(e.StyleMask) > 0 || e.StrengthMap != "" {
		return order.Order{}, usagef("exported programs do not support masks; leave out --content-mask, --style-mask and --strength-map")
	}
	if e.Content != "" && len(e.Styles) == 0 {
		return order.Order{}, usagef("a photograph is given without a painting; name both or neither")
	}
	if e.Content == "" {
		r.content = anyPicture
		for range e.shares() {
			r.styles = append(r.styles, anyPicture)
		}
	}
	r.control = &e.controlFlags
	o, err := r.order()
	if err != nil {
		return o, err
	}
	for _, in := range o.Files() {
		if strings.HasPrefix(in.Name, "@") {
			return o, usagef("%s is built in, and the program cannot read it; name a file, or no pictures", in.Name)
		}
	}
	return o, nil
}

// anyPicture stands in an order for a picture that is given to the program when it runs.
const anyPicture = "any picture"

// shares returns the number of paintings of a program that names none: the number of shares.
func (e *exportCommand) shares() int {
	if e.StyleWeights == nil {
		return 1
	}
	return strings.Count(*e.StyleWeights, ",") + 1
}

// moveTo converts the weights of a recipe to the pixel range that a network states, as a run does, and returns a note.
func moveTo(model *weights.Model, r *recipe.Recipe) string {
	if !model.Input.Stated {
		return ""
	}
	content, style, moved := r.MoveTo(recipe.ScaleOf(model.Input.Matrix))
	if !moved {
		return ""
	}
	return fmt.Sprintf("recipe %s was made for another pixel range than that of network %s: content weights are multiplied by %.3g and style weights by %.3g",
		r.Name, model.Name, content, style)
}

// The step rules and distances that the template writes.
var (
	writtenRules     = []recipe.Rule{recipe.LBFGS, recipe.Adam, recipe.Descent}
	writtenDistances = []recipe.Distance{recipe.Gram, "wasserstein", "wasserstein-truncated"}
)

// names lists names in a message.
func names[T ~string](all []T) string {
	texts := make([]string, len(all))
	for i, name := range all {
		texts[i] = string(name)
	}
	return strings.Join(texts, ", ")
}

// checkScope refuses settings that exported programs do not support.
func (e *exportCommand) checkScope(r *recipe.Recipe) error {
	o := r.Optimizer
	if !slices.Contains(writtenRules, o.Rule) {
		return usagef("exported programs do not support optimizer %s; use one of %s", o.Rule, names(writtenRules))
	}
	if r.HasStyle() && !slices.Contains(writtenDistances, r.Style.Distance) {
		return usagef("exported programs do not support style-loss %s; use one of %s", r.Style.Distance, names(writtenDistances))
	}
	if o.Rule == recipe.LBFGS && o.Levels > 0 {
		return usagef("PyTorch's L-BFGS has no preconditioner; leave out levels")
	}
	if r.Start.Jitter > 0 && r.Start.Init != recipe.InitNoise {
		return usagef("exported programs add no noise to the start; leave out jitter, or use --init noise")
	}
	if len(r.ByScale) > 0 {
		return usagef("exported programs have the same settings at all scales; leave out those for scale.%s", r.ByScale[0].Scale)
	}
	return nil
}

func writeWeights(path string, model *weights.Model) error {
	err := atomicfile.WriteFunc(path, func(w io.Writer) error { return weights.Write(w, model, weights.Float32) })
	if err != nil {
		return fmt.Errorf("write the network to %s: %w", path, err)
	}
	return nil
}

// program is the data of the template: values in Python syntax.
type program struct {
	Recipe        *recipe.Recipe
	File, Program string

	Weights, Architecture, Blocks, Deepest string
	Input, Matrix, Offset                  string
	Padding, Pooling                       string

	Content, Style              string
	Alpha, Beta, Gamma, Range   string
	Reference                   string // "" if the weight does not depend on the size
	ContentNormalization        string
	Distance, Normalization, TV string // TV is "" if its weight is 0
	Units                       bool
	Grey                        bool // the mean colour is needed
	Colours                     string
	Shares                      string // of several paintings; "" if they are equal

	Rule, Rate, Search, Betas, Epsilon, Momentum string
	History                                      int
	Carry, Clamp                                 bool
	Averaging                                    string

	Size                      int
	Enlarge, OneScale         bool
	Count, Smallest, Least    int
	Ratio, StyleScale         string
	Iterations                int
	Beyond                    int // long side in pixels beyond which the settings depend on the size; 0 if they do not
	Coarse, First             string
	Init, Noise, StartPicture string
	Seed                      uint64
	Photo, Paintings          string
}

func (e *exportCommand) program(o *order.Order, r *recipe.Recipe, model *weights.Model) (*program, error) {
	p := &program{Recipe: r, File: "nst.py", Program: thisBuild().String()}
	if e.Output != "" {
		p.File = filepath.Base(e.Output)
	}
	if err := e.describeNetwork(p, model); err != nil {
		return nil, err
	}
	p.describeLoss(r)
	p.describeRun(r)
	p.Size, p.Enlarge, p.Seed = o.Size, o.Enlarge, o.Seed
	if o.Start != nil {
		p.StartPicture = quote(o.Start.Name)
	}
	if o.Photograph.Name != anyPicture {
		p.Photo = quote(o.Photograph.Name)
		p.Paintings = list(o.Paintings, func(p order.Painting) string { return quote(p.Picture.Name) })
	}
	if e.StyleWeights != nil {
		p.Shares = list(o.Paintings, func(p order.Painting) string { return python(p.Share) })
	}
	return p, nil
}

// list returns a property of all paintings as a Python list.
func list(paintings []order.Painting, of func(order.Painting) string) string {
	texts := make([]string, len(paintings))
	for i, p := range paintings {
		texts[i] = of(p)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// describeNetwork sets the source of the parameters, the deepest layer and the preprocessing.
func (e *exportCommand) describeNetwork(p *program, model *weights.Model) error {
	deepest, err := transfer.Deepest(model, p.Recipe)
	if err != nil {
		return usageError{err}
	}
	p.Deepest, p.Least = deepest.String(), deepest.MinSize()
	p.Architecture, p.Weights = string(model.Architecture), "None"
	p.Blocks = strings.ReplaceAll(fmt.Sprint(model.Architecture.Blocks()), " ", ", ")
	switch {
	case e.Weights != "":
		p.Weights = quote(e.Weights)
	case strings.EqualFold(filepath.Ext(e.networkFlags.Network), ".safetensors"):
		p.Weights = quote(e.networkFlags.Network)
	case !torchvisions[model.Name]:
		return usagef("torchvision does not have the network %s; write its parameters with --weights FILE", model.Name)
	}
	p.Padding, p.Pooling = p.Recipe.StemPadding.String(), p.Recipe.Pooling.String()
	pre := transfer.Preprocessing(p.Recipe.Input)
	if model.Input.Stated {
		pre = engine.Preprocessing{Matrix: model.Input.Matrix, Offset: model.Input.Offset}
	}
	p.Input = "other"
	for _, known := range []recipe.Input{recipe.InputImageNet, recipe.InputCaffe, recipe.InputRGB255} {
		if transfer.Preprocessing(known) == pre {
			p.Input = known.String()
		}
	}
	p.Matrix, p.Offset = asJSON(pre.Matrix), asJSON(pre.Offset)
	return nil
}

// torchvisions lists the networks of torchvision; the built-in one is a rounded copy.
var torchvisions = map[string]bool{"vgg16": true, "vgg16-full": true, "vgg19": true}

func (p *program) describeLoss(r *recipe.Recipe) {
	p.Content, p.Style = layerTable(r.Content.Layers, r.Content.Weight), layerTable(r.Style.Layers, r.Style.Weight*r.Style.Strength)
	p.Alpha, p.Beta = python(r.Content.Weight), python(r.Style.Weight)
	if r.Style.Strength != 1 {
		p.Beta += " * " + python(r.Style.Strength)
	}
	if r.Content.Reference > 0 {
		p.Reference = python(r.Content.Reference)
	}
	p.ContentNormalization = r.Content.Normalization.String()
	p.Distance, p.Normalization = string(r.Style.Distance), r.Style.Normalization.String()
	if r.TotalVariation.Weight > 0 {
		p.TV, p.Gamma, p.Range = r.TotalVariation.Kind.String(),
			python(r.TotalVariation.Weight), python(r.TotalVariation.Range)
	}
	p.Units, p.Colours = r.Units == recipe.GreyUnits, r.Colours.String()
}

func (p *program) describeRun(r *recipe.Recipe) {
	o := r.Optimizer
	p.Rule, p.Rate, p.History = string(o.Rule), python(o.Rate), o.History
	p.Search = map[string]string{"wolfe": `"strong_wolfe"`, "none": "None"}[o.Search.String()]
	p.Betas = "(" + python(o.Beta1) + ", " + python(o.Beta2) + ")"
	p.Epsilon, p.Momentum = python(o.Epsilon), python(o.Momentum)
	p.Clamp = r.Clamp
	if r.Averaging > 0 {
		p.Averaging = python(r.Averaging)
	}
	s := r.Scales
	p.OneScale, p.Count, p.Smallest, p.Iterations = s.Count == 1, s.Count, s.Smallest, s.Iterations
	for _, side := range []int{s.Taper, r.Content.Taper, r.Reduced.Side} {
		if side > 0 && (p.Beyond == 0 || side < p.Beyond) {
			p.Beyond = side
		}
	}
	p.Carry = o.Rule == recipe.Adam && o.CarryMoments && !p.OneScale
	p.Ratio, p.Coarse, p.First, p.StyleScale = python(s.Ratio), python(s.Coarse), python(s.First), python(r.Style.Scale)
	p.Init, p.Noise = r.Start.Init.String(), python(r.Start.Noise)
	p.Grey = p.Units || r.Start.Init == recipe.InitNoise || r.Start.Init == recipe.InitGrey
}

// layerTable returns the layers with positive weights as a Python dictionary.
func layerTable(layers recipe.LayerWeights, weight float64) string {
	var parts []string
	for _, l := range layers {
		if l.Weight*weight > 0 {
			parts = append(parts, quote(l.Layer)+": "+python(l.Weight))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// python formats a number without loss of precision.
func python(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e6 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// quote returns a string literal: JSON's are valid in Python.
func quote(s string) string { return asJSON(s) }

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return string(text)
}

// blankLines matches more blank lines than Python's style guide has between functions.
var blankLines = regexp.MustCompile(`\n{4,}`)

// text fills in the template.
func (p *program) text() ([]byte, error) {
	var out bytes.Buffer
	if err := programTemplate.Execute(&out, p); err != nil {
		return nil, fmt.Errorf("write the program: %w", err)
	}
	return blankLines.ReplaceAll(out.Bytes(), []byte("\n\n\n")), nil
}
