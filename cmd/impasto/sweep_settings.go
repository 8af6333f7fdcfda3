package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/impasto/impasto/order"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/study"
)

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// upTo returns 0, 1, ... n-1.
func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// settingNames returns the names of the settings of all cells: those of recipe.Parameters in order, then the rest.
func (w *sweepWork) settingNames() []string {
	all := map[string]bool{}
	for _, cell := range w.cells {
		for name := range cell.settings {
			all[name] = true
		}
	}
	var names []string
	for _, p := range recipe.Parameters() {
		if all[p.Name] {
			names = append(names, p.Name)
			delete(all, p.Name)
		}
	}
	return append(names, sortedNames(all)...)
}

// settingsTable returns the table of the page: inputs, and every setting that is not an axis. A setting that depends on
// an axis is listed for each value of the axis, as in "gatys: 1e-5; impasto: 1".
func (w *sweepWork) settingsTable() [][2]string {
	first := w.cells[0]
	rows := [][2]string{{"content", shownInput(first.order.Photograph)}}
	add := func(name string, of func(*sweepCell) string) {
		if slices.ContainsFunc(w.axes, func(a study.SweepAxis) bool { return a.Name == name }) {
			return
		}
		if value := w.across(of); value != "" {
			rows = append(rows, [2]string{name, value})
		}
	}
	add("style", func(c *sweepCell) string {
		var parts []string
		for _, p := range c.order.Paintings {
			parts = append(parts, shownInput(p.Picture))
		}
		return strings.Join(parts, " + ")
	})
	add("style-weights", (*sweepCell).shares)
	for _, what := range sortedNames(otherInputs(&first.order)) {
		add(what, func(c *sweepCell) string { return shownInput(otherInputs(&c.order)[what]) })
	}
	add("network", func(c *sweepCell) string { return shownInput(c.order.Network) })
	add("recipe", func(c *sweepCell) string { return c.order.Recipe.Name })
	for _, o := range w.fixedOptions() {
		switch o[0] {
		case "size", "seed", "effort", "enlarge":
			rows = append(rows, [2]string{o[0], o[1]})
		}
	}
	for _, name := range w.settingNames() {
		if name != "network" { // that of the recipe; the one in use is listed above
			add(name, func(c *sweepCell) string { return c.settings[name] })
		}
	}
	return rows
}

// shownInput returns a file's name with the first digits of its digest, "" if it has none.
func shownInput(in order.Input) string {
	if in.SHA256 == "" {
		return ""
	}
	return stem(in.Name) + " (SHA-256 " + in.SHA256[:16] + "…)"
}

// shares returns the shares of the paintings as --style-weights takes them, "" if they are equal.
func (cell *sweepCell) shares() string {
	var texts []string
	alike := true
	for _, p := range cell.order.Paintings {
		texts = append(texts, exact(p.Share))
		alike = alike && p.Share == cell.order.Paintings[0].Share
	}
	if alike {
		return ""
	}
	return strings.Join(texts, ",")
}

// across returns a property of all cells: its value, or its values for those of the axis on which it depends.
func (w *sweepWork) across(of func(*sweepCell) string) string {
	all := make([]string, len(w.cells))
	for i, cell := range w.cells {
		all[i] = of(cell)
	}
	if !slices.ContainsFunc(all, func(v string) bool { return v != all[0] }) {
		return all[0]
	}
	for _, a := range w.axes {
		by := map[string]string{}
		follows := true
		for i, cell := range w.cells {
			value := cell.Values[a.Name]
			if before, ok := by[value]; ok && before != all[i] {
				follows = false
			}
			by[value] = all[i]
		}
		if follows {
			var parts []string
			for _, value := range a.Values {
				parts = append(parts, shownValue(a.Name, value)+": "+by[value])
			}
			return strings.Join(parts, "; ")
		}
	}
	return "differs between pictures"
}

// sheetParameters is the JSON in a sheet, sufficient to reproduce it.
type sheetParameters struct {
	Program  string            `json:"program"`
	Command  string            `json:"command"`
	Common   map[string]string `json:"settings"` // shared by all pictures
	Pictures []sheetPicture    `json:"pictures"`
}

type sheetPicture struct {
	Values map[string]string `json:"values"`
	Order  order.Order       `json:"order"`
	// Settings holds those that differ between pictures.
	Settings map[string]string `json:"settings,omitempty"`
	Failed   bool              `json:"failed,omitempty"`
	Loss     *float64          `json:"loss,omitempty"`
}

// parametersText returns the JSON of some cells.
func (w *sweepWork) parametersText(cells []int) string {
	all := sheetParameters{Program: thisBuild().String(), Command: w.command(), Common: maps.Clone(w.cells[cells[0]].settings)}
	for _, i := range cells {
		for name, value := range all.Common {
			if w.cells[i].settings[name] != value {
				delete(all.Common, name)
			}
		}
	}
	for _, i := range cells {
		cell := w.cells[i]
		one := sheetPicture{Values: cell.Values, Order: cell.order.Portable(), Settings: map[string]string{}, Failed: cell.problem != nil}
		for name, value := range cell.settings {
			if _, common := all.Common[name]; !common {
				one.Settings[name] = value
			}
		}
		if cell.stored != nil {
			one.Loss = &cell.stored.LastLoss
		}
		all.Pictures = append(all.Pictures, one)
	}
	return asJSON(all)
}
