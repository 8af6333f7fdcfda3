package figure

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"

	"golang.org/x/image/vector"
)

// blot is an area of one colour.
type blot struct {
	points []Point
	colour color.RGBA
}

func (b *blot) svg(w *strings.Builder) {
	w.WriteString(`<polygon points="`)
	for i, p := range b.points {
		if i > 0 {
			w.WriteByte(' ')
		}
		fmt.Fprintf(w, "%.2f,%.2f", p.X, p.Y)
	}
	fmt.Fprintf(w, `" fill="%s"/>`, hex(b.colour))
}

func (b *blot) paint(r *raster) {
	box := r.around(b.points, 1)
	if box.Empty() {
		return
	}
	ras := vector.NewRasterizer(box.Dx(), box.Dy())
	corners := make([]Point, len(b.points))
	for i, p := range b.points {
		corners[i] = r.within(box, p)
	}
	polygon(ras, corners...)
	ras.Draw(r.img, box, image.NewUniform(b.colour), image.Point{})
}

// Fill fills the area within points.
func (d *Drawing) Fill(c color.RGBA, points ...Point) {
	d.marks = append(d.marks, &blot{points, c})
}

// FillBox fills a box.
func (d *Drawing) FillBox(c color.RGBA, x, y, w, h float64) {
	d.Fill(c, Point{x, y}, Point{x + w, y}, Point{x + w, y + h}, Point{x, y + h})
}

// symbol draws the i-th of the symbols that distinguish series of points without colour.
func (d *Drawing) symbol(i int, at Point) {
	const r = 6.5
	c := SeriesColour(i)
	switch i % 4 {
	case 0: // a disc
		var circle []Point
		for k := range 24 {
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / 24)
			circle = append(circle, Point{at.X + r*cos, at.Y + r*sin})
		}
		d.Fill(c, circle...)
	case 1:
		d.FillBox(c, at.X-0.85*r, at.Y-0.85*r, 1.7*r, 1.7*r)
	case 2:
		d.Fill(c, Point{at.X, at.Y - 1.15*r}, Point{at.X + 1.1*r, at.Y + 0.8*r}, Point{at.X - 1.1*r, at.Y + 0.8*r})
	case 3:
		d.Fill(c, Point{at.X, at.Y - 1.3*r}, Point{at.X + 1.3*r, at.Y}, Point{at.X, at.Y + 1.3*r}, Point{at.X - 1.3*r, at.Y})
	}
}

// looseWidth is the room for words, which the reader's font may set wider than ours.
func looseWidth(words string) float64 { return 1.2 * TextWidth(words, BodySize) }
