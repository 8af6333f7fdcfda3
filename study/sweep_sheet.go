package study

import (
	"image"
	"strings"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/transfer"
)

// The layout of a contact sheet, in units.
const (
	cellGap      = 14
	cellWidth    = 138 // minimum, for the losses below a picture
	lossStep     = 16
	sideWidth    = 132 // maximum, of the labels of rows
	labelLines   = 6   // maximum, of one label
	cellsAcross  = 1120
	smallestCell = 132
	boldWider    = 1.1 // width relative to regular text; also allows for the reader's own font
)

// pixelsOfCell is the long side of a picture on a separate sheet, and its maximum on a page.
const pixelsOfCell = 2 * figure.PictureSide

// draw draws a sheet with pictures of at most the given long side in pixels.
func (c *contactSheet) draw(s *Sweep, pixels int, lang figure.Language) *figure.Drawing {
	side := min(max(cellsAcross/len(c.cells[0]), smallestCell), figure.PictureSide)
	boxWidth, boxHeight := s.box(side)
	width := max(boxWidth, cellWidth)
	d := &figure.Drawing{}
	start := c.sideWidth(s)
	y := 0.0
	for row, cells := range c.cells {
		y = c.drawHeads(d, s, row, start, width, y)
		if c.sides != nil {
			d.WriteText(figure.Text{At: figure.Pt(0, y+13), Words: s.Axes[1].Name, Size: figure.BodySize, Colour: figure.Grey})
			for i, line := range wrapLabel(c.sides[row], start-cellGap) {
				d.WriteBold(0, y+31+float64(i)*figure.LineStep, figure.BodySize, figure.Left, line)
			}
		}
		below := 0.0
		for i, cell := range cells {
			x := start + float64(i)*(width+cellGap)
			s.drawCell(d, cell, x, y, boxWidth, boxHeight, pixels, lang)
			below = max(below, s.drawLosses(d, &s.Cells[cell], x, y+boxHeight, width, lang))
		}
		y = below + cellGap
	}
	columns := float64(len(c.cells[0]))
	d.Width, d.Height = start+columns*width+(columns-1)*cellGap, y-cellGap+4
	return d
}

// box returns the size of the pictures, with the shape of the first one available.
func (s *Sweep) box(side int) (width, height float64) {
	for _, c := range s.Cells {
		if c.Painted {
			w, h := canvas.Fit(c.Width, c.Height, side, true)
			return float64(w), float64(h)
		}
	}
	return float64(side), float64(side) * 3 / 4
}

// sideWidth returns the width of the labels of rows with the gap after them.
func (c *contactSheet) sideWidth(s *Sweep) float64 {
	if c.sides == nil {
		return 0
	}
	widest := figure.TextWidth(s.Axes[1].Name, figure.BodySize)
	for _, label := range c.sides {
		for _, line := range wrapLabel(label, sideWidth) {
			widest = max(widest, figure.TextWidth(line, figure.BodySize)*boldWider)
		}
	}
	return widest + cellGap
}

// drawHeads draws the labels of the columns of a row and returns their lower end.
func (c *contactSheet) drawHeads(d *figure.Drawing, s *Sweep, row int, start, width, y float64) float64 {
	most := 0
	for i, value := range c.heads[row] {
		lines := wrapLabel(s.Axes[0].Name+" "+value, width)
		most = max(most, len(lines))
		for k, line := range lines {
			d.WriteBold(start+float64(i)*(width+cellGap), y+13+float64(k)*figure.LineStep, figure.BodySize, figure.Left, line)
		}
	}
	return y + float64(most)*figure.LineStep + 2
}

// drawCell draws a picture, or the reason why there is none.
func (s *Sweep) drawCell(d *figure.Drawing, cell int, x, y, width, height float64, pixels int, lang figure.Language) {
	c := &s.Cells[cell]
	words := c.Problem
	if c.Painted {
		img, err := s.Open(cell, pixels)
		if err == nil {
			w, h := within(img, width, height)
			d.Show(x, y, w, h, img, false, s.label(cell))
			return
		}
		words = err.Error()
	}
	d.Outline(x+0.5, y+0.5, width-1, height-1, figure.Hairline, 1)
	title, colour := say(lang, "sweep.failed"), figure.SeriesColour(1)
	if words == "" {
		title, colour = say(lang, "sweep.absent"), figure.Grey
	}
	d.WriteText(figure.Text{At: figure.Pt(x+8, y+20), Words: title, Size: figure.BodySize, Bold: true, Colour: colour})
	lines := figure.Wrap(words, figure.BodySize-1, (width-16)/boldWider)
	for i, line := range lines[:min(len(lines), max(int((height-30)/lossStep), 1))] {
		d.Write(x+8, y+38+float64(i)*lossStep, figure.BodySize-1, figure.Left, line)
	}
}

// within returns the largest size of an image that fits a box.
func within(img image.Image, width, height float64) (w, h float64) {
	b := img.Bounds()
	scale := min(width/float64(b.Dx()), height/float64(b.Dy()))
	return scale * float64(b.Dx()), scale * float64(b.Dy())
}

// drawLosses draws the numbers of a cell below its picture and returns their lower end.
func (s *Sweep) drawLosses(d *figure.Drawing, c *SweepCell, x, y, width float64, lang figure.Language) float64 {
	if !c.Painted {
		return y
	}
	width = min(width, 150)
	write := func(key string, value float64) {
		y += lossStep
		d.Write(x, y, figure.BodySize, figure.Left, say(lang, key))
		d.Write(x+width, y, figure.BodySize, figure.Right, figure.Short(value))
	}
	write("sweep.total", c.Total)
	for _, kind := range transfer.Kinds() {
		if v := c.Terms[kind]; v != 0 {
			write("sweep."+string(kind), v)
		}
	}
	return y
}

// label returns the values of a cell: "strength 0.1, recipe gatys".
func (s *Sweep) label(cell int) string {
	var parts []string
	for k, i := range s.Indices(cell) {
		parts = append(parts, s.Axes[k].Name+" "+s.Axes[k].Values[i])
	}
	return strings.Join(parts, ", ")
}

// wrapLabel breaks a bold label into lines of at most the given width, if possible after spaces, commas and the like. A
// label that is too long ends with an ellipsis.
func wrapLabel(label string, width float64) []string {
	fits := func(s string) bool { return figure.TextWidth(strings.TrimSpace(s), figure.BodySize)*boldWider <= width }
	var lines []string
	for rest := strings.TrimSpace(label); rest != ""; {
		if len(lines) == labelLines {
			lines[labelLines-1] = strings.TrimSpace(lines[labelLines-1]) + "…"
			return lines
		}
		end, comfortable := 0, 0
		for i, r := range rest {
			next := i + len(string(r))
			if end > 0 && !fits(rest[:next]) {
				break
			}
			end = next
			if strings.ContainsRune(" ,;=/_-", r) {
				comfortable = next
			}
		}
		if end < len(rest) && comfortable > 0 {
			end = comfortable
		}
		lines = append(lines, strings.TrimSpace(rest[:end]))
		rest = strings.TrimSpace(rest[end:])
	}
	return lines
}
