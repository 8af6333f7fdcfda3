package figure

import (
	"image/color"
	"math"
)

// DotChart compares values of several pictures, row by row, on a logarithmic axis. Zeros are drawn beside the axis.
type DotChart struct {
	Rows   []string
	Names  []string    // of the series
	Values [][]float64 // [series][row]; not negative
	Label  string      // of the axis
}

const (
	dotRow   = 27
	barRow   = 30
	zeroRoom = 34
)

// Draw lays the chart out in a width.
func (c *DotChart) Draw(width float64) *Drawing {
	const top = 6
	names := 0.0
	for _, r := range c.Rows {
		names = max(names, looseWidth(r))
	}
	from := names + 14 + zeroRoom
	bottom := top + dotRow*float64(len(c.Rows))
	d := &Drawing{Width: width}
	x := newAxis(true, from, width-22, func(yield func(float64)) {
		for _, s := range c.Values {
			for _, v := range s {
				yield(v)
			}
		}
	})
	for _, v := range x.ticks(5) {
		d.Line(Hairline, 1, Point{x.at(v), top}, Point{x.at(v), bottom})
		d.Write(x.at(v), bottom+17, BodySize, Centre, Short(v))
	}
	zero := from - zeroRoom + 6
	d.Line(Hairline, 1, Point{zero, top}, Point{zero, bottom})
	d.Write(zero, bottom+17, BodySize, Centre, "0")
	d.Line(Grey, 1, Point{from - 8, bottom}, Point{width - 16, bottom})
	d.Write((from+width-22)/2, bottom+37, BodySize, Centre, c.Label)
	place := func(v float64) float64 {
		if v > 0 {
			return x.at(v)
		}
		return zero
	}
	for i, name := range c.Rows {
		y := top + dotRow*(float64(i)+0.5)
		d.Write(names+2, y+4.5, BodySize, Right, name)
		low, high := math.Inf(1), math.Inf(-1)
		for _, s := range c.Values {
			low, high = min(low, place(s[i])), max(high, place(s[i]))
		}
		d.Line(color.RGBA{0xbb, 0xbb, 0xbb, 0xff}, 1.5, Point{low, y}, Point{high, y})
		for k, s := range c.Values {
			d.symbol(k, Point{place(s[i]), y})
		}
	}
	d.Height = c.legend(d, bottom+58)
	return d
}

func (c *DotChart) legend(d *Drawing, y float64) float64 {
	x := 8.0
	for k, name := range c.Names {
		need := 20 + looseWidth(name)
		if x+need > d.Width && x > 8 {
			x, y = 8, y+LineStep
		}
		d.symbol(k, Point{x + 6, y - 4})
		d.Write(x+18, y, BodySize, Left, name)
		x += need + 22
	}
	return y + 10
}
