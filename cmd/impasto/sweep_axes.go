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

// mostSweepCells is more than anybody paints.
const mostSweepCells = 100_000

// variable are the options of style, besides the settings of recipes, that can be varied, and how a cell takes
// a value.
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
			err = fmt.Errorf("%q is no seed; it must be a whole number and 0 or more", v)
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

// fixed are options of style that a picture does not depend on, or that cannot be varied, and why.
var fixed = map[string]string{
	"output": "", "o": "", "show": "", "trace": "", "dry-run": "", "progress": "", "json": "", "memory": "", "threads": "", "offline": "",
	"variations":   "vary seed instead",
	"set":          "vary the setting itself by its name",
	"content":      "sweep once for each photograph",
	"content-mask": "it goes with the paintings",
	"style-mask":   "it goes with the paintings",
}

// variableNames lists what can be varied.
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

// axes reads --vary.
func (s *sweepCommand) axes() ([]study.SweepAxis, error) {
	if n := len(s.Vary); n == 0 || n > 3 {
		return nil, usagef("%s to vary; give one to three, as --vary strength=0.1,1,10", count(n, "option"))
	}
	var axes []study.SweepAxis
	cells := 1
	for _, text := range s.Vary {
		a, err := study.ParseSweepAxis(text, checkVariable)
		if err != nil {
			return nil, usagef("--vary %s: %w", text, err)
		}
		if slices.ContainsFunc(axes, func(b study.SweepAxis) bool { return a.Name == b.Name }) {
			return nil, usagef("--vary %s is given twice; put all values into one list", a.Name)
		}
		if err := s.free(a.Name); err != nil {
			return nil, err
		}
		if cells *= len(a.Values); cells > mostSweepCells {
			return nil, usagef("a sweep has %d pictures at most; give fewer values", mostSweepCells)
		}
		axes = append(axes, a)
	}
	return axes, nil
}

// checkVariable returns an error where a name is not that of something to vary.
func checkVariable(name string) error {
	names := variableNames()
	if slices.Contains(names, name) || strings.HasPrefix(name, "scale.") {
		return nil
	}
	if why, ok := fixed[name]; ok {
		if why != "" {
			return fmt.Errorf("%s cannot be varied; %s", name, why)
		}
		return fmt.Errorf("%s cannot be varied: no picture depends on it; what can be: %s", name, strings.Join(names, ", "))
	}
	return fmt.Errorf("%q is no option to vary; near are %s", name, strings.Join(spelling.Nearest(name, names, 3), ", "))
}

// free returns an error where an option is given a value besides those that it is to take.
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
		return usagef("%s is given, and varied as well: leave one out", name)
	}
	return nil
}
