package main

import (
	"context"
	"fmt"
	"image"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/study"
	"github.com/impasto/impasto/transfer"
)

// fixedOptions returns the names and values of the options that are the same for all cells, as on the command line.
func (w *sweepWork) fixedOptions() [][2]string {
	var all [][2]string
	add := func(name, value string) {
		if value != "" && !slices.ContainsFunc(w.axes, func(a study.SweepAxis) bool { return a.Name == name }) {
			all = append(all, [2]string{name, value})
		}
	}
	add("recipe", w.Recipe)
	add("effort", w.Effort)
	add("network", w.Network)
	size := "original"
	if w.Size.pixels > 0 {
		size = strconv.Itoa(w.Size.pixels)
	}
	add("size", size)
	if w.Enlarge {
		add("enlarge", "true")
	}
	add("seed", strconv.FormatUint(w.Seed, 10))
	losses, runs := w.lossFlags.values(), w.runFlags.values()
	if w.Init != nil {
		runs["init"] = *w.Init
	}
	for _, values := range []map[string]string{losses, runs} {
		for _, name := range sortedNames(values) {
			add(name, values[name])
		}
	}
	if w.StyleWeights != nil {
		add("style-weights", *w.StyleWeights)
	}
	for _, mask := range w.ContentMask {
		add("content-mask", mask)
	}
	for _, mask := range w.StyleMask {
		add("style-mask", mask)
	}
	add("strength-map", w.StrengthMap)
	return all
}

// command returns the command line of this sweep.
func (w *sweepWork) command() string {
	words := []string{"impasto", "sweep", shellWord(w.Content)}
	for _, s := range w.Styles {
		words = append(words, shellWord(s))
	}
	for _, a := range w.axes {
		words = append(words, "--vary", shellWord(a.String()))
	}
	for _, o := range w.fixedOptions() {
		_, set := w.Set[o[0]]
		switch {
		case set:
			words = append(words, "--set", shellWord(o[0]+"="+o[1]))
		case o[1] == "true" || o[1] == "false":
			words = append(words, "--"+o[0]+"="+o[1])
		default:
			words = append(words, "--"+o[0], shellWord(o[1]))
		}
	}
	return strings.Join(words, " ")
}

// shellWord quotes a word if a shell would interpret it.
func shellWord(word string) string {
	plain := func(r rune) bool {
		return strings.ContainsRune("@%+=:,./-_", r) || r > 127 || strconv.IsPrint(r) && isAlphanumeric(r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func isAlphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// tell writes the results, and returns an error if cells failed.
func (w *sweepWork) tell(ctx context.Context) error {
	sweep := w.study()
	failed := 0
	for _, cell := range w.cells {
		if cell.problem != nil {
			failed++
		}
	}
	if sweep.Painted() > 0 || failed > 0 {
		if err := w.write(sweep); err != nil {
			return err
		}
	}
	if failed > 0 && ctx.Err() == nil {
		return fmt.Errorf("%d of %d pictures could not be painted (%s); the same command tries again", failed, len(w.cells), w.firstProblem())
	}
	return nil
}

func (w *sweepWork) firstProblem() string {
	for _, cell := range w.cells {
		if cell.problem != nil {
			return cell.Label + ": " + oneLine(cell.problem)
		}
	}
	return ""
}

func (w *sweepWork) write(sweep *study.Sweep) error {
	if len(w.Output) == 0 {
		w.Output = []string{filepath.Join(w.folder.Path, "sheet.png")}
	}
	lang := figure.Language(w.Lang)
	var outputs []string
	for _, path := range w.Output {
		if strings.EqualFold(filepath.Ext(path), ".png") {
			written, err := w.writeSheets(sweep, path)
			if err != nil {
				return err
			}
			outputs = append(outputs, written...)
			continue
		}
		if err := withMade(sweep.Report(lang), w.made()).WritePage(path); err != nil {
			return err
		}
		outputs = append(outputs, path)
	}
	if w.Figures != "" {
		r := withMade(sweep.Report(lang), w.made())
		r.Annotations = []figure.Annotation{{Keyword: "Parameters", Text: w.parametersText(upTo(len(w.cells)))}}
		if err := r.WriteFigures(w.Figures); err != nil {
			return err
		}
	}
	if err := writeCSV(w.CSV, w.rows()); err != nil {
		return err
	}
	return w.print(outputs)
}

// writeSheets writes the contact sheet, or several numbered ones.
func (w *sweepWork) writeSheets(sweep *study.Sweep, path string) ([]string, error) {
	var written []string
	n := sweep.Sheets()
	for i := range n {
		name := path
		if n > 1 {
			ext := filepath.Ext(path)
			name = fmt.Sprintf("%s-%0*d%s", strings.TrimSuffix(path, ext), len(strconv.Itoa(n)), i+1, ext)
		}
		r, cells := sweep.Sheet(i, figure.Language(w.Lang))
		r.Made = w.made()
		r.Annotations = []figure.Annotation{{Keyword: "Parameters", Text: w.parametersText(cells)}}
		if err := figure.WritePNG(name, r.Sheet()); err != nil {
			return nil, err
		}
		written = append(written, name)
	}
	return written, nil
}

// made returns the command line that reproduces the sweep.
func (w *sweepWork) made() string {
	parts := []string{thisBuild().String()}
	if network := w.across(func(c *sweepCell) string { return c.order.Network.Name }); network == w.cells[0].order.Network.Name {
		parts = append(parts, "network "+network)
	}
	for _, cell := range w.cells {
		if cell.stored != nil {
			parts = append(parts, cell.stored.ISA)
			break
		}
	}
	return fmt.Sprintf("%s (%s)", w.command(), strings.Join(parts, ", "))
}

// study returns the sweep as package study shows it.
func (w *sweepWork) study() *study.Sweep {
	s := &study.Sweep{Settings: w.settingsTable(), Open: w.thumbnail}
	for _, a := range w.axes {
		axis := study.SweepAxis{Name: a.Name}
		for _, v := range a.Values {
			axis.Values = append(axis.Values, shownValue(a.Name, v))
		}
		s.Axes = append(s.Axes, axis)
	}
	for _, cell := range w.cells {
		var c study.SweepCell
		if r := cell.stored; r != nil {
			c = r.shown()
		} else if cell.problem != nil {
			c.Problem = oneLine(cell.problem)
		}
		s.Cells = append(s.Cells, c)
	}
	return s
}

// shown returns the cell as package study shows it.
func (c *storedCell) shown() study.SweepCell {
	s := study.SweepCell{Painted: true, Width: c.Width, Height: c.Height, Iterations: c.Iterations, Seconds: c.Seconds,
		Total: c.LastLoss, Terms: map[transfer.Kind]float64{}, FreeContent: c.FreeContent, FreeStyle: c.FreeStyle}
	for _, kind := range transfer.Kinds() {
		s.Terms[kind] = *c.of(kind)
	}
	return s
}

// shownValue returns a value as it appears in labels: for a picture, only its name.
func shownValue(name, value string) string {
	if name == "style" || name == "strength-map" || strings.ContainsAny(value, `/\`) {
		return stem(value)
	}
	return value
}

// thumbnail reads the picture of a cell, reduced to a long side.
func (w *sweepWork) thumbnail(cell, long int) (image.Image, error) {
	p, err := loadAt(w.folder.PicturePath(w.cells[cell].stored.SweepFile), long)
	if err != nil {
		return nil, err
	}
	return p.Image()
}

// sweepResult is what --json prints.
type sweepResult struct {
	Folder  string            `json:"folder"`
	Outputs []string          `json:"outputs"`
	Command string            `json:"command"`
	Vary    []sweepResultAxis `json:"vary"`
	Painted int               `json:"painted"`
	Failed  int               `json:"failed"`
	Cells   []sweepResultCell `json:"cells"`
}

type sweepResultAxis struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

type sweepResultCell struct {
	Values         map[string]string  `json:"values"`
	Picture        string             `json:"picture,omitempty"`
	Error          string             `json:"error,omitempty"`
	Width          int                `json:"width,omitempty"`
	Height         int                `json:"height,omitempty"`
	Iterations     int                `json:"iterations,omitempty"`
	Seconds        float64            `json:"seconds,omitempty"`
	FirstLoss      *float64           `json:"first_loss,omitempty"`
	LastLoss       *float64           `json:"last_loss,omitempty"`
	Content        *float64           `json:"content,omitempty"`
	Style          *float64           `json:"style,omitempty"`
	TotalVariation *float64           `json:"tv,omitempty"`
	FreeContent    *float64           `json:"content_per_weight,omitempty"`
	FreeStyle      *float64           `json:"style_per_weight,omitempty"`
	Terms          map[string]float64 `json:"terms,omitempty"`
}

func (w *sweepWork) result(outputs []string) *sweepResult {
	r := &sweepResult{Folder: w.folder.Path, Outputs: outputs, Command: w.command()}
	for _, a := range w.axes {
		r.Vary = append(r.Vary, sweepResultAxis{a.Name, a.Values})
	}
	for _, cell := range w.cells {
		c := sweepResultCell{Values: cell.Values}
		switch s := cell.stored; {
		case s != nil:
			r.Painted++
			c.Picture = w.folder.PicturePath(s.SweepFile)
			c.Width, c.Height, c.Iterations, c.Seconds, c.Terms = s.Width, s.Height, s.Iterations, s.Seconds, s.Terms
			c.FirstLoss, c.LastLoss = &s.FirstLoss, &s.LastLoss
			c.Content, c.Style, c.TotalVariation, c.FreeContent, c.FreeStyle = &s.Content, &s.Style, &s.TotalVariation, &s.FreeContent, &s.FreeStyle
		case cell.problem != nil:
			r.Failed++
			c.Error = oneLine(cell.problem)
		}
		r.Cells = append(r.Cells, c)
	}
	return r
}

// print prints the numbers to standard output.
func (w *sweepWork) print(outputs []string) error {
	if w.JSON {
		return printJSON(w.console, w.result(outputs))
	}
	table := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
	for _, a := range w.axes {
		fmt.Fprintf(table, "%s\t", a.Name)
	}
	fmt.Fprintf(table, "loss\tcontent\tstyle\tsteps\tseconds\n")
	for _, cell := range w.cells {
		for _, a := range w.axes {
			fmt.Fprintf(table, "%s\t", cell.Values[a.Name])
		}
		switch s := cell.stored; {
		case s != nil:
			fmt.Fprintf(table, "%.5g\t%.5g\t%.5g\t%d\t%.1f\n", s.LastLoss, s.Content, s.Style, s.Iterations, s.Seconds)
		case cell.problem != nil:
			fmt.Fprintf(table, "failed: %s\n", oneLine(cell.problem))
		default:
			fmt.Fprintf(table, "not painted yet\n")
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w.out, "written: %s\n", strings.Join(outputs, ", "))
	return err
}

// rows returns the CSV rows of the numbers.
func (w *sweepWork) rows() [][]string {
	var head []string
	for _, a := range w.axes {
		head = append(head, a.Name)
	}
	rows := [][]string{append(head, "loss", "content", "style", "tv", "content_per_weight", "style_per_weight", "first_loss", "width", "height", "steps", "evaluations", "seconds", "picture", "error")}
	for _, cell := range w.cells {
		var row []string
		for _, a := range w.axes {
			row = append(row, cell.Values[a.Name])
		}
		if s := cell.stored; s != nil {
			for _, v := range []float64{s.LastLoss, s.Content, s.Style, s.TotalVariation, s.FreeContent, s.FreeStyle, s.FirstLoss} {
				row = append(row, exact(v))
			}
			for _, v := range []int{s.Width, s.Height, s.Iterations, s.Evaluations} {
				row = append(row, strconv.Itoa(v))
			}
			row = append(row, exact(s.Seconds), s.Picture, "")
		} else {
			row = append(row, make([]string, len(rows[0])-len(row)-1)...)
			problem := ""
			if cell.problem != nil {
				problem = oneLine(cell.problem)
			}
			row = append(row, problem)
		}
		rows = append(rows, row)
	}
	return rows
}

// announcement describes the work in one line.
func (w *sweepWork) announcement(f *sweepForecast) string {
	todo := len(w.pending())
	text := fmt.Sprintf("%s (%s)", count(len(w.cells), "picture"), study.SweepProduct(w.axes))
	if there := len(w.cells) - todo; there > 0 {
		text += fmt.Sprintf(", %d of them already in %s", there, w.folder.Path)
	}
	if todo == 0 {
		return text
	}
	return text + fmt.Sprintf("; %s, about %s of memory and %s (%s, %s)", f.size, byteSize(f.peak), clock(f.left), f.machine.Name, count(f.machine.Threads, "thread"))
}

// sweepForecastResult is what --dry-run prints as JSON.
type sweepForecastResult struct {
	Folder    string  `json:"folder"`
	Command   string  `json:"command"`
	Cells     int     `json:"cells"`
	Painted   int     `json:"painted"` // already
	PeakBytes int64   `json:"peak_bytes"`
	Seconds   float64 `json:"seconds"`
}

func (w *sweepWork) printForecast(f *sweepForecast) error {
	if w.JSON {
		return printJSON(w.console, sweepForecastResult{w.folder.Path, w.command(), len(w.cells), len(w.cells) - len(w.pending()), f.peak, f.left.Round(time.Millisecond).Seconds()})
	}
	_, err := fmt.Fprintf(w.out, "%s; nothing is painted\n", w.announcement(f))
	return err
}
