package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/impasto/impasto/internal/spelling"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/study"
)

// mostSweepCells is the largest number of cells, more than anybody paints.
const mostSweepCells = 100_000

// variable lists the options of style, besides the settings of recipes, that can be varied, and how to set each in a
// cell.
var variable = []struct {
	name string
	set  func(o *sweepOptions, value string) error
}{
	{"style", func(o *sweepOptions, v string) error { o.styles = []string{v}; return nil }},
	{"recipe", func(o *sweepOptions, v string) error { o.Recipe = v; return nil }},
	{"effort", func(o *sweepOptions, v string) error { o.Effort = v; return nil }},
	{"network", func(o *sweepOptions, v string) error { o.Network = v; return nil }},
	{"size", func(o *sweepOptions, v string) error { return o.size.UnmarshalText([]byte(v)) }},
	{"enlarge", func(o *sweepOptions, v string) (err error) {
		if o.enlarge, err = strconv.ParseBool(v); err != nil {
			err = fmt.Errorf("%q is neither true nor false", v)
		}
		return err
	}},
	{"seed", func(o *sweepOptions, v string) (err error) {
		if o.Seed, err = strconv.ParseUint(v, 10, 64); err != nil {
			err = fmt.Errorf("%q is not a seed; it must be an integer of 0 or more", v)
		}
		return err
	}},
	{"init", func(o *sweepOptions, v string) error { o.Init = &v; return nil }},
	{"style-weights", func(o *sweepOptions, v string) error { o.StyleWeights = &v; return nil }},
	{"strength-map", func(o *sweepOptions, v string) error {
		if o.StrengthMap = v; v == noMask {
			o.StrengthMap = ""
		}
		return nil
	}},
}

// fixed lists the options of style that cannot be varied, with the reason if the picture depends on them.
var fixed = map[string]string{
	"output": "", "o": "", "show": "", "trace": "", "dry-run": "", "progress": "", "json": "", "memory": "", "threads": "", "offline": "",
	"variations":   "vary seed instead",
	"set":          "vary the setting by its own name",
	"content":      "make a sweep for each photograph",
	"content-mask": "it belongs to the paintings",
	"style-mask":   "it belongs to the paintings",
}

// variableNames returns the names of everything that can be varied.
func variableNames() []string {
	var names []string
	for _, v := range variable {
		names = append(names, v.name)
	}
	for _, p := range recipe.Parameters() {
		if !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}
	return names
}

// axes parses --vary.
func (s *sweepCommand) axes() ([]study.SweepAxis, error) {
	if n := len(s.Vary); n == 0 || n > 3 {
		return nil, usagef("%s to vary; give one to three, such as --vary strength=0.1,1,10", count(n, "option"))
	}
	var axes []study.SweepAxis
	cells := 1
	for _, text := range s.Vary {
		a, err := study.ParseSweepAxis(text, checkVariable)
		if err != nil {
			return nil, usagef("--vary %s: %w", text, err)
		}
		if slices.ContainsFunc(axes, func(b study.SweepAxis) bool { return a.Name == b.Name }) {
			return nil, usagef("--vary %s is given twice; put all values in one list", a.Name)
		}
		if err := s.free(a.Name); err != nil {
			return nil, err
		}
		if cells *= len(a.Values); cells > mostSweepCells {
			return nil, usagef("a sweep has at most %d pictures; give fewer values", mostSweepCells)
		}
		axes = append(axes, a)
	}
	return axes, nil
}

// checkVariable returns an error if name cannot be varied.
func checkVariable(name string) error {
	names := variableNames()
	if slices.Contains(names, name) || strings.HasPrefix(name, "scale.") {
		return nil
	}
	if why, ok := fixed[name]; ok {
		if why != "" {
			return fmt.Errorf("%s cannot be varied; %s", name, why)
		}
		return fmt.Errorf("%s cannot be varied: the picture does not depend on it; these can: %s", name, strings.Join(names, ", "))
	}
	return fmt.Errorf("unknown option %q; similar names: %s", name, strings.Join(spelling.Nearest(name, names, 3), ", "))
}

// free returns an error if an option that is varied is also given a single value.
func (s *sweepCommand) free(name string) error {
	_, setting := s.lossFlags.values()[name]
	_, running := s.runFlags.values()[name]
	twice := setting || running
	switch name {
	case "style":
		twice = len(s.Styles) > 0
	case "style-weights":
		twice = s.StyleWeights != nil
	case "strength-map":
		twice = s.StrengthMap != ""
	case "network":
		twice = s.Network != ""
	}
	if twice {
		return usagef("%s is both given and varied; leave one out", name)
	}
	return nil
}
