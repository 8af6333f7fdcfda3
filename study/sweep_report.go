package study

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/transfer"
)

// pixelsOfPage bounds the pixels of all pictures on a page so that it stays below 5 MB: a pixel of coarse noise takes up
// to a byte as JPEG, and a third more in the page.
const pixelsOfPage = 3.2e6

// Report turns the sweep into contact sheets, tables, and a chart if the values of the first axis are numbers.
func (s *Sweep) Report(lang figure.Language) *figure.Report {
	r := &figure.Report{Title: s.title(lang), Language: lang}
	r.Sections = append(r.Sections, figure.Section{Text: s.lead(lang)})
	pixels := s.pixelsEach()
	for _, sheet := range s.contactSheets() {
		r.Sections = append(r.Sections, s.section(&sheet, pixels, lang))
	}
	numbers := figure.Section{Heading: say(lang, "numbers"), Text: []string{say(lang, "sweep.compare")}, Table: s.table(lang)}
	if d := s.drawChart(lang); d != nil {
		numbers.Figures = []figure.Figure{{Drawing: d, Caption: say(lang, "sweep.chart", s.Axes[0].Name)}}
	}
	r.Sections = append(r.Sections, numbers)
	if len(s.Settings) > 0 {
		t := &figure.Table{Head: []string{say(lang, "sweep.setting"), say(lang, "sweep.value")}, Words: true}
		for _, pair := range s.Settings {
			t.Rows = append(t.Rows, pair[:])
		}
		r.Sections = append(r.Sections, figure.Section{Heading: say(lang, "sweep.settings"), Table: t})
	}
	return r
}

// Sheets returns the number of sheets.
func (s *Sweep) Sheets() int { return len(s.contactSheets()) }

// Sheet returns a sheet, counted from 0, and its cells. It holds only the pictures of that sheet in memory, unlike a
// report of all sheets.
func (s *Sweep) Sheet(i int, lang figure.Language) (r *figure.Report, cells []int) {
	sheet := s.contactSheets()[i]
	return &figure.Report{Title: s.title(lang), Language: lang, Sections: []figure.Section{s.section(&sheet, pixelsOfCell, lang)}},
		slices.Concat(sheet.cells...)
}

// pixelsEach returns the long side of the pictures on a page.
func (s *Sweep) pixelsEach() int {
	width, height := s.box(pixelsOfCell)
	area := pixelsOfPage / float64(max(s.Painted(), 1))
	return max(int(min(1, math.Sqrt(area/(width*height)))*pixelsOfCell), 8)
}

func (s *Sweep) title(lang figure.Language) string {
	names := make([]string, len(s.Axes))
	for i, a := range s.Axes {
		names[i] = a.Name
	}
	return say(lang, "sweep.title", strings.Join(names, " × "))
}

// mostProblems is the largest number of different problems listed in the text.
const mostProblems = 3

func (s *Sweep) lead(lang figure.Language) []string {
	key := [...]string{"sweep.lead1", "sweep.lead2", "sweep.lead3"}[len(s.Axes)-1]
	names := make([]any, len(s.Axes))
	for i, a := range s.Axes {
		names[i] = a.Name
	}
	lead := []string{say(lang, key, names...)}
	failed := 0
	var problems []string
	for _, c := range s.Cells {
		if c.Problem == "" {
			continue
		}
		failed++
		if !slices.Contains(problems, c.Problem) && len(problems) < mostProblems {
			problems = append(problems, c.Problem)
		}
	}
	if failed > 0 {
		lead = append(lead, say(lang, "sweep.problems", failed, len(s.Cells), strings.Join(problems, "; ")))
	}
	if absent := len(s.Cells) - failed - s.Painted(); absent > 0 {
		lead = append(lead, say(lang, "sweep.unpainted", absent, len(s.Cells)))
	}
	return lead
}

func (s *Sweep) section(c *contactSheet, pixels int, lang figure.Language) figure.Section {
	first, last := c.cells[0], c.cells[len(c.cells)-1]
	low, high := s.Indices(first[0]), s.Indices(last[len(last)-1])
	var parts []string
	for k, a := range s.Axes {
		parts = append(parts, a.Name+" "+listed(a.Values[low[k]:high[k]+1]))
	}
	section := figure.Section{Figures: []figure.Figure{{Drawing: c.draw(s, pixels, lang), Wide: true,
		Caption: say(lang, "sweep.caption", strings.Join(parts, "; "))}}}
	if len(s.Axes) == 3 {
		section.Heading = s.Axes[2].Name + " " + s.Axes[2].Values[c.third]
	}
	return section
}

// listed joins values; of many it lists only the first and the last.
func listed(values []string) string {
	const all = 6
	separator := ", "
	if slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, ",") }) {
		separator = " / "
	}
	if len(values) > all {
		values = []string{values[0], values[1], "… " + values[len(values)-1]}
	}
	return strings.Join(values, separator)
}

// table returns the numbers of every cell.
func (s *Sweep) table(lang figure.Language) *figure.Table {
	t := &figure.Table{}
	for _, a := range s.Axes {
		t.Head = append(t.Head, a.Name)
	}
	kinds := s.kinds()
	keys := []string{"sweep.total"}
	for _, kind := range kinds {
		keys = append(keys, "sweep."+string(kind))
	}
	for _, key := range append(keys, "sweep.freecontent", "sweep.freestyle", "sweep.steps", "seconds") {
		t.Head = append(t.Head, say(lang, key))
	}
	for i, c := range s.Cells {
		var row []string
		for k, j := range s.Indices(i) {
			row = append(row, s.Axes[k].Values[j])
		}
		switch {
		case c.Painted:
			row = append(row, figure.Short(c.Total))
			for _, kind := range kinds {
				row = append(row, figure.Short(c.Terms[kind]))
			}
			row = append(row, figure.Short(c.FreeContent), figure.Short(c.FreeStyle))
			row = append(row, strconv.Itoa(c.Iterations), strconv.FormatFloat(c.Seconds, 'f', 1, 64))
		case c.Problem != "":
			row = append(row, say(lang, "sweep.failed"))
		default:
			row = append(row, say(lang, "sweep.absent"))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// kinds returns the kinds of terms in the table: content, style, and those of which some cell has a term.
func (s *Sweep) kinds() []transfer.Kind {
	return slices.DeleteFunc(transfer.Kinds(), func(kind transfer.Kind) bool {
		return kind != transfer.ContentTerm && kind != transfer.StyleTerm &&
			!slices.ContainsFunc(s.Cells, func(c SweepCell) bool { return c.Terms[kind] != 0 })
	})
}

// mostCurves is the largest number of rows in a chart.
const mostCurves = 3

// drawChart draws the unweighted content and style loss over the first axis, each relative to that at the axis's smallest
// value. It returns nil if the values of the axis are not numbers or there are too many rows.
func (s *Sweep) drawChart(lang figure.Language) *figure.Drawing {
	rows := len(s.Cells) / len(s.Axes[0].Values)
	if rows > mostCurves || len(s.Axes) > 2 {
		return nil
	}
	c := figure.Chart{XLabel: s.Axes[0].Name, YLabel: say(lang, "sweep.relative")}
	for row := range rows {
		name := ""
		if rows > 1 {
			name = ", " + s.Axes[1].Values[row]
		}
		for _, term := range []struct {
			key string
			of  func(*SweepCell) float64
		}{{"sweep.content", func(c *SweepCell) float64 { return c.FreeContent }}, {"sweep.style", func(c *SweepCell) float64 { return c.FreeStyle }}} {
			if line := s.curve(row, term.of); len(line.X) > 1 {
				line.Name = say(lang, term.key) + name
				c.Series = append(c.Series, line)
			}
		}
	}
	if len(c.Series) == 0 {
		return nil
	}
	c.LogX = spans(c.Series, func(s *figure.Series) []float64 { return s.X })
	c.LogY = spans(c.Series, func(s *figure.Series) []float64 { return s.Y })
	return c.Draw(480, 240)
}

// curve returns a number of the cells of one row over the values of the first axis, relative to the first.
func (s *Sweep) curve(row int, of func(*SweepCell) float64) figure.Series {
	type place struct{ x, y float64 }
	var places []place
	for i, value := range s.Axes[0].Values {
		x, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return figure.Series{}
		}
		if c := &s.Cells[row*len(s.Axes[0].Values)+i]; c.Painted && of(c) > 0 {
			places = append(places, place{x, of(c)})
		}
	}
	slices.SortFunc(places, func(a, b place) int {
		if a.x < b.x {
			return -1
		}
		return 1
	})
	line := figure.Series{}
	for _, p := range places {
		line.X, line.Y = append(line.X, p.x), append(line.Y, p.y/places[0].y)
	}
	return line
}

// spans reports whether numbers are positive and so far apart that they need a logarithmic axis.
func spans(all []figure.Series, of func(*figure.Series) []float64) bool {
	low, high := math.Inf(1), math.Inf(-1)
	for i := range all {
		for _, v := range of(&all[i]) {
			low, high = min(low, v), max(high, v)
		}
	}
	return low > 0 && high >= 20*low
}
