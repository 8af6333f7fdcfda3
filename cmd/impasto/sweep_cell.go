package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"strings"

	"github.com/impasto/impasto/examples"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/weights"
)

// sweepOptions are all options that decide how one cell comes out.
type sweepOptions struct {
	styles  []string
	size    longSide
	enlarge bool
	lossFlags
	runFlags
	controlFlags
	machineFlags
	varied map[string]string // settings of the recipe
}

// sweepCell is one picture of a sweep.
type sweepCell struct {
	values     map[string]string // by the names of the axes
	label      string            // "strength 0.1, recipe gatys"
	options    sweepOptions
	recipe     recipe.Recipe
	parameters *sweepParameters
	digest     string      // of the parameters
	stored     *storedCell // nil: not painted yet
	problem    error       // why it could not be painted
}

// makeCells makes a cell of every combination of values, the first axis fastest. A value that is malformed is
// the user's mistake, and the error names its cell.
func (w *sweepWork) makeCells() error {
	total := 1
	for _, a := range w.axes {
		total *= len(a.values)
	}
	for i := range total {
		cell := &sweepCell{values: map[string]string{}, options: sweepOptions{styles: w.Styles, size: w.Size, enlarge: w.Enlarge,
			lossFlags: w.lossFlags, runFlags: w.runFlags, controlFlags: w.controlFlags, machineFlags: w.machineFlags, varied: map[string]string{}}}
		var labels []string
		for _, a := range w.axes {
			value := a.values[i%len(a.values)]
			i /= len(a.values)
			cell.values[a.name] = value
			labels = append(labels, a.name+" "+value)
			if err := cell.options.set(a.name, value); err != nil {
				return usagef("--vary %s: %s: %w", a.name, value, err)
			}
		}
		cell.label = strings.Join(labels, ", ")
		var err error
		if cell.recipe, err = cell.options.finalRecipe(); err != nil {
			return fmt.Errorf("cell %s: %w", cell.label, err)
		}
		if _, seeds := cell.values["seed"]; seeds {
			(&variationFlags{Variations: 2}).vary(&cell.recipe)
		}
		w.cells = append(w.cells, cell)
	}
	if len(w.cells[0].options.styles) == 0 {
		return usagef("there is no painting; name one behind the photograph, or some with --vary style=@night,@glass")
	}
	return nil
}

// set gives an option a value.
func (o *sweepOptions) set(name, value string) error {
	for _, v := range variable {
		if v.name == name {
			return v.set(o, value)
		}
	}
	o.varied[name] = value
	return nil
}

// finalRecipe is the recipe with all changes.
func (o *sweepOptions) finalRecipe() (recipe.Recipe, error) {
	changes := o.runFlags.values()
	maps.Copy(changes, o.varied)
	return o.recipeAt(o.Effort, changes)
}

// sweepParameters are everything that a cell's picture depends on. Their digest, without names, tells whether a
// picture that is there is the one that is asked for.
type sweepParameters struct {
	Content      sweepInput            `json:"content"`
	Styles       []sweepInput          `json:"styles"`
	Network      sweepInput            `json:"network"`
	Recipe       string                `json:"recipe"`
	Settings     map[string]string     `json:"settings"`
	Size         int                   `json:"size"` // long side; 0 is the photograph's own
	Enlarge      bool                  `json:"enlarge,omitempty"`
	Seed         uint64                `json:"seed"`
	StyleWeights string                `json:"style_weights,omitempty"`
	Others       map[string]sweepInput `json:"others,omitempty"` // masks, and the picture to begin with
}

// sweepInput is a file: what it is called, without folders, and the digest of what is in it.
type sweepInput struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// identify finds the parameters and the digest of every cell. Two cells that would be one picture are a mistake.
func (w *sweepWork) identify(ctx context.Context) error {
	if recipe.IsFile(w.Recipe) {
		data, err := os.ReadFile(w.Recipe)
		if err != nil {
			return fmt.Errorf("read recipe %s: %w", w.Recipe, unwrapPath(err))
		}
		w.recipeFile = sumOf(data)
	}
	inputs := inputDigests{}
	seen := map[string]string{}
	for _, cell := range w.cells {
		network, err := w.easel.network(ctx, w, cell.options.Network)
		if err != nil {
			return err
		}
		if cell.parameters, err = inputs.parameters(w.Content, cell, network); err != nil {
			return err
		}
		cell.digest = cell.parameters.digest()
		if other, twice := seen[cell.digest]; twice {
			return usagef("--vary: %s and %s are the same picture; leave one out", other, cell.label)
		}
		seen[cell.digest] = cell.label
	}
	return nil
}

func (in inputDigests) parameters(content string, cell *sweepCell, network sweepInput) (*sweepParameters, error) {
	o := &cell.options
	p := &sweepParameters{Network: network, Recipe: cell.recipe.Name, Settings: map[string]string{}, Size: o.size.pixels,
		Enlarge: o.enlarge, Seed: o.Seed, Others: map[string]sweepInput{}}
	for _, s := range cell.recipe.Settings() {
		p.Settings[s.Name] = s.Value
	}
	if o.StyleWeights != nil {
		p.StyleWeights = *o.StyleWeights
	}
	var err error
	if p.Content, err = in.of(content); err != nil {
		return nil, err
	}
	for _, s := range o.styles {
		input, err := in.of(s)
		if err != nil {
			return nil, err
		}
		p.Styles = append(p.Styles, input)
	}
	for what, name := range o.otherPictures() {
		if p.Others[what], err = in.of(name); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// otherPictures names the pictures besides photograph and paintings.
func (o *sweepOptions) otherPictures() map[string]string {
	others := map[string]string{}
	if start, ok := o.start(); ok {
		others["init"] = start
	}
	if o.StrengthMap != "" {
		others["strength-map"] = o.StrengthMap
	}
	for what, masks := range map[string][]string{"content-mask": o.ContentMask, "style-mask": o.StyleMask} {
		for i, name := range masks {
			if name != noMask {
				others[fmt.Sprintf("%s-%d", what, i+1)] = name
			}
		}
	}
	return others
}

// digest identifies the parameters, whatever the files are called.
func (p *sweepParameters) digest() string {
	nameless := *p
	bare := func(in sweepInput) sweepInput { return sweepInput{SHA256: in.SHA256} }
	nameless.Content, nameless.Network = bare(p.Content), bare(p.Network)
	nameless.Styles = nil
	for _, s := range p.Styles {
		nameless.Styles = append(nameless.Styles, bare(s))
	}
	nameless.Others = map[string]sweepInput{}
	for what, in := range p.Others {
		nameless.Others[what] = bare(in)
	}
	sum := sha256.Sum256([]byte(asJSON(nameless)))
	return hex.EncodeToString(sum[:])
}

// inputDigests remembers the digests of files by their names.
type inputDigests map[string]sweepInput

func (in inputDigests) of(name string) (sweepInput, error) {
	if known, ok := in[name]; ok {
		return known, nil
	}
	data, err := readInput(name)
	if err != nil {
		return sweepInput{}, err
	}
	sum := sha256.Sum256(data)
	in[name] = sweepInput{stem(name), hex.EncodeToString(sum[:])}
	return in[name], nil
}

// readInput reads the file of a picture, or a built-in one.
func readInput(name string) ([]byte, error) {
	if strings.HasPrefix(name, "@") {
		data, err := examples.Open(name)
		if err != nil {
			return nil, usageError{err}
		}
		return data, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read picture %s: %w", name, unwrapPath(err))
	}
	return data, nil
}

// networkDigest is that of all parameters, so that it is the same for every file that holds them.
func networkDigest(m *weights.Model) string {
	h := sha256.New()
	buf := make([]byte, 0, 1<<16)
	write := func(values []float32) {
		for _, v := range values {
			if buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v)); len(buf) == cap(buf) {
				h.Write(buf)
				buf = buf[:0]
			}
		}
	}
	for _, c := range m.Convolutions {
		write(c.Weight)
		write(c.Bias)
	}
	h.Write(buf)
	stated, err := json.Marshal(m.Input)
	if err != nil {
		panic(err) // numbers always encode
	}
	h.Write(stated)
	return hex.EncodeToString(h.Sum(nil))
}
