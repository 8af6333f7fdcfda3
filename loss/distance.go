package loss

import (
	"fmt"
	"slices"
	"strings"

	"github.com/impasto/impasto/engine"
)

// Distance is a way to compare features with those of paintings: a row of the table of [Distances]. The row
// is in the file of its term, so a new distance is one file here and one row for its name in package recipe.
type Distance struct {
	Name   string // as in package recipe
	Learns string // the kind of lesson: distances of the same kind share lessons
	// Joint reports whether one term reads all layers of the style loss together; otherwise each layer has its
	// own. New and Learner are called with the shapes of the layers of one term.
	Joint   bool
	New     func(dev engine.Device, shapes []engine.Shape, o Options) StyleTerm
	Learner func(dev engine.Device, shapes []engine.Shape) Learner
}

// Options are conventions of a recipe. A distance ignores those that do not concern it.
type Options struct {
	Normalization Normalization // of a Gram loss
}

var distances []Distance

// register adds a row to the table. The file of a distance calls it in the initialiser of a variable.
func register(d Distance) Distance {
	if _, err := FindDistance(d.Name); err == nil {
		panic("loss: two distances named " + d.Name)
	}
	distances = append(distances, d)
	return d
}

// Distances returns the table, sorted by name.
func Distances() []Distance {
	return slices.SortedFunc(slices.Values(distances), func(a, b Distance) int { return strings.Compare(a.Name, b.Name) })
}

// FindDistance returns the distance with the given name, or an *UnknownDistanceError.
func FindDistance(name string) (Distance, error) {
	for _, d := range distances {
		if d.Name == name {
			return d, nil
		}
	}
	return Distance{}, &UnknownDistanceError{Name: name}
}

// UnknownDistanceError reports that there is no distance with the given name.
type UnknownDistanceError struct {
	Name string
}

// Error lists the names.
func (e *UnknownDistanceError) Error() string {
	var names []string
	for _, d := range Distances() {
		names = append(names, d.Name)
	}
	return fmt.Sprintf("unknown distance %q; must be one of %s", e.Name, strings.Join(names, ", "))
}

// single returns the shape of a term that taps one layer.
func single(shapes []engine.Shape) engine.Shape {
	if len(shapes) != 1 {
		panic(fmt.Sprintf("loss: %d layers for a term of a single layer", len(shapes)))
	}
	return shapes[0]
}
