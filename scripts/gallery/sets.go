package main

import (
	"fmt"
	"slices"

	"github.com/impasto/impasto/transfer"
)

// The sizes of the sets, long sides in pixels.
const (
	gallerySize  = 320
	tuningSize   = 256
	strengthSize = 320
)

// pairs are those of the gallery: every photograph twice, every painting but one once.
var pairs = [][2]string{
	{"astronaut", "mosaic"}, {"cat", "night"}, {"coffee", "woodcut"},
	{"astronaut", "poppies"}, {"cat", "glass"}, {"coffee", "dots"},
}

// cuts are the iterations of the gallery where a recipe has too many of them for a machine without a graphics
// card: what is left takes less than a minute. docs/gallery.md states them.
var cuts = map[string]map[string]string{
	"gatys":            {"iterations": "150"},
	"neural-style-pt":  {"iterations": "200"},
	"leongatys":        {"iterations": "60"},
	"pytorch-tutorial": {"iterations": "200"},
	"gordicaleksa":     {"iterations": "200"},
	"crowsonkb":        {"iterations": "50", "first-iterations": "1"},
}

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
	all := []sheet{strengthSheet()}
	for _, pair := range pairs {
		all = append(all, gallerySheet(pair))
	}
	for _, k := range knobs {
		all = append(all, k.sheet())
	}
	return all
}

// strengthSheet shows recipe impasto from hardly to overly painted.
func strengthSheet() sheet {
	s := sheet{set: "recipes", name: "strength", columns: 4, cell: 240}
	for _, pair := range [][2]string{{"cat", "night"}, {"astronaut", "mosaic"}} {
		for _, strength := range []string{"0.1", "0.3", "1", "5"} {
			s.shots = append(s.shots, shot{
				label: "strength " + strength, photo: pair[0], painting: pair[1], size: strengthSize, recipe: "impasto",
				changes: map[string]string{"strength": strength},
			})
		}
	}
	return s
}

// gallerySheet shows a pair by all recipes.
func gallerySheet(pair [2]string) sheet {
	s := sheet{set: "gallery", name: pair[0] + "-" + pair[1], columns: 3, cell: gallerySize, shown: pair[:]}
	for _, name := range transfer.Names() {
		s.shots = append(s.shots, shot{label: name, photo: pair[0], painting: pair[1], size: gallerySize, recipe: name, changes: cuts[name]})
	}
	return s
}

// knob is a hyper-parameter and the values between which it is shown, of recipe impasto.
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
	s := sheet{set: "tuning", name: k.name, columns: len(k.settings), cell: tuningSize}
	for _, v := range k.settings {
		s.shots = append(s.shots, shot{label: v.label, photo: k.photo, painting: k.painting, size: tuningSize, recipe: "impasto", changes: v.changes})
	}
	return s
}

// vary makes the settings of a knob that is one parameter.
func vary(parameter string, values ...string) []setting {
	all := make([]setting, len(values))
	for i, v := range values {
		all[i] = setting{fmt.Sprintf("%s %s", parameter, v), map[string]string{parameter: v}}
	}
	return all
}
