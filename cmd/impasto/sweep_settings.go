package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/impasto/impasto/recipe"
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

// settingNames lists the settings of all cells, those of recipe.Parameters in their order and then others.
func (w *sweepWork) settingNames() []string {
	all := map[string]bool{}
	for _, cell := range w.cells {
		for name := range cell.parameters.Settings {
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

// settingsTable is for the page: inputs, and every setting that is not an axis itself. One that follows from an axis is
// listed by its values there, as "gatys: 1e-5; impasto: 1".
func (w *sweepWork) settingsTable() [][2]string {
	p := w.cells[0].parameters
	rows := [][2]string{{"content", p.Content.shown()}}
	add := func(name string, of func(p *sweepParameters) string) {
		if slices.ContainsFunc(w.axes, func(a sweepAxis) bool { return a.name == name }) {
			return
		}
		if value := w.across(of); value != "" {
			rows = append(rows, [2]string{name, value})
		}
	}
	add("style", func(p *sweepParameters) string {
		var parts []string
		for _, s := range p.Styles {
			parts = append(parts, s.shown())
		}
		return strings.Join(parts, " + ")
	})
	add("style-weights", func(p *sweepParameters) string { return p.StyleWeights })
	for _, what := range sortedNames(p.Others) {
		add(what, func(p *sweepParameters) string { in := p.Others[what]; return in.shown() })
	}
	add("network", func(p *sweepParameters) string { return p.Network.shown() })
	add("recipe", func(p *sweepParameters) string { return p.Recipe })
	for _, o := range w.fixedOptions() {
		switch o[0] {
		case "size", "seed", "effort", "enlarge":
			rows = append(rows, [2]string{o[0], o[1]})
		}
	}
	for _, name := range w.settingNames() {
		if name != "network" { // of the recipe; what was used stands above
			add(name, func(p *sweepParameters) string { return p.Settings[name] })
		}
	}
	return rows
}

// shown is a file's name with the beginning of its digest.
func (in *sweepInput) shown() string {
	if in.SHA256 == "" {
		return ""
	}
	return in.Name + " (SHA-256 " + in.SHA256[:16] + "…)"
}

// across tells a property of all cells: its value, or its value by that of the axis that it follows from.
func (w *sweepWork) across(of func(*sweepParameters) string) string {
	all := make([]string, len(w.cells))
	for i, cell := range w.cells {
		all[i] = of(cell.parameters)
	}
	if !slices.ContainsFunc(all, func(v string) bool { return v != all[0] }) {
		return all[0]
	}
	for _, a := range w.axes {
		by := map[string]string{}
		follows := true
		for i, cell := range w.cells {
			value := cell.values[a.name]
			if before, ok := by[value]; ok && before != all[i] {
				follows = false
			}
			by[value] = all[i]
		}
		if follows {
			var parts []string
			for _, value := range a.values {
				parts = append(parts, shownValue(a.name, value)+": "+by[value])
			}
			return strings.Join(parts, "; ")
		}
	}
	return "differs from picture to picture"
}

// sheetParameters are what a sheet carries, as JSON: enough to make it again.
type sheetParameters struct {
	Program  string            `json:"program"`
	Command  string            `json:"command"`
	Common   map[string]string `json:"settings"` // those that all pictures share
	Pictures []sheetPicture    `json:"pictures"`
}

type sheetPicture struct {
	Values   map[string]string     `json:"values"`
	Content  sweepInput            `json:"content"`
	Styles   []sweepInput          `json:"styles"`
	Network  sweepInput            `json:"network"`
	Recipe   string                `json:"recipe"`
	Size     int                   `json:"size"`
	Seed     uint64                `json:"seed"`
	Settings map[string]string     `json:"settings,omitempty"` // its own
	Others   map[string]sweepInput `json:"others,omitempty"`
	Failed   bool                  `json:"failed,omitempty"`
	Loss     *float64              `json:"loss,omitempty"`
}

// parametersText is the JSON for some cells.
func (w *sweepWork) parametersText(cells []int) string {
	first := w.cells[cells[0]].parameters
	all := sheetParameters{Program: thisBuild().String(), Command: w.command(), Common: maps.Clone(first.Settings)}
	for _, i := range cells {
		for name, value := range all.Common {
			if w.cells[i].parameters.Settings[name] != value {
				delete(all.Common, name)
			}
		}
	}
	for _, i := range cells {
		cell := w.cells[i]
		p := cell.parameters
		one := sheetPicture{Values: cell.values, Content: p.Content, Styles: p.Styles, Network: p.Network, Recipe: p.Recipe,
			Size: p.Size, Seed: p.Seed, Settings: map[string]string{}, Others: p.Others, Failed: cell.problem != nil}
		for name, value := range p.Settings {
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
