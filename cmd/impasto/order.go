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

// request is the part of a command line that becomes an order. Fields for which a command has no flags are zero.
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
	settings map[string]string // of the command itself; flags override them
}

// order returns the order that the flags describe. Its inputs are named but not yet read. An invalid order is a usage
// error.
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

// openRecipe returns a recipe of the table or from a file, as an order names it. An unknown name is a usage error.
func openRecipe(name string) (order.Recipe, error) {
	r, err := order.OpenRecipe(name)
	if unknown := new(recipe.UnknownError); errors.As(err, &unknown) {
		return r, usagef("%w (impasto recipes lists them all)", err)
	}
	return r, err
}

// checkOrder validates an order made by flags and reports errors in terms of the flags.
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

// flagOf returns the flag that sets a field of an order, "" if an argument does.
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

// outputOf returns the output format of a file by its name, with the given bit depth.
func outputOf(path string, depth int) order.Output {
	format, err := canvas.FormatOf(path)
	if err != nil {
		format = canvas.PNG // whoever writes the file reports its name
	}
	return order.OutputAs(format, depth)
}
