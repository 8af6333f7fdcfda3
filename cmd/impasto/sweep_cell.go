package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/impasto/impasto/order"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/study"
)

// sweepOptions holds all options that determine a cell.
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
	study.SweepValues
	network  string            // as --network names it
	order    order.Order       // what is painted
	recipe   recipe.Recipe     // finished
	settings map[string]string // all of the recipe's
	digest   string            // of the order
	stored   *storedCell       // nil if not painted yet
	problem  error             // why it could not be painted
}

// makeCells makes a cell for every combination of values; the first axis varies fastest. A malformed value is a usage
// error that names its cell.
func (w *sweepWork) makeCells() error {
	for _, values := range study.SweepCombinations(w.axes) {
		options := sweepOptions{styles: w.Styles, size: w.Size, enlarge: w.Enlarge,
			lossFlags: w.lossFlags, runFlags: w.runFlags, controlFlags: w.controlFlags, machineFlags: w.machineFlags, varied: map[string]string{}}
		for _, a := range w.axes {
			value := values.Values[a.Name]
			if err := options.set(a.Name, value); err != nil {
				return usagef("--vary %s: %s: %w", a.Name, value, err)
			}
		}
		if len(options.styles) == 0 {
			return usagef("no painting is given; name one after the photograph, or several with --vary style=@night,@glass")
		}
		cell, err := options.cell(w.Content, values)
		if err != nil {
			return fmt.Errorf("cell %s: %w", values.Label, err)
		}
		w.cells = append(w.cells, cell)
	}
	return nil
}

// set sets an option.
func (o *sweepOptions) set(name, value string) error {
	for _, v := range variable {
		if v.name == name {
			return v.set(o, value)
		}
	}
	o.varied[name] = value
	return nil
}

// cell returns the cell of the options.
func (o *sweepOptions) cell(content string, values study.SweepValues) (*sweepCell, error) {
	cell := &sweepCell{SweepValues: values, network: o.Network}
	loss := o.lossFlags
	loss.varied = o.varied
	var err error
	cell.order, err = (&request{content: content, styles: o.styles, size: o.size, enlarge: o.enlarge, network: o.Network,
		loss: &loss, run: &o.runFlags, control: &o.controlFlags}).order()
	if err != nil {
		return nil, err
	}
	if _, seeds := values.Values["seed"]; seeds {
		if err := (&variationFlags{Variations: 2}).vary(&cell.order); err != nil {
			return nil, err
		}
	}
	if cell.recipe, err = cell.order.FinishedRecipe(); err != nil {
		return nil, err
	}
	cell.settings = map[string]string{}
	for _, s := range cell.recipe.Settings() {
		cell.settings[s.Name] = s.Value
	}
	return cell, nil
}

// identify computes the digest of every cell. Two cells with the same picture are a usage error.
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
		var err error
		if cell.order.Network, err = w.easel.network(ctx, w, cell.network); err != nil {
			return err
		}
		if err := inputs.identify(ctx, &cell.order); err != nil {
			return err
		}
		if cell.digest, err = cell.order.Digest(); err != nil {
			return fmt.Errorf("cell %s: %w", cell.Label, err)
		}
		if other, twice := seen[cell.digest]; twice {
			return usagef("--vary: %s and %s are the same picture; leave one out", other, cell.Label)
		}
		seen[cell.digest] = cell.Label
	}
	return nil
}

// inputDigests caches the digests of files by name, so that each is read once for all cells.
type inputDigests map[string]string

// identify sets the digests of an order's inputs.
func (in inputDigests) identify(ctx context.Context, o *order.Order) error {
	for path, input := range o.Files() {
		if in[input.Name] == "" {
			alone := order.Order{Photograph: *input}
			if _, err := trusting().Identify(ctx, &alone); err != nil {
				return missingAs(path, err)
			}
			in[input.Name] = alone.Photograph.SHA256
		}
		input.SHA256 = in[input.Name]
	}
	return nil
}

// otherInputs returns the inputs of an order other than photograph and paintings, by the flags that name them.
func otherInputs(o *order.Order) map[string]order.Input {
	others := map[string]order.Input{}
	for path, in := range o.Files() {
		flag := strings.TrimPrefix(flagOf(path), "--")
		if flag == "" {
			continue
		}
		var number int
		if n, _ := fmt.Sscanf(path, "paintings[%d]", &number); n == 1 {
			flag = fmt.Sprintf("%s-%d", flag, number+1)
		}
		others[flag] = order.Input{Name: stem(in.Name), SHA256: in.SHA256}
	}
	return others
}
