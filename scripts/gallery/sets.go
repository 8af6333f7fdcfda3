package main

import (
	"fmt"
	"slices"

	"github.com/impasto/impasto/recipe"
)

// pictureSize is the long side of every picture in pixels: the same for all, so that a picture on several sheets
// is painted once.
const pictureSize = 256

// pairs are the pairs of the gallery.
var pairs = [][2]string{
	{"astronaut", "mosaic"}, {"coffee", "woodcut"}, {"coffee", "dots"},
	{"cat", "marble"}, {"coffee", "night"}, {"cat", "poppies"},
}

// adapted holds the settings with which the gallery paints each recipe. Iterations are cut to what takes a processor
// less than 40 s. docs/gallery.md states all of them.
var adapted = map[string]map[string]string{
	"gatys":            {"iterations": "60"},
	"neural-style-pt":  {"iterations": "100"},
	"leongatys":        {"iterations": "30"},
	"pytorch-tutorial": {"iterations": "60"},
	"gordicaleksa":     {"iterations": "60"},
	"crowsonkb":        {"iterations": "20", "averaging": "0.9"},
}

// Weights of layers: equal ones, and those by which each layer counts about alike at flat grey.
const (
	equalLayers         = "relu1_1=1,relu2_1=1,relu3_1=1,relu4_1=1,relu5_1=1"
	balancedGram        = "relu1_1=14,relu2_1=1.4,relu3_1=0.8,relu4_1=4,relu5_1=330"
	balancedWasserstein = "relu1_1=2.5,relu2_1=0.5,relu3_1=0.33,relu4_1=0.7,relu5_1=8"
)

// setNames lists the sets, which are named after their pages.
func setNames() []string {
	var names []string
	for _, s := range sheets() {
		if !slices.Contains(names, s.set) {
			names = append(names, s.set)
		}
	}
	return names
}

// sheets lists all sheets.
func sheets() []sheet {
	all := []sheet{strengthSheet(), candidatesSheet()}
	for _, pair := range pairs {
		all = append(all, gallerySheet(pair))
	}
	for _, k := range knobs {
		all = append(all, k.sheet())
	}
	return all
}

// strengthSheet shows recipe impasto from weak to strong.
func strengthSheet() sheet {
	s := sheet{set: "recipes", name: "strength", columns: 4, cell: pictureSize}
	for _, pair := range [][2]string{{"coffee", "woodcut"}, {"astronaut", "mosaic"}} {
		for _, strength := range []string{"0.1", "0.3", "1", "5"} {
			s.shots = append(s.shots, newShot("strength "+strength, pair[0], pair[1], pictureSize, "impasto",
				map[string]string{"strength": strength}))
		}
	}
	return s
}

// candidatesSheet shows the candidates for recipe impasto. With balanced weights each layer counts
// alike at flat grey.
func candidatesSheet() sheet {
	s := sheet{set: "recipes", name: "candidates", columns: 3, cell: pictureSize}
	for _, c := range []setting{
		{"impasto", nil},
		{"Gram, equal weights, 140", map[string]string{"style-weight": "140",
			"style-layers": equalLayers}},
		{"Gram, balanced weights, 140", map[string]string{"style-weight": "140",
			"style-layers": balancedGram}},
		{"Gram, maximum pooling, 140", map[string]string{"style-weight": "140", "pooling": "max",
			"style-layers": "relu1_1=40,relu2_1=8,relu3_1=1,relu4_1=1.7,relu5_1=17"}},
		{"Gram, equal weights, Adam", map[string]string{"style-weight": "140", "optimizer": "adam", "adam-betas": "0.9,0.99",
			"carry-moments": "true", "averaging": "0.95", "clamp": "true",
			"style-layers": equalLayers}},
		{"Wasserstein, average, 15", map[string]string{"style-weight": "15", "style-loss": "wasserstein",
			"style-layers": balancedWasserstein}},
	} {
		s.shots = append(s.shots, newShot(c.label, "astronaut", "mosaic", pictureSize, "impasto", c.changes))
	}
	return s
}

// gallerySheet shows a pair by all recipes.
func gallerySheet(pair [2]string) sheet {
	s := sheet{set: "gallery", name: pair[0] + "-" + pair[1], columns: 3, cell: pictureSize, shown: pair[:]}
	for _, name := range recipe.Names() {
		s.shots = append(s.shots, newShot(name, pair[0], pair[1], pictureSize, name, adapted[name]))
	}
	return s
}

// knob is a setting of recipe impasto and the values at which it is shown.
type knob struct {
	name            string // of the sheet
	photo, painting string
	settings        []setting
}

// setting is one picture of a knob.
type setting struct {
	label   string
	changes map[string]string
}

func (k knob) sheet() sheet {
	s := sheet{set: "tuning", name: k.name, columns: len(k.settings), cell: pictureSize}
	for _, v := range k.settings {
		s.shots = append(s.shots, newShot(v.label, k.photo, k.painting, pictureSize, "impasto", v.changes))
	}
	return s
}

// vary returns the pictures of a knob that is a single setting.
func vary(parameter string, values ...string) []setting {
	all := make([]setting, len(values))
	for i, v := range values {
		all[i] = setting{fmt.Sprintf("%s %s", parameter, v), map[string]string{parameter: v}}
	}
	return all
}
