package figure

import (
	"image/color"
	"math"
)

// Bar is one row of DrawBars.
type Bar struct {
	Name, Note string // the note follows the bar
	Value      float64
	Colour     color.RGBA
}

// DrawBars draws bars from zero, with their notes.
func DrawBars(bars []Bar, width float64) *Drawing {
	names, notes, most := 0.0, 0.0, 0.0
	for _, b := range bars {
		names, notes = max(names, looseWidth(b.Name)), max(notes, TextWidth(b.Note, BodySize))
		most = max(most, b.Value)
	}
	d := &Drawing{Width: width, Height: 8 + barRow*float64(len(bars))}
	from := names + 12
	room := max(40, width-from-1.12*notes-14)
	for i, b := range bars {
		y := 4 + barRow*float64(i)
		length := 0.0
		if most > 0 {
			length = b.Value / most * room
		}
		d.Write(names+2, y+barRow/2+4, BodySize, Right, b.Name)
		d.FillBox(b.Colour, from, y+5, max(length, 1), barRow-10)
		d.Write(from+length+8, y+barRow/2+4, BodySize, Left, b.Note)
	}
	d.Line(Grey, 1, Point{from, 2}, Point{from, d.Height - 2})
	return d
}

// DrawStack draws each row as one bar divided into the shares of its parts, in the colours of the series.
func DrawStack(rows []string, shares [][]float64, names []string, width float64) *Drawing {
	left0 := 0.0
	for _, r := range rows {
		left0 = max(left0, looseWidth(r))
	}
	from, d := left0+12, &Drawing{Width: width}
	room := width - from - 10
	for i, row := range rows {
		y := 4 + 38*float64(i)
		d.Write(left0+2, y+20, BodySize, Right, row)
		x := from
		for k, share := range shares[i] {
			w := share * room
			d.FillBox(SeriesColour(k), x, y, w, 30)
			if label := Percent(math.Round(1000*share) / 1000); w > TextWidth(label, BodySize-1)+6 {
				d.marks = append(d.marks, &Text{At: Point{x + w/2, y + 19.5}, Words: label, Size: BodySize - 1, Anchor: Centre, Bold: true, Colour: onto(SeriesColour(k))})
			}
			x += w
		}
	}
	y, x := 4+38*float64(len(rows))+14, 8.0
	for k, name := range names {
		need := 22 + looseWidth(name)
		if x+need > width && x > 8 {
			x, y = 8, y+LineStep+2
		}
		d.FillBox(SeriesColour(k), x, y-10, 13, 13)
		d.Write(x+19, y+1, BodySize, Left, name)
		x += need + 14
	}
	d.Height = y + 12
	return d
}

// onto returns the ink that is legible on a colour.
func onto(c color.RGBA) color.RGBA {
	if 0.299*float64(c.R)+0.587*float64(c.G)+0.114*float64(c.B) > 140 {
		return Ink
	}
	return paper
}
