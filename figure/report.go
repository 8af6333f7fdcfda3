package figure

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"

	"github.com/impasto/impasto/internal/atomicfile"
)

// Report is a study in pictures: figures with captions, and the sentences and numbers that go with them.
type Report struct {
	Title    string
	Language Language
	Sections []Section
	// Made says how to make the report again: the command, the program, the network.
	Made string
	// Annotations are texts in its PNG files besides title and Made.
	Annotations []Annotation
}

// Section is a part of a report under one heading.
type Section struct {
	Heading string // may be empty
	Text    []string
	// Formulas and Findings follow the text; a finding is a sentence about the numbers of this particular study.
	// Both are also on the sheet, which has no room for Text.
	Formulas []Formula
	Findings []string
	Figures  []Figure
	Table    *Table   // may be nil
	Code     []string // files of this project that compute it, relative to its root
}

// Figure is a drawing with a caption.
type Figure struct {
	Drawing *Drawing
	Caption string
	Number  int  // counts through the report, from 1; set by Report
	Wide    bool // on a narrow page it scrolls instead of shrinking
}

// Table is rows of cells under names.
type Table struct {
	Head  []string
	Rows  [][]string
	Words bool // cells hold words rather than numbers, which may be broken into lines
}

// number numbers the figures.
func (r *Report) number() {
	n := 0
	for i := range r.Sections {
		for j := range r.Sections[i].Figures {
			n++
			r.Sections[i].Figures[j].Number = n
		}
	}
}

// PictureSide is the long side of a picture in a figure, in units.
const PictureSide = 224

// The layout of a sheet, in units.
const (
	sheetMargin = 24
	sheetGap    = 20
	sheetScale  = 2 // pixels per unit, so that text is readable at half size
)

// A sheet is as wide as necessary. sheetWidth fits a picture and reconstructions from five layers into a
// row.
const (
	minSheetWidth = 640
	sheetWidth    = 6*PictureSide + 5*sheetGap + 2*sheetMargin
)

// Sheet lays the figures out in rows, section by section.
func (r *Report) Sheet() *Drawing {
	r.number()
	d := &Drawing{Width: minSheetWidth}
	d.WriteBold(sheetMargin, sheetMargin+18, 22, Left, r.Title)
	y := float64(sheetMargin + 40)
	for _, s := range r.Sections {
		if s.Heading != "" {
			d.WriteBold(sheetMargin, y+16, 17, Left, s.Heading)
			y += 30
		}
		y = flow(d, s.Figures, s.tell(d, y))
	}
	if r.Made != "" {
		for _, line := range Wrap(r.Made, BodySize, d.Width-2*sheetMargin) {
			d.Write(sheetMargin, y+10, BodySize, Left, line)
			y += LineStep
		}
	}
	d.Height = y + sheetMargin
	d.annotations = r.annotations("")
	return d
}

// findingWidth is the width of the lines of findings on a sheet.
const findingWidth = 1000

// tell writes formulas and findings to a sheet and returns where they end.
func (s *Section) tell(d *Drawing, y float64) float64 {
	for _, f := range s.Formulas {
		set := f.Drawing()
		d.Place(set, sheetMargin, y)
		d.Width = max(d.Width, set.Width+2*sheetMargin)
		y += set.Height + 4
	}
	for _, finding := range s.Findings {
		for _, line := range Wrap(finding, BodySize, findingWidth) {
			d.Write(sheetMargin, y+13, BodySize, Left, line)
			d.Width = max(d.Width, TextWidth(line, BodySize)+2*sheetMargin)
			y += LineStep
		}
		y += 6
	}
	return y
}

// flow places figures side by side as long as they fit, widens the drawing to hold them, and returns
// where they end.
func flow(d *Drawing, figures []Figure, y float64) float64 {
	x, row := float64(sheetMargin), 0.0
	for _, f := range figures {
		if x > sheetMargin && x+f.Drawing.Width > sheetWidth-sheetMargin {
			x, y, row = sheetMargin, y+row+sheetGap, 0
		}
		d.Place(f.Drawing, x, y)
		d.Width = max(d.Width, x+f.Drawing.Width+sheetMargin)
		x += f.Drawing.Width + sheetGap
		row = max(row, f.Drawing.Height)
	}
	return y + row + sheetGap
}

// Wrap breaks words into lines of at most the given width.
func Wrap(words string, size, width float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(words) {
		longer := strings.TrimSpace(line + " " + word)
		if line != "" && TextWidth(longer, size) > width {
			lines, longer = append(lines, line), word
		}
		line = longer
	}
	return append(lines, line)
}

// WriteFigures writes every figure to a folder, as PNG and as SVG, with the captions in captions.txt.
// It creates the folder if necessary.
func (r *Report) WriteFigures(folder string) error {
	r.number()
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return fmt.Errorf("create the folder of figures: %w", err)
	}
	var captions strings.Builder
	for _, s := range r.Sections {
		for _, f := range s.Figures {
			name := filepath.Join(folder, fmt.Sprintf("figure-%02d", f.Number))
			fmt.Fprintf(&captions, "%s. %s\n\n", say(r.Language, "figure", f.Number), f.Caption)
			if err := WriteImage(name+".png", f.Drawing.Image(sheetScale), r.annotations(f.Caption)...); err != nil {
				return err
			}
			if err := writeFile(name+".svg", []byte(f.Drawing.SVG())); err != nil {
				return err
			}
		}
	}
	return writeFile(filepath.Join(folder, "captions.txt"), []byte(captions.String()))
}

// WritePNG writes a drawing to a file, two pixels per unit; a sheet carries the annotations of its report. Text
// is set in the Go fonts, which cover the Latin, Greek and Cyrillic scripts, and in a font with the Hangul of
// KS X 1001.
func WritePNG(path string, d *Drawing) error {
	return WriteImage(path, d.Image(sheetScale), d.annotations...)
}

// WriteImage writes an image to a PNG file with annotations.
func WriteImage(path string, img image.Image, annotations ...Annotation) error {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return writeFile(path, annotate(b.Bytes(), annotations))
}

// WritePage writes the report as a self-contained page.
func (r *Report) WritePage(path string) error {
	page, err := r.Page()
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return writeFile(path, page)
}

func writeFile(path string, data []byte) error {
	if err := atomicfile.Write(path, data); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
