package figure

import (
	"fmt"
	"image/color"
	"math"
	"strconv"
	"strings"
)

// Series is one line of a chart.
type Series struct {
	Name string
	X, Y []float64
}

// Chart is a diagram of lines over two axes.
type Chart struct {
	Title          string
	XLabel, YLabel string // with units
	LogX, LogY     bool
	Series         []Series
}

// The sizes of text: readable if a page is shown at half its size on paper, or on a phone.
const (
	BodySize  = 13
	TitleSize = 15
	LineStep  = 18
)

// axis maps numbers to places.
type axis struct {
	low, high float64 // after the logarithm, if any
	from, to  float64 // places of low and high
	log       bool
}

// newAxis spans values; a logarithmic axis leaves out those that are not positive.
func newAxis(log bool, from, to float64, values func(yield func(float64))) axis {
	a := axis{math.Inf(1), math.Inf(-1), from, to, log}
	values(func(v float64) {
		if v = a.measure(v); !math.IsNaN(v) && !math.IsInf(v, 0) {
			a.low, a.high = min(a.low, v), max(a.high, v)
		}
	})
	if a.low > a.high {
		a.low, a.high = 0, 1
	}
	if a.high-a.low < 1e-12*max(1, math.Abs(a.high)) {
		a.low, a.high = a.low-0.5, a.high+0.5
	}
	return a
}

func (a *axis) measure(v float64) float64 {
	if a.log {
		return math.Log10(v)
	}
	return v
}

// at returns the place of a value, within the axis.
func (a *axis) at(v float64) float64 {
	m := min(max(a.measure(v), a.low), a.high)
	return a.from + (m-a.low)/(a.high-a.low)*(a.to-a.from)
}

// ticks returns about n round values.
func (a *axis) ticks(n int) []float64 {
	span := a.high - a.low
	if a.log {
		step := max(1, math.Round(span/float64(n)))
		var all []float64
		for e := math.Ceil(a.low - 1e-9); e <= a.high+1e-9; e += step {
			all = append(all, math.Pow(10, e))
		}
		if len(all) >= 2 {
			return all
		}
		return []float64{math.Pow(10, a.low), math.Pow(10, a.high)}
	}
	raw := span / float64(n)
	unit := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * unit
	for _, f := range []float64{1, 2, 5} {
		if f*unit >= raw {
			step = f * unit
			break
		}
	}
	var all []float64
	for k := math.Ceil(a.low/step - 1e-9); k*step <= a.high+1e-9*span; k++ {
		all = append(all, k*step+0) // no negative zero
	}
	return all
}

// Short formats a number with at most three digits.
func Short(v float64) string {
	a := math.Abs(v)
	switch {
	case a == 0 || 1e-3 <= a && a < 999.5: // three digits of more are 1e+03
		return strconv.FormatFloat(v, 'g', 3, 64)
	case 999.5 <= a && a < 1e5:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', 2, 64), "e")
	if strings.Contains(mantissa, ".") {
		mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	}
	sign := ""
	if exponent[0] == '-' {
		sign = "-"
	}
	return mantissa + "e" + sign + strings.TrimLeft(exponent[1:], "0")
}

// Draw lays the chart out in a width and the height of its plot.
func (c *Chart) Draw(width, plotHeight float64) *Drawing {
	const marginLeft, marginRight, bottom = 66, 18, 46
	top := 10.0
	d := &Drawing{Width: width}
	if c.Title != "" {
		d.WriteBold(marginLeft, 20, TitleSize, Left, c.Title)
		top = 34
	}
	x := newAxis(c.LogX, marginLeft, width-marginRight, func(yield func(float64)) { c.each(func(s *Series, i int) { yield(s.X[i]) }) })
	y := newAxis(c.LogY, top+plotHeight, top, func(yield func(float64)) { c.each(func(s *Series, i int) { yield(s.Y[i]) }) })
	c.grid(d, &x, &y)
	for i := range c.Series {
		c.stroke(d, i, &x, &y)
	}
	d.Height = c.legend(d, marginLeft, top+plotHeight+bottom, width-marginRight)
	return d
}

func (c *Chart) each(visit func(s *Series, i int)) {
	for k := range c.Series {
		for i := range c.Series[k].X {
			visit(&c.Series[k], i)
		}
	}
}

func (c *Chart) grid(d *Drawing, x, y *axis) {
	for _, v := range x.ticks(5) {
		d.Line(Hairline, 1, Point{x.at(v), y.to}, Point{x.at(v), y.from})
		d.Write(x.at(v), y.from+17, BodySize, Centre, Short(v))
	}
	for _, v := range y.ticks(5) {
		d.Line(Hairline, 1, Point{x.from, y.at(v)}, Point{x.to, y.at(v)})
		d.Write(x.from-6, y.at(v)+4.5, BodySize, Right, Short(v))
	}
	d.Line(Grey, 1, Point{x.from, y.to}, Point{x.from, y.from}, Point{x.to, y.from})
	d.Write((x.from+x.to)/2, y.from+37, BodySize, Centre, c.XLabel)
	d.marks = append(d.marks, &Text{At: Point{14, (y.from + y.to) / 2}, Words: c.YLabel, Size: BodySize, Anchor: Centre, Upward: true, Colour: Ink})
}

func (c *Chart) stroke(d *Drawing, i int, x, y *axis) {
	s := c.Series[i]
	line := &polyline{width: 2, colour: SeriesColour(i), dash: dashes[i%len(dashes)]}
	for j := range s.X {
		if c.LogY && !(s.Y[j] > 0) || c.LogX && !(s.X[j] > 0) {
			continue
		}
		line.points = append(line.points, Point{x.at(s.X[j]), y.at(s.Y[j])})
	}
	d.marks = append(d.marks, line)
}

// SeriesColour returns the colour of the i-th series, distinguishable from its neighbours for colour-blind readers too.
func SeriesColour(i int) color.RGBA { return hues[i%len(hues)] }

// legend writes the names of the lines in rows and returns where they end. A single line needs none.
func (c *Chart) legend(d *Drawing, from, y, to float64) float64 {
	if len(c.Series) < 2 {
		return y
	}
	x := from
	for i, s := range c.Series {
		const sample, gap = 26, 16
		need := sample + 6 + TextWidth(s.Name, BodySize)
		if x+need > to && x > from {
			x, y = from, y+LineStep
		}
		d.marks = append(d.marks, &polyline{points: []Point{{x, y + 6}, {x + sample, y + 6}}, width: 2.5, colour: SeriesColour(i), dash: dashes[i%len(dashes)]})
		d.Write(x+sample+6, y+10.5, BodySize, Left, s.Name)
		x += need + gap
	}
	return y + LineStep + 4
}

// Add appends a point.
func (s *Series) Add(x, y float64) { s.X, s.Y = append(s.X, x), append(s.Y, y) }

// Percent formats a share of one with at most three digits: 0.25 as 25 %.
func Percent(v float64) string { return fmt.Sprintf("%.3g %%", 100*v) }
