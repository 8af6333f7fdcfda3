package main

import (
	"cmp"
	"errors"
	"maps"
	"strings"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/order"
	"github.com/impasto/impasto/recipe"
)

// request is what of a command line becomes an order. What a command has no flags for is left out.
type request struct {
	content string
	styles  []string
	size    longSide
	enlarge bool
	network string // as --network names it
	output  order.Output

	loss     *lossFlags
	run      *runFlags
	control  *controlFlags
	settings map[string]string // of the command itself; flags go before them
}

// order returns the order that the flags make. Its inputs are named and not yet looked at. What is wrong with it is
// the user's mistake.
func (r *request) order() (order.Order, error) {
	o := order.Order{Photograph: order.Input{Name: r.content}, Size: r.size.pixels, Enlarge: r.enlarge,
		Network: order.Input{Name: cmp.Or(r.network, builtInNetwork)}, Output: r.output}
	for _, name := range r.styles {
		o.Paintings = append(o.Paintings, order.Painting{Picture: order.Input{Name: name}, Share: 1})
	}
	settings := maps.Clone(r.settings)
	if settings == nil {
		settings = map[string]string{}
	}
	o.Recipe.Name = recipe.Default
	if r.loss != nil {
		var err error
		if o.Recipe, err = openRecipe(cmp.Or(r.loss.Recipe, recipe.Default)); err != nil {
			return o, err
		}
		maps.Copy(settings, r.loss.values())
	}
	if r.run != nil {
		o.Seed, o.Effort = r.run.Seed, r.run.Effort
		maps.Copy(settings, r.run.values())
		if start, ok := r.run.start(); ok {
			o.Start = &order.Input{Name: start}
		}
	}
	o.Settings = settings
	if r.control != nil {
		if err := r.control.guide(&o); err != nil {
			return o, err
		}
	}
	return o, checkOrder(&o)
}

// openRecipe returns how an order names a recipe: one of the table, or one from a file. A name that is not known is
// the user's mistake.
func openRecipe(name string) (order.Recipe, error) {
	r, err := order.OpenRecipe(name)
	if unknown := new(recipe.UnknownError); errors.As(err, &unknown) {
		return r, usagef("%w (impasto recipes lists all)", err)
	}
	return r, err
}

// checkOrder returns what is wrong with an order that flags made, in their words.
func checkOrder(o *order.Order) error {
	err := o.Validate()
	var field *order.FieldError
	if !errors.As(err, &field) {
		return err
	}
	switch name, ok := strings.CutPrefix(field.Path, "settings."); {
	case ok:
		return usagef("%s: %w", name, field.Err)
	case field.Path == "settings":
		return usageError{field.Err}
	case field.Path == "output.depth":
		return usagef("--depth: %w", field.Err)
	}
	if flag := flagOf(field.Path); flag != "" {
		return usagef("%s: %w", flag, field.Err)
	}
	return usageError{err}
}

// flagOf names the flag that a field of an order comes from, "" where it comes from an argument.
func flagOf(path string) string {
	flags := []struct{ end, flag string }{
		{".mask", "--style-mask"}, {".region", "--content-mask"}, {"region_map", "--content-mask"},
		{"strength_map", "--strength-map"}, {".share", "--style-weights"}, {"start", "--init"},
		{"effort", "--effort"}, {"recipe.name", "--recipe"}, {"recipe.base", "--recipe"}, {"seed", "--seed"},
		{"size", "--size"}, {"network.name", "--network"}, {"output.depth", "--depth"},
	}
	for _, f := range flags {
		if strings.HasSuffix(path, f.end) {
			return f.flag
		}
	}
	return ""
}

// outputOf is the form of a file by its name, of a number of bits.
func outputOf(path string, depth int) order.Output {
	o := order.Output{Depth: depth}
	if format, err := canvas.FormatOf(path); err == nil && format == canvas.JPEG {
		o.Format = order.JPEG
	}
	return o
}
