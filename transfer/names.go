package transfer

import (
	"fmt"
	"strings"

	"github.com/impasto/impasto/internal/spelling"
)

// The names by which users know the values of enumerations, in the order of the constants.
var (
	inputNames    = [...]string{"imagenet", "caffe", "rgb255"}
	contentNames  = [...]string{"sum", "mean"}
	distanceNames = [...]string{"gram", "wasserstein", "wasserstein-truncated"}
	colourNames   = [...]string{"none", "luminance", "histogram"}
	unitNames     = [...]string{"plain", "grey"}
	ruleNames     = [...]string{"lbfgs", "adam", "gd"}
	initNames     = [...]string{"content", "noise", "style", "grey", "picture"}
)

// String returns "imagenet", "caffe" or "rgb255".
func (i Input) String() string { return nameOf(inputNames[:], i) }

// String returns "sum" or "mean".
func (n ContentNormalization) String() string { return nameOf(contentNames[:], n) }

// String returns "gram", "wasserstein" or "wasserstein-truncated".
func (d Distance) String() string { return nameOf(distanceNames[:], d) }

// String returns "none", "luminance" or "histogram".
func (c Colours) String() string { return nameOf(colourNames[:], c) }

// String returns "plain" or "grey".
func (u Units) String() string { return nameOf(unitNames[:], u) }

// String returns "lbfgs", "adam" or "gd".
func (r Rule) String() string { return nameOf(ruleNames[:], r) }

// String returns "content", "noise", "style", "grey" or "picture".
func (i Init) String() string { return nameOf(initNames[:], i) }

func nameOf[T ~uint8](names []string, v T) string {
	if int(v) < len(names) {
		return names[v]
	}
	return fmt.Sprintf("%T(%d)", v, uint8(v))
}

// choose returns which of the first count values of an enumeration bears the given name.
func choose[T interface {
	~uint8
	fmt.Stringer
}](name string, count int) (T, error) {
	var names []string
	for i := range count {
		if T(i).String() == name {
			return T(i), nil
		}
		names = append(names, T(i).String())
	}
	return 0, fmt.Errorf("%q is not known; known are %s", name, strings.Join(names, ", "))
}

// Names lists the recipes, in the order of the table.
func Names() []string {
	names := make([]string, len(recipes))
	for i, r := range recipes {
		names[i] = r.Name
	}
	return names
}

// Find returns the recipe of a name, or an error that names the nearest ones.
func Find(name string) (Recipe, error) {
	for i := range recipes {
		if recipes[i].Name == name {
			return recipes[i].Clone(), nil
		}
	}
	return Recipe{}, fmt.Errorf("recipe %q is not known; near are %s (impasto recipes lists all)",
		name, strings.Join(spelling.Nearest(name, Names(), 3), ", "))
}
