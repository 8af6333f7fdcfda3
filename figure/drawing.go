package figure

import (
	"image"
	"image/color"
	"strings"
)

// Drawing is a picture of lines, areas, text and pixels that can be written as SVG, with text set by the
// browser, and as an image. Its unit is one pixel of the screen.
type Drawing struct {
	Width, Height float64
	marks         []mark
	annotations   []Annotation // of a sheet, for its file
}

// mark is one element of a drawing.
type mark interface {
	svg(w *strings.Builder)
	paint(r *raster)
}

// Point is a place in a drawing.
type Point struct{ X, Y float64 }

// The inks: colours that are distinguishable for colour-blind readers, also by brightness (Okabe and Ito 2008), and greys.
var (
	Ink      = color.RGBA{0x22, 0x22, 0x22, 0xff}
	Grey     = color.RGBA{0x55, 0x55, 0x55, 0xff}
	Hairline = color.RGBA{0xdd, 0xdd, 0xdd, 0xff}
	paper    = color.RGBA{0xff, 0xff, 0xff, 0xff}
	hues     = []color.RGBA{
		{0x00, 0x72, 0xb2, 0xff}, {0xd5, 0x5e, 0x00, 0xff}, {0x00, 0x9e, 0x73, 0xff},
		{0xcc, 0x79, 0xa7, 0xff}, {0xe6, 0x9f, 0x00, 0xff}, {0x56, 0xb4, 0xe9, 0xff}, {0x22, 0x22, 0x22, 0xff},
		{0x88, 0x22, 0x55, 0xff},
	}
	// dashes distinguish lines without colour: lengths of ink and of gap.
	dashes = [][]float64{nil, {6, 3}, {2, 2}, {8, 3, 2, 3}, {12, 4}, {4, 4}, {16, 3}, {10, 3, 2, 3, 2, 3}}
)

type polyline struct {
	points []Point
	width  float64
	dash   []float64
	colour color.RGBA
}

// Pt is shorthand for Point{X, Y}.
func Pt(x, y float64) Point { return Point{X: x, Y: y} }

// Anchor says which point of a text is at its place.
type Anchor uint8

// The anchors: the start of a text, its middle, its end.
const (
	Left Anchor = iota
	Centre
	Right
)

// Text is words at a place.
type Text struct {
	At     Point
	Words  string
	Size   float64
	Anchor Anchor
	Bold   bool
	Upward bool // written from bottom to top
	Colour color.RGBA
}

type pixels struct {
	x, y, w, h float64
	img        image.Image
	coarse     bool // show the pixels as squares
	what       string
}

// group is a drawing placed in another.
type group struct {
	dx, dy float64
	marks  []mark
}

// Line draws a line through points.
func (d *Drawing) Line(colour color.RGBA, width float64, points ...Point) {
	d.marks = append(d.marks, &polyline{points: points, width: width, colour: colour})
}

// Outline draws the edge of a box.
func (d *Drawing) Outline(x, y, w, h float64, c color.RGBA, width float64) {
	d.Line(c, width, Point{x, y}, Point{x + w, y}, Point{x + w, y + h}, Point{x, y + h}, Point{x, y})
}

// WriteText writes words with all the options of Text.
func (d *Drawing) WriteText(t Text) { d.marks = append(d.marks, &t) }

// Write writes words in ink, at a place given by the anchor.
func (d *Drawing) Write(x, y, size float64, a Anchor, words string) {
	d.marks = append(d.marks, &Text{At: Point{x, y}, Words: words, Size: size, Anchor: a, Colour: Ink})
}

// WriteBold is Write in bold.
func (d *Drawing) WriteBold(x, y, size float64, a Anchor, words string) {
	d.marks = append(d.marks, &Text{At: Point{x, y}, Words: words, Size: size, Anchor: a, Bold: true, Colour: Ink})
}

// Show draws an image with a description in words for those who cannot see it.
func (d *Drawing) Show(x, y, w, h float64, img image.Image, coarse bool, what string) {
	d.marks = append(d.marks, &pixels{x, y, w, h, img, coarse, what})
}

// Place puts another drawing into this one.
func (d *Drawing) Place(other *Drawing, x, y float64) {
	d.marks = append(d.marks, &group{x, y, other.marks})
}

// SVG returns the drawing as an element of an HTML page, or a file of its own.
func (d *Drawing) SVG() string {
	var b strings.Builder
	openSVG(&b, d.Width, d.Height)
	for _, m := range d.marks {
		m.svg(&b)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// Image returns the drawing on white with the given number of pixels per unit.
func (d *Drawing) Image(scale float64) *image.RGBA {
	r := newRaster(d.Width, d.Height, scale)
	for _, m := range d.marks {
		m.paint(r)
	}
	return r.img
}
