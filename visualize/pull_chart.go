package visualize

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"

	"golang.org/x/image/vector"
)

// blot is an area of one colour.
type blot struct {
	points []point
	colour color.RGBA
}

func (b *blot) svg(w *strings.Builder) {
	w.WriteString(`<polygon points="`)
	for i, p := range b.points {
		if i > 0 {
			w.WriteByte(' ')
		}
		fmt.Fprintf(w, "%.2f,%.2f", p.x, p.y)
	}
	fmt.Fprintf(w, `" fill="%s"/>`, hex(b.colour))
}

func (b *blot) paint(r *raster) {
	box := r.around(b.points, 1)
	if box.Empty() {
		return
	}
	ras := vector.NewRasterizer(box.Dx(), box.Dy())
	corners := make([]point, len(b.points))
	for i, p := range b.points {
		corners[i] = r.within(box, p)
	}
	polygon(ras, corners...)
	ras.Draw(r.img, box, image.NewUniform(b.colour), image.Point{})
}

func (d *Drawing) fill(c color.RGBA, points ...point) {
	d.marks = append(d.marks, &blot{points, c})
}

func (d *Drawing) fillBox(c color.RGBA, x, y, w, h float64) {
	d.fill(c, point{x, y}, point{x + w, y}, point{x + w, y + h}, point{x, y + h})
}

// symbol draws the i-th of the signs that tell series of points apart without colour.
func (d *Drawing) symbol(i int, at point) {
	const r = 6.5
	c := seriesColour(i)
	switch i % 4 {
	case 0: // a disc
		var circle []point
		for k := range 24 {
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / 24)
			circle = append(circle, point{at.x + r*cos, at.y + r*sin})
		}
		d.fill(c, circle...)
	case 1:
		d.fillBox(c, at.x-0.85*r, at.y-0.85*r, 1.7*r, 1.7*r)
	case 2:
		d.fill(c, point{at.x, at.y - 1.15*r}, point{at.x + 1.1*r, at.y + 0.8*r}, point{at.x - 1.1*r, at.y + 0.8*r})
	case 3:
		d.fill(c, point{at.x, at.y - 1.3*r}, point{at.x + 1.3*r, at.y}, point{at.x, at.y + 1.3*r}, point{at.x - 1.3*r, at.y})
	}
}

// looseWidth is the room for words that the reader's font may set wider than ours.
func looseWidth(words string) float64 { return 1.2 * textWidth(words, bodySize) }

// dotChart compares values of several pictures, row by row, on a logarithmic axis. What is zero stands
// beside the axis.
type dotChart struct {
	rows   []string
	names  []string    // of the series
	values [][]float64 // [series][row]; not negative
	label  string      // of the axis
}

const (
	dotRow   = 27
	barRow   = 30
	zeroRoom = 34
)

func (c *dotChart) draw(width float64) *Drawing {
	const top = 6
	names := 0.0
	for _, r := range c.rows {
		names = max(names, looseWidth(r))
	}
	from := names + 14 + zeroRoom
	bottom := top + dotRow*float64(len(c.rows))
	d := &Drawing{Width: width}
	x := newAxis(true, from, width-22, func(yield func(float64)) {
		for _, s := range c.values {
			for _, v := range s {
				yield(v)
			}
		}
	})
	for _, v := range x.ticks(5) {
		d.line(hairline, 1, point{x.at(v), top}, point{x.at(v), bottom})
		d.write(x.at(v), bottom+17, bodySize, centre, short(v))
	}
	zero := from - zeroRoom + 6
	d.line(hairline, 1, point{zero, top}, point{zero, bottom})
	d.write(zero, bottom+17, bodySize, centre, "0")
	d.line(grey, 1, point{from - 8, bottom}, point{width - 16, bottom})
	d.write((from+width-22)/2, bottom+37, bodySize, centre, c.label)
	place := func(v float64) float64 {
		if v > 0 {
			return x.at(v)
		}
		return zero
	}
	for i, name := range c.rows {
		y := top + dotRow*(float64(i)+0.5)
		d.write(names+2, y+4.5, bodySize, right, name)
		low, high := math.Inf(1), math.Inf(-1)
		for _, s := range c.values {
			low, high = min(low, place(s[i])), max(high, place(s[i]))
		}
		d.line(color.RGBA{0xbb, 0xbb, 0xbb, 0xff}, 1.5, point{low, y}, point{high, y})
		for k, s := range c.values {
			d.symbol(k, point{place(s[i]), y})
		}
	}
	d.Height = c.legend(d, bottom+58)
	return d
}

func (c *dotChart) legend(d *Drawing, y float64) float64 {
	x := 8.0
	for k, name := range c.names {
		need := 20 + looseWidth(name)
		if x+need > d.Width && x > 8 {
			x, y = 8, y+lineStep
		}
		d.symbol(k, point{x + 6, y - 4})
		d.write(x+18, y, bodySize, left, name)
		x += need + 22
	}
	return y + 10
}

// bar is one row of a barChart.
type bar struct {
	name, note string // the note stands behind the bar
	value      float64
	colour     color.RGBA
}

// drawBars draws bars from zero on, with their notes.
func drawBars(bars []bar, width float64) *Drawing {
	names, notes, most := 0.0, 0.0, 0.0
	for _, b := range bars {
		names, notes = max(names, looseWidth(b.name)), max(notes, textWidth(b.note, bodySize))
		most = max(most, b.value)
	}
	d := &Drawing{Width: width, Height: 8 + barRow*float64(len(bars))}
	from := names + 12
	room := max(40, width-from-1.12*notes-14)
	for i, b := range bars {
		y := 4 + barRow*float64(i)
		length := 0.0
		if most > 0 {
			length = b.value / most * room
		}
		d.write(names+2, y+barRow/2+4, bodySize, right, b.name)
		d.fillBox(b.colour, from, y+5, max(length, 1), barRow-10)
		d.write(from+length+8, y+barRow/2+4, bodySize, left, b.note)
	}
	d.line(grey, 1, point{from, 2}, point{from, d.Height - 2})
	return d
}

// drawStack draws each row as one bar that is cut by the shares of its parts, in the colours of the series.
func drawStack(rows []string, shares [][]float64, names []string, width float64) *Drawing {
	left0 := 0.0
	for _, r := range rows {
		left0 = max(left0, looseWidth(r))
	}
	from, d := left0+12, &Drawing{Width: width}
	room := width - from - 10
	for i, row := range rows {
		y := 4 + 38*float64(i)
		d.write(left0+2, y+20, bodySize, right, row)
		x := from
		for k, share := range shares[i] {
			w := share * room
			d.fillBox(seriesColour(k), x, y, w, 30)
			if label := percent(math.Round(1000*share) / 1000); w > textWidth(label, bodySize-1)+6 {
				d.marks = append(d.marks, &text{at: point{x + w/2, y + 19.5}, words: label, size: bodySize - 1, anchor: centre, bold: true, colour: onto(seriesColour(k))})
			}
			x += w
		}
	}
	y, x := 4+38*float64(len(rows))+14, 8.0
	for k, name := range names {
		need := 22 + looseWidth(name)
		if x+need > width && x > 8 {
			x, y = 8, y+lineStep+2
		}
		d.fillBox(seriesColour(k), x, y-10, 13, 13)
		d.write(x+19, y+1, bodySize, left, name)
		x += need + 14
	}
	d.Height = y + 12
	return d
}

// onto returns the ink that can be read on a colour.
func onto(c color.RGBA) color.RGBA {
	if 0.299*float64(c.R)+0.587*float64(c.G)+0.114*float64(c.B) > 140 {
		return ink
	}
	return paper
}

// glow is the colour scale of maps that are laid over a picture: the stronger, the less of it is seen.
var glow = func() ramp {
	r := make(ramp, len(sequential))
	for i := range r {
		t := float64(i) / float64(len(r)-1)
		r[i] = mix(color.RGBA{0x9a, 0x9a, 0x9a, 0xff}, sequential[i], opacity(t))
	}
	return r
}()

// opacity is that of the map over the picture at a place of the colour scale.
func opacity(t float64) float64 { return min(1, 0.1+1.1*t) }

func mix(a, b color.RGBA, t float64) color.RGBA {
	one := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + t*(float64(y)-float64(x)))) }
	return color.RGBA{one(a.R, b.R), one(a.G, b.G), one(a.B, b.B), 0xff}
}

// overlay lays a map of numbers from 0 on over a picture in grey, in colours up to the limit of a scale. The
// map may be smaller than the picture.
func overlay(picture *image.RGBA, values []float64, w, h int, scale shade) *image.RGBA {
	b := picture.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := picture.RGBAAt(x, y)
			luma := 0.299*float64(c.R) + 0.587*float64(c.G) + 0.114*float64(c.B)
			g := uint8(70 + 0.65*luma)
			t := min(1, values[min(y*h/b.Dy(), h-1)*w+min(x*w/b.Dx(), w-1)]/scale.limit)
			if scale.root {
				t = math.Sqrt(t)
			}
			out.SetRGBA(x, y, mix(color.RGBA{g, g, g, 0xff}, sequential.at(t), opacity(t)))
		}
	}
	return out
}

// limitOf returns the number that gets the last colour of an overlay: few are larger.
func limitOf(values []float64) float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	if v := sorted[int(0.995*float64(len(sorted)-1))]; v > 0 {
		return v
	}
	return max(sorted[len(sorted)-1], math.SmallestNonzeroFloat64)
}
