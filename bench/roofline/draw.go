package main

import (
	"fmt"
	"math"
	"strings"
)

// The size of the picture, in pixels. It must be readable at half its size.
const (
	width, height = 1200.0, 880.0
	letter        = 20.0 // size of labels
)

var (
	view = box{110, 90, 1170, 780}
	// lens is where the convolutions, which are crowded, are drawn again and enlarged.
	lens = box{520, 478, 1155, 742}
)

// Colours that colour-blind readers can distinguish (Okabe and Ito 2008).
const (
	blue, orange = "#0072b2", "#d55e00"
	ink, grey    = "#222222", "#8a8f98"
	pale         = "#e6e8eb"
)

// axes maps intensity and speed to pixels within a box, both on logarithmic scales.
type axes struct {
	x0, x1, y0, y1 float64
	in             box
}

func (a *axes) x(v float64) float64 {
	return a.in.x0 + (a.in.x1-a.in.x0)*math.Log(v/a.x0)/math.Log(a.x1/a.x0)
}

func (a *axes) y(v float64) float64 {
	return a.in.y1 - (a.in.y1-a.in.y0)*math.Log(v/a.y0)/math.Log(a.y1/a.y0)
}

// include widens the axes to hold both directions of a layer.
func (a *axes) include(l *layer) {
	for _, d := range []direction{l.Forward, l.Backward} {
		a.x0, a.x1 = min(a.x0, d.Intensity), max(a.x1, d.Intensity)
		a.y0, a.y1 = min(a.y0, d.GFLOPs), max(a.y1, d.GFLOPs)
	}
}

// drawing is a picture in progress.
type drawing struct {
	strings.Builder
	axes
	m     *measurement
	taken []box // by marks and labels
}

type box struct{ x0, y0, x1, y1 float64 }

func (b box) meets(o box) bool { return b.x0 < o.x1 && o.x0 < b.x1 && b.y0 < o.y1 && o.y0 < b.y1 }

// draw returns the picture as SVG.
func draw(m *measurement) string {
	d := &drawing{m: m, axes: m.axes()}
	d.printf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" font-family="Go, &quot;Noto Sans&quot;, &quot;Helvetica Neue&quot;, Arial, sans-serif" font-size="%g" fill="%s">`,
		width, height, letter, ink)
	d.printf(`<rect width="%g" height="%g" fill="#fff"/>`, width, height)
	d.grid()
	d.roofs()
	d.legend()
	var crowd, others []*layer
	for i := range m.Layers {
		if l := &m.Layers[i]; l.convolution() {
			crowd = append(crowd, l)
		} else {
			others = append(others, l)
		}
	}
	d.magnify(crowd)
	d.layers(others)
	d.WriteString("</svg>\n")
	return d.String()
}

// layers draws and names some layers.
func (d *drawing) layers(some []*layer) {
	for _, l := range some {
		d.marks(l)
	}
	for _, l := range some {
		d.label(l)
	}
}

// magnify draws layers at their place, without their names, and again under the lens.
func (d *drawing) magnify(crowd []*layer) {
	near := axes{x0: math.Inf(1), y0: math.Inf(1), in: lens}
	for _, l := range crowd {
		near.include(l)
		d.marks(l)
	}
	const rim = 14
	from := box{d.x(near.x0) - rim, d.y(near.y1) - rim, d.x(near.x1) + rim, d.y(near.y0) + rim}
	d.printf(`<path d="M%.1f %.1f L%g %g M%.1f %.1f L%g %g" stroke="%s"/>`, from.x0, from.y1, lens.x0, lens.y0, from.x1, from.y1, lens.x1, lens.y0, grey)
	d.frame(from, "none")
	d.frame(lens, "#fff")
	d.taken = append(d.taken, from, lens)

	near.x0, near.x1, near.y0, near.y1 = near.x0/1.3, near.x1*1.2, near.y0/1.08, near.y1*1.04
	far, taken := d.axes, d.taken
	d.axes, d.taken = near, nil
	for v := math.Ceil(near.y0/100) * 100; v < near.y1; v += 100 {
		d.printf(`<line x1="%g" y1="%.1f" x2="%g" y2="%.1f" stroke="%s"/>`, lens.x0+1, d.y(v), lens.x1-1, d.y(v), pale)
		d.text(lens.x0-8, d.y(v)+6, "end", `font-size="17"`, fmt.Sprintf("%g", v))
	}
	for v := math.Ceil(near.x0/100) * 100; v < near.x1; v += 100 {
		d.printf(`<line x1="%.1f" y1="%g" x2="%.1f" y2="%g" stroke="%s"/>`, d.x(v), lens.y0+1, d.x(v), lens.y1-1, pale)
		d.text(d.x(v), lens.y1+20, "middle", `font-size="17"`, fmt.Sprintf("%g", v))
	}
	d.layers(crowd)
	d.axes, d.taken = far, taken
}

func (d *drawing) frame(b box, fill string) {
	d.printf(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s" stroke="%s"/>`, b.x0, b.y0, b.x1-b.x0, b.y1-b.y0, fill, grey)
}

// axes holds every layer, and all of the highest roof.
func (m *measurement) axes() axes {
	a := axes{x0: 1, x1: 1, y0: m.Peak, y1: winograd * m.Peak, in: view}
	for i := range m.Layers {
		a.include(&m.Layers[i])
	}
	a.x0, a.x1, a.y0, a.y1 = a.x0/1.6, 2.4*a.x1, a.y0/1.8, 2*a.y1
	return a
}

func (d *drawing) printf(format string, args ...any) {
	fmt.Fprintf(&d.Builder, format+"\n", args...)
}

func (d *drawing) text(x, y float64, anchor, style, words string) {
	d.printf(`<text x="%.1f" y="%.1f" text-anchor="%s" %s>%s</text>`, x, y, anchor, style, words)
}

// grid draws the decades, their ticks and the names of the axes.
func (d *drawing) grid() {
	for v := math.Pow(10, math.Ceil(math.Log10(d.x0))); v <= d.x1; v *= 10 {
		d.printf(`<line x1="%.1f" y1="%g" x2="%.1f" y2="%g" stroke="%s"/>`, d.x(v), view.y0, d.x(v), view.y1, pale)
		d.text(d.x(v), view.y1+28, "middle", "", fmt.Sprintf("%g", v))
	}
	for v := math.Pow(10, math.Ceil(math.Log10(d.y0))); v <= d.y1; v *= 10 {
		d.printf(`<line x1="%g" y1="%.1f" x2="%g" y2="%.1f" stroke="%s"/>`, view.x0, d.y(v), view.x1, d.y(v), pale)
		d.text(view.x0-12, d.y(v)+7, "end", "", fmt.Sprintf("%g", v))
	}
	d.printf(`<path d="M%g %g V%g H%g" fill="none" stroke="%s" stroke-width="1.5"/>`, view.x0, view.y0, view.y1, view.x1, ink)
	d.text((view.x0+view.x1)/2, view.y1+66, "middle", "", "arithmetic intensity, FLOP of direct convolution a byte")
	d.text(0, 0, "middle", fmt.Sprintf(`transform="translate(34 %g) rotate(-90)"`, (view.y0+view.y1)/2), "speed, GFLOP/s of direct convolution")
	d.text(view.x0, 44, "start", `font-size="27" font-weight="bold"`, fmt.Sprintf("%s at %dx%d under the roofs of the machine",
		strings.ToUpper(d.m.Network[:3])+"-"+d.m.Network[3:], d.m.Size, d.m.Size))
	d.text(view.x1, view.y1+66, "end", fmt.Sprintf(`fill="%s"`, grey), fmt.Sprintf("%s, %d threads", d.m.ISA, d.m.Threads))
}

// roofs draws the limits of memory and processor.
func (d *drawing) roofs() {
	saved, ridge := winograd*d.m.Peak, winograd*d.m.Peak/d.m.Bandwidth
	start := max(d.x0, d.y0/d.m.Bandwidth)
	d.printf(`<path d="M%.1f %.1f L%.1f %.1f H%g" fill="none" stroke="%s" stroke-width="3"/>`,
		d.x(start), d.y(start*d.m.Bandwidth), d.x(ridge), d.y(saved), view.x1, ink)
	d.printf(`<path d="M%.1f %.1f H%g" fill="none" stroke="%s" stroke-width="3" stroke-dasharray="10 7"/>`,
		d.x(d.m.Peak/d.m.Bandwidth), d.y(d.m.Peak), view.x1, ink)
	d.onRoof(d.x(ridge), d.y(saved)-12, fmt.Sprintf("with Winograd F(4x4,3x3): %d x %.0f = %.0f GFLOP/s", winograd, d.m.Peak, saved))
	d.onRoof(d.x(d.m.Peak/d.m.Bandwidth), d.y(d.m.Peak)-12, fmt.Sprintf("multiply-adds: %.0f GFLOP/s", d.m.Peak))
	at := math.Sqrt(start * ridge)
	slope := -math.Atan2(d.y(start*d.m.Bandwidth)-d.y(saved), d.x(ridge)-d.x(start)) * 180 / math.Pi
	d.text(0, 0, "middle", fmt.Sprintf(`transform="translate(%.1f %.1f) rotate(%.1f)"`, d.x(at)-9, d.y(at*d.m.Bandwidth)-9, slope),
		fmt.Sprintf("memory: %.0f GB/s", d.m.Bandwidth))
}

// onRoof writes on a flat roof, ending at view.x1.
func (d *drawing) onRoof(from, y float64, words string) {
	d.text(view.x1-8, y, "end", "", words)
	d.taken = append(d.taken, box{view.x1 - 8 - textWidth(words), y - letter, view.x1, y + 14})
	d.taken = append(d.taken, box{from, y + 6, view.x1, y + 18})
}

// legend explains the marks.
func (d *drawing) legend() {
	x, y := view.x0+30, view.y0+22.0
	for _, entry := range []struct {
		backward, filled bool
		words            string
	}{
		{false, true, "convolution, forward"}, {true, true, "convolution, backward"},
		{false, false, "loss, value"}, {true, false, "loss, gradient"},
	} {
		d.mark(x, y-6, entry.backward, entry.filled)
		d.text(x+20, y, "start", "", entry.words)
		y += 32
	}
}

const radius = 8.5

// mark draws one measurement: a circle forward, a triangle backward.
func (d *drawing) mark(x, y float64, backward, filled bool) {
	colour := blue
	if backward {
		colour = orange
	}
	fill := colour
	if !filled {
		fill = "#fff"
	}
	style := fmt.Sprintf(`fill="%s" stroke="%s" stroke-width="2.5" fill-opacity="0.85"`, fill, colour)
	if backward {
		d.printf(`<path d="M%.1f %.1f l%g %g h%g Z" %s/>`, x, y-radius-1, radius+1, 1.75*radius, -2*(radius+1), style)
		return
	}
	d.printf(`<circle cx="%.1f" cy="%.1f" r="%g" %s/>`, x, y, radius, style)
}

// marks draws both directions of a layer, joined.
func (d *drawing) marks(l *layer) {
	x0, y0 := d.x(l.Forward.Intensity), d.y(l.Forward.GFLOPs)
	x1, y1 := d.x(l.Backward.Intensity), d.y(l.Backward.GFLOPs)
	d.printf(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="1.5"/>`, x0, y0, x1, y1, grey)
	filled := strings.HasPrefix(l.Name, "conv")
	d.mark(x0, y0, false, filled)
	d.mark(x1, y1, true, filled)
	d.taken = append(d.taken, around(x0, y0), around(x1, y1))
}

func around(x, y float64) box { return box{x - radius, y - radius, x + radius, y + radius} }

func textWidth(words string) float64 { return 0.57 * letter * float64(len(words)) }

// label writes the name of a layer at the free place nearest to its forward mark, with a line if that is far.
func (d *drawing) label(l *layer) {
	x, y := d.x(l.Forward.Intensity), d.y(l.Forward.GFLOPs)
	w := textWidth(l.Name)
	for reach := 1.3 * radius; ; reach += 4 {
		for step := range 24 {
			sin, cos := math.Sincos(2 * math.Pi * float64(step) / 24)
			cx, cy := x+cos*(reach+w/2), y+sin*(reach+letter/2)
			b := box{cx - w/2, cy - letter/2, cx + w/2, cy + letter/2}
			if b.x0 < d.in.x0+4 || b.x1 > d.in.x1 || b.y0 < d.in.y0 || b.y1 > d.in.y1 || d.occupied(b) {
				continue
			}
			if reach > 5*radius {
				d.printf(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s"/>`, x, y, min(max(x, b.x0), b.x1), min(max(y, b.y0), b.y1), grey)
			}
			d.text(cx, cy+0.35*letter, "middle", "", l.Name)
			d.taken = append(d.taken, b)
			return
		}
		if reach > width {
			return // no free place
		}
	}
}

func (d *drawing) occupied(b box) bool {
	for _, t := range d.taken {
		if b.meets(t) {
			return true
		}
	}
	return false
}
