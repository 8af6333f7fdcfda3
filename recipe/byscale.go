package recipe

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/impasto/impasto/internal/spelling"
)

// ScaleSettings are parameters that differ from the recipe's at some scales of the pyramid.
type ScaleSettings struct {
	// Scale selects the scales: "first" (the coarsest), "2", "3" and so on from there; "last" (the finest),
	// "last-1", "last-2" and so on back from there; or "coarse", which is all but the last.
	Scale string
	// Values maps names of parameters to values as text. Iterations are those of this scale.
	Values map[string]string
}

// scalePrefix begins the name of a parameter at some scales: "scale.coarse.strength".
const scalePrefix = "scale."

// MaxScales is how many scales a pyramid may have.
const MaxScales = 64

// wholeRun lists the parameters that apply to a run as a whole and cannot differ by scale.
var wholeRun = []string{"network", "input", "stem-padding", "preserve-colors", "scales", "scale-ratio", "smallest-scale",
	"coarse-iterations", "first-iterations", "init", "noise", "jitter"}

// place is the parsed form of ScaleSettings.Scale. Places are ordered as they apply.
type place struct {
	from  end
	count int // from that end
}

type end uint8

const (
	allCoarse end = iota
	coarsest
	finest
)

func parsePlace(scale string) (place, error) {
	switch scale {
	case "coarse":
		return place{allCoarse, 0}, nil
	case "first":
		return place{coarsest, 0}, nil
	case "last":
		return place{finest, 0}, nil
	}
	number, back := strings.CutPrefix(scale, "last-")
	if n, err := strconv.Atoi(number); err == nil && n >= 1 && n < MaxScales {
		if back {
			return place{finest, n}, nil
		}
		return place{coarsest, n - 1}, nil
	}
	return place{}, fmt.Errorf("unknown scale %q; similar names: %s (scales are first, 2, 3 and so on from the coarsest, last, last-1 and so on from the finest, and coarse, which is all but the last)",
		scale, strings.Join(spelling.Nearest(scale, []string{"coarse", "first", "last", "last-1", "2", "3"}, 3), ", "))
}

func (p place) String() string {
	switch {
	case p.from == allCoarse:
		return "coarse"
	case p.from == coarsest && p.count == 0:
		return "first"
	case p.from == coarsest:
		return strconv.Itoa(p.count + 1)
	case p.count == 0:
		return "last"
	}
	return "last-" + strconv.Itoa(p.count)
}

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.from, q.from), cmp.Compare(p.count, q.count))
}

// has reports whether scale i of n is at the place.
func (p place) has(i, n int) bool {
	switch p.from {
	case allCoarse:
		return i < n-1
	case coarsest:
		return i == p.count
	}
	return i == n-1-p.count
}

// among reports whether one of n scales is at the place.
func (p place) among(n int) bool {
	if p.from == allCoarse {
		return n > 1
	}
	return p.count < n
}

// place returns the parsed Scale, which Validate has checked.
func (s *ScaleSettings) place() place {
	p, err := parsePlace(s.Scale)
	if err != nil {
		panic("recipe: " + err.Error())
	}
	return p
}

// findAt parses a name such as "scale.coarse.strength".
func findAt(name string) (place, Parameter, error) {
	scale, parameter, named := strings.Cut(strings.TrimPrefix(name, scalePrefix), ".")
	at, err := parsePlace(scale)
	if err == nil && !named {
		err = fmt.Errorf("%s names no parameter; write %s.strength, for instance", name, name)
	}
	if err != nil {
		return at, Parameter{}, err
	}
	p, err := findParameter(parameter)
	if err == nil && slices.Contains(wholeRun, parameter) {
		err = fmt.Errorf("%s holds for the whole run and cannot differ by scale", parameter)
	}
	if err != nil {
		err = fmt.Errorf("%s%v: %w", scalePrefix, at, err)
	}
	return at, p, err
}

// setAt changes a parameter at some scales.
func (r *Recipe) setAt(name, value string) error {
	at, p, err := findAt(name)
	if err != nil {
		return err
	}
	probe := r.Clone()
	if err := p.set(&probe, strings.TrimSpace(value)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	i, found := slices.BinarySearchFunc(r.ByScale, at, func(s ScaleSettings, at place) int { return s.place().compare(at) })
	if !found {
		r.ByScale = slices.Insert(r.ByScale, i, ScaleSettings{at.String(), map[string]string{}})
	}
	r.ByScale[i].Values[p.Name] = p.get(&probe)
	return nil
}

// getAt returns a parameter at some scales, or the recipe's where those scales have none of their own.
func (r *Recipe) getAt(name string) (string, error) {
	at, p, err := findAt(name)
	if err != nil {
		return "", err
	}
	for i := range r.ByScale {
		s := &r.ByScale[i]
		if value, ok := s.Values[p.Name]; ok && s.place() == at {
			return value, nil
		}
	}
	return p.get(r), nil
}

// everywhere deletes the settings by scale of a parameter that has just been set for all scales.
func (r *Recipe) everywhere(name string) {
	drop := []string{name}
	if name == "optimizer" {
		drop = append(drop, optimizerParameters()...)
	}
	for _, s := range r.ByScale {
		maps.DeleteFunc(s.Values, func(n, _ string) bool { return slices.Contains(drop, n) })
	}
	if r.ByScale = slices.DeleteFunc(r.ByScale, func(s ScaleSettings) bool { return len(s.Values) == 0 }); len(r.ByScale) == 0 {
		r.ByScale = nil // as in a recipe that never had any
	}
}

// apply applies the settings to r.
func (s *ScaleSettings) apply(r *Recipe) error {
	for _, p := range parameters {
		if value, ok := s.Values[p.Name]; ok {
			if err := p.set(r, value); err != nil {
				return fmt.Errorf("%s%s.%s: %w", scalePrefix, s.Scale, p.Name, err)
			}
		}
	}
	return nil
}

// validateScales returns an error if a setting by scale is unknown or out of range.
func (r *Recipe) validateScales() error {
	for i := range r.ByScale {
		s := &r.ByScale[i]
		for _, name := range slices.Sorted(maps.Keys(s.Values)) {
			if _, _, err := findAt(scalePrefix + s.Scale + "." + name); err != nil {
				return err
			}
		}
		own := r.plain()
		err := s.apply(&own)
		if err == nil {
			err = own.validate()
		}
		if err != nil {
			return fmt.Errorf("%s%s: %w", scalePrefix, s.Scale, err)
		}
	}
	return nil
}

// plain returns a copy without settings by scale.
func (r *Recipe) plain() Recipe {
	c := r.Clone()
	c.ByScale = nil
	return c
}

// At returns the recipe of scale i of n, counted from 0 at the coarsest: without settings by scale, and
// with that scale's iterations in Scales.Iterations. Settings for coarse scales apply first, then those
// that count from the coarsest, then those that count from the finest.
func (r *Recipe) At(i, n int) (Recipe, error) {
	own := r.plain()
	own.Scales.Iterations = r.Scales.iterations(i, n)
	for k := range r.ByScale {
		at, err := parsePlace(r.ByScale[k].Scale)
		if err == nil && at.has(i, n) {
			err = r.ByScale[k].apply(&own)
		}
		if err != nil {
			return own, err
		}
	}
	return own, nil
}

// Variants returns the recipe without settings by scale, followed by the recipe with each of them applied.
func (r *Recipe) Variants() []Recipe {
	all := []Recipe{r.plain()}
	for i := range r.ByScale {
		own := r.plain()
		if r.ByScale[i].apply(&own) == nil {
			all = append(all, own)
		}
	}
	return all
}

// ScaleNotes returns a line for each setting that selects none of n scales. Settings that count from the
// coarsest scale are left out: they are meant for pictures large enough to have that scale.
func (r *Recipe) ScaleNotes(n int) []string {
	var notes []string
	for i := range r.ByScale {
		if at := r.ByScale[i].place(); at.from != coarsest && !at.among(n) {
			notes = append(notes, fmt.Sprintf("none of the %d scales is %v: its settings are not used", n, at))
		}
	}
	return notes
}
