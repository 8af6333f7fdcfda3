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
	Content string   `arg:"" optional:"" help:"Photograph that the program reads where it is not given another."`
	Styles  []string `arg:"" optional:"" name:"style" help:"Painting, or several."`

	PyTorch bool     `name:"pytorch" default:"true" group:"result" help:"Write a program in Python for PyTorch; there is no other kind."`
	Output  string   `short:"o" group:"result" placeholder:"FILE" help:"Where the program goes; what is there is replaced. Default: standard output."`
	Weights string   `group:"result" placeholder:"FILE" help:"Write the network's parameters there, too (safetensors), and let the program read them. Without it the program takes torchvision's network, or the file of --network."`
	Size    longSide `group:"result" default:"512" placeholder:"PIXELS" help:"Long side of the result in pixels, or original for the photograph's own."`
	Enlarge bool     `group:"result" help:"Let --size exceed the photograph."`

	lossFlags
	runFlags
	controlFlags
	networkFlags
}

// Help is the long help of the command.
func (*exportCommand) Help() string {
	return defaultRecipe + `

The program is short, does this very run and nothing else, and can be read from top to bottom. With
--at PICTURE it prints the terms of the loss and writes the gradient: they agree with impasto inspect loss.`
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

// order returns the order that the program fulfils. A program that names no pictures stands for any.
func (e *exportCommand) order() (order.Order, error) {
	if !e.PyTorch {
		return order.Order{}, usagef("--pytorch: there is no other kind of program")
	}
	r := &request{content: e.Content, styles: e.Styles, size: e.Size, enlarge: e.Enlarge, network: e.Network,
		loss: &e.lossFlags, run: &e.runFlags}
	if len(e.ContentMask)+len(e.StyleMask) > 0 || e.StrengthMap != "" {
		return order.Order{}, usagef("the program has no masks; leave out --content-mask, --style-mask and --strength-map")
	}
	if e.Content != "" && len(e.Styles) == 0 {
		return order.Order{}, usagef("there is a photograph and no painting; name both or none")
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
	for _, in := range o.Inputs() {
		if strings.HasPrefix(in.Name, "@") {
			return o, usagef("%s is built in, and the program cannot read it; name a file, or no picture at all", in.Name)
		}
	}
	return o, nil
}

// anyPicture stands in an order for a picture that the program is given when it runs.
const anyPicture = "any picture"

// shares is how many paintings a program wants that names none: as many as there are shares.
func (e *exportCommand) shares() int {
	if e.StyleWeights == nil {
		return 1
	}
	return strings.Count(*e.StyleWeights, ",") + 1
}

// moveTo moves the weights of a recipe to the pixels that a network states, as a run does, and says so.
func moveTo(model *weights.Model, r *recipe.Recipe) string {
	if !model.Input.Stated {
		return ""
	}
	content, style, moved := r.MoveTo(recipe.ScaleOf(model.Input.Matrix))
	if !moved {
		return ""
	}
	return fmt.Sprintf("recipe %s was made for pixels in another range than network %s reads: its weights are moved, content by %.3g and style by %.3g",
		r.Name, model.Name, content, style)
}

// checkScope refuses what would make the program longer than it is worth.
func (e *exportCommand) checkScope(r *recipe.Recipe) error {
	if o := r.Optimizer; o.Rule == recipe.LBFGS && o.Levels > 0 {
		return usagef("PyTorch's L-BFGS has no first guess of the curvature; leave out levels")
	}
	if r.Start.Jitter > 0 && r.Start.Init != recipe.InitNoise {
		return usagef("the program lays no noise over its start; leave out jitter, or begin with --init noise")
	}
	if len(r.ByScale) > 0 {
		return usagef("the program has one set of settings for all scales; leave out those for scale.%s", r.ByScale[0].Scale)
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

// program is what the template asks for: everything as Python writes it.
type program struct {
	Recipe        *recipe.Recipe
	File, Program string

	Weights, Architecture, Blocks, Deepest string
	Input, Matrix, Offset                  string
	Padding, Pooling                       string

	Content, Style              string
	Alpha, Beta, Gamma, Range   string
	Reference                   string // "" where the weight is for any size
	ContentNormalization        string
	Distance, Normalization, TV string // TV is "" where it has no weight
	Units                       bool
	Grey                        bool // the mean colour is needed
	Colours                     string
	Shares                      string // of several paintings; "" where all count alike

	Rule, Rate, Search, Betas, Epsilon, Momentum string
	History                                      int
	Carry, Clamp                                 bool
	Averaging                                    string

	Size                      int
	Enlarge, OneScale         bool
	Count, Smallest, Least    int
	Ratio, StyleScale         string
	Iterations                int
	Beyond                    int // the long side in pixels beyond which a print has settings of its own; 0: never
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

// list writes a property of all paintings as a list in Python.
func list(paintings []order.Painting, of func(order.Painting) string) string {
	texts := make([]string, len(paintings))
	for i, p := range paintings {
		texts[i] = of(p)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// describeNetwork says where the parameters come from, how far the network is run, and what it reads.
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
		return usagef("torchvision does not have the network %s; let its parameters be written with --weights FILE", model.Name)
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

// torchvisions are the networks that torchvision has, to the rounding of the built-in one.
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
	p.Rule, p.Rate, p.History = o.Rule.String(), python(o.Rate), o.History
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

// layerTable writes the layers that count as a dictionary.
func layerTable(layers recipe.LayerWeights, weight float64) string {
	var parts []string
	for _, l := range layers {
		if l.Weight*weight > 0 {
			parts = append(parts, quote(l.Layer)+": "+python(l.Weight))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// python writes a number so that no digit is lost.
func python(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e6 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// quote writes a string: what JSON allows, Python allows.
func quote(s string) string { return asJSON(s) }

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return string(text)
}

// blankLines are more of them than Python's style guide has between functions.
var blankLines = regexp.MustCompile(`\n{4,}`)

// text fills in the template.
func (p *program) text() ([]byte, error) {
	var out bytes.Buffer
	if err := programTemplate.Execute(&out, p); err != nil {
		return nil, fmt.Errorf("write the program: %w", err)
	}
	return blankLines.ReplaceAll(out.Bytes(), []byte("\n\n\n")), nil
}
