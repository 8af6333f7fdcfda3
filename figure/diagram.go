package figure

import (
	"image/color"
	"math"
)

// The fills of boxes: pale, so that text stands on them.
var (
	Pale       = color.RGBA{0xf1, 0xf3, 0xf6, 0xff}
	PaleBlue   = color.RGBA{0xdd, 0xec, 0xf6, 0xff}
	PaleOrange = color.RGBA{0xfb, 0xe6, 0xd8, 0xff}
	PaleGreen  = color.RGBA{0xdc, 0xf2, 0xea, 0xff}
)

// Box draws a box with lines of text in it; the first is bold.
func (d *Drawing) Box(x, y, w, h float64, fill color.RGBA, lines ...string) {
	d.FillBox(fill, x, y, w, h)
	d.Outline(x, y, w, h, Grey, 1)
	from := y + h/2 - float64(len(lines)-1)*LineStep/2 + 4.5
	for i, words := range lines {
		if i == 0 {
			d.WriteBold(x+w/2, from, BodySize, Centre, words)
		} else {
			d.Write(x+w/2, from+float64(i)*LineStep, BodySize, Centre, words)
		}
	}
}

// Arrow draws a line with a head at its end.
func (d *Drawing) Arrow(c color.RGBA, points ...Point) {
	const head = 7
	end, before := points[len(points)-1], points[len(points)-2]
	length := math.Hypot(end.X-before.X, end.Y-before.Y)
	ux, uy := (end.X-before.X)/length, (end.Y-before.Y)/length
	neck := Point{end.X - head*ux, end.Y - head*uy}
	shaft := append(append([]Point(nil), points[:len(points)-1]...), neck)
	d.Line(c, 1.6, shaft...)
	d.Fill(c, end, Point{neck.X - 0.6*head*uy, neck.Y + 0.6*head*ux}, Point{neck.X + 0.6*head*uy, neck.Y - 0.6*head*ux})
}
