package recipe

import (
	"fmt"
	"strings"

	"github.com/impasto/impasto/internal/spelling"
)

// The names of enumerated values, as users type them, in the order of the constants.
var (
	inputNames     = [...]string{"imagenet", "caffe", "rgb255"}
	contentNames   = [...]string{"sum", "mean"}
	colourNames    = [...]string{"none", "luminance", "histogram"}
	unitNames      = [...]string{"plain", "grey"}
	paddingNames   = [...]string{"zero", "replicate", "reflect"}
	poolingNames   = [...]string{"max", "average"}
	normNames      = [...]string{"textbook", "mean", "mean-element", "sum-element"}
	variationNames = [...]string{"l1", "l2", "nine"}
	searchNames    = [...]string{"wolfe", "none"}
	initNames      = [...]string{"content", "noise", "style", "grey", "picture"}
)

// String returns "imagenet", "caffe" or "rgb255".
func (i Input) String() string { return nameOf(inputNames[:], i) }

// String returns "sum" or "mean".
func (n ContentNormalization) String() string { return nameOf(contentNames[:], n) }

// String returns "zero", "replicate" or "reflect".
func (p Padding) String() string { return nameOf(paddingNames[:], p) }

// String returns "max" or "average".
func (p Pooling) String() string { return nameOf(poolingNames[:], p) }

// String returns "textbook", "mean", "mean-element" or "sum-element".
func (n Normalization) String() string { return nameOf(normNames[:], n) }

// String returns "l1", "l2" or "nine".
func (v TotalVariation) String() string { return nameOf(variationNames[:], v) }

// String returns "wolfe" or "none".
func (s Search) String() string { return nameOf(searchNames[:], s) }

// String returns "none", "luminance" or "histogram".
func (c Colours) String() string { return nameOf(colourNames[:], c) }

// String returns "plain" or "grey".
func (u Units) String() string { return nameOf(unitNames[:], u) }

// String returns "content", "noise", "style", "grey" or "picture".
func (i Init) String() string { return nameOf(initNames[:], i) }

func nameOf[T ~uint8](names []string, v T) string {
	if int(v) < len(names) {
		return names[v]
	}
	return fmt.Sprintf("%T(%d)", v, uint8(v))
}

// choose returns which of the first count values of an enumeration has the given name.
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
	return 0, unknown(name, names)
}

// unknown is the error for a word that is not among names.
func unknown(name string, names []string) error {
	return fmt.Errorf("unknown value %q; must be one of %s", name, strings.Join(names, ", "))
}

func distanceNames() []string {
	names := make([]string, len(distances))
	for i, d := range distances {
		names[i] = string(d.Name)
	}
	return names
}

// Names lists the recipes in the order of the table.
func Names() []string {
	names := make([]string, len(recipes))
	for i, r := range recipes {
		names[i] = r.Name
	}
	return names
}

// Default is the recipe used wherever none is named.
const Default = "impasto"

// UnknownError reports that there is no recipe of the given name.
type UnknownError struct {
	Name string
	Near []string // the most similar names
}

// Error lists the most similar names.
func (e *UnknownError) Error() string {
	return fmt.Sprintf("unknown recipe %q; similar names: %s", e.Name, strings.Join(e.Near, ", "))
}

// Find returns the recipe of the given name, or an [UnknownError].
func Find(name string) (Recipe, error) {
	for i := range recipes {
		if recipes[i].Name == name {
			return recipes[i].Clone(), nil
		}
	}
	return Recipe{}, &UnknownError{name, spelling.Nearest(name, Names(), 3)}
}
