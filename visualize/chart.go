package visualize

import (
	"image/color"
	"math"
	"strconv"
	"strings"
)

// series is one line of a chart.
type series struct {
	name string
	x, y []float64
}

// chart is a diagram of lines over two axes.
type chart struct {
	title          string
	xLabel, yLabel string // with units
	logX, logY     bool
	series         []series
}

// The sizes of text: readable where a page is shown at half its size on paper, or on a phone.
const (
	bodySize  = 13
	titleSize = 15
	lineStep  = 18
)

// axis maps numbers to places.
type axis struct {
	low, high float64 // after the logarithm, if any
	from, to  float64 // places of low and high
	log       bool
}

// newAxis spans values; a logarithmic one leaves out those that are not positive.
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
		all = append(all, k*step+0) // no minus zero
	}
	return all
}

// short writes a number with at most three digits.
func short(v float64) string {
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

// draw lays the chart out in a width and the height of its plot.
func (c *chart) draw(width, plotHeight float64) *Drawing {
	const marginLeft, marginRight, bottom = 66, 18, 46
	top := 10.0
	d := &Drawing{Width: width}
	if c.title != "" {
		d.writeBold(marginLeft, 20, titleSize, left, c.title)
		top = 34
	}
	x := newAxis(c.logX, marginLeft, width-marginRight, func(yield func(float64)) { c.each(func(s *series, i int) { yield(s.x[i]) }) })
	y := newAxis(c.logY, top+plotHeight, top, func(yield func(float64)) { c.each(func(s *series, i int) { yield(s.y[i]) }) })
	c.grid(d, &x, &y)
	for i := range c.series {
		c.stroke(d, i, &x, &y)
	}
	d.Height = c.legend(d, marginLeft, top+plotHeight+bottom, width-marginRight)
	return d
}

func (c *chart) each(visit func(s *series, i int)) {
	for k := range c.series {
		for i := range c.series[k].x {
			visit(&c.series[k], i)
		}
	}
}

func (c *chart) grid(d *Drawing, x, y *axis) {
	for _, v := range x.ticks(5) {
		d.line(hairline, 1, point{x.at(v), y.to}, point{x.at(v), y.from})
		d.write(x.at(v), y.from+17, bodySize, centre, short(v))
	}
	for _, v := range y.ticks(5) {
		d.line(hairline, 1, point{x.from, y.at(v)}, point{x.to, y.at(v)})
		d.write(x.from-6, y.at(v)+4.5, bodySize, right, short(v))
	}
	d.line(grey, 1, point{x.from, y.to}, point{x.from, y.from}, point{x.to, y.from})
	d.write((x.from+x.to)/2, y.from+37, bodySize, centre, c.xLabel)
	d.marks = append(d.marks, &text{at: point{14, (y.from + y.to) / 2}, words: c.yLabel, size: bodySize, anchor: centre, upward: true, colour: ink})
}

func (c *chart) stroke(d *Drawing, i int, x, y *axis) {
	s := c.series[i]
	line := &polyline{width: 2, colour: seriesColour(i), dash: dashes[i%len(dashes)]}
	for j := range s.x {
		if c.logY && !(s.y[j] > 0) || c.logX && !(s.x[j] > 0) {
			continue
		}
		line.points = append(line.points, point{x.at(s.x[j]), y.at(s.y[j])})
	}
	d.marks = append(d.marks, line)
}

func seriesColour(i int) color.RGBA { return hues[i%len(hues)] }

// legend writes the names of the lines in rows and returns where they end. One line alone needs none.
func (c *chart) legend(d *Drawing, from, y, to float64) float64 {
	if len(c.series) < 2 {
		return y
	}
	x := from
	for i, s := range c.series {
		const sample, gap = 26, 16
		need := sample + 6 + textWidth(s.name, bodySize)
		if x+need > to && x > from {
			x, y = from, y+lineStep
		}
		d.marks = append(d.marks, &polyline{points: []point{{x, y + 6}, {x + sample, y + 6}}, width: 2.5, colour: seriesColour(i), dash: dashes[i%len(dashes)]})
		d.write(x+sample+6, y+10.5, bodySize, left, s.name)
		x += need + gap
	}
	return y + lineStep + 4
}
