package visualize

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/recipe"
)

// The fills of boxes: pale, so that text stands on them.
var (
	pale       = color.RGBA{0xf1, 0xf3, 0xf6, 0xff}
	paleBlue   = color.RGBA{0xdd, 0xec, 0xf6, 0xff}
	paleOrange = color.RGBA{0xfb, 0xe6, 0xd8, 0xff}
	paleGreen  = color.RGBA{0xdc, 0xf2, 0xea, 0xff}
)

// diagramWidth is that of diagrams, in units: text can be read where a phone shows them smaller.
const diagramWidth = 470

// boxed draws a box with lines of text in it; the first is bold.
func (d *Drawing) boxed(x, y, w, h float64, fill color.RGBA, lines ...string) {
	d.fillBox(fill, x, y, w, h)
	d.outline(x, y, w, h, grey, 1)
	from := y + h/2 - float64(len(lines)-1)*lineStep/2 + 4.5
	for i, words := range lines {
		if i == 0 {
			d.writeBold(x+w/2, from, bodySize, centre, words)
		} else {
			d.write(x+w/2, from+float64(i)*lineStep, bodySize, centre, words)
		}
	}
}

// arrow draws a line with a head at its end.
func (d *Drawing) arrow(c color.RGBA, points ...point) {
	const head = 7
	end, before := points[len(points)-1], points[len(points)-2]
	length := math.Hypot(end.x-before.x, end.y-before.y)
	ux, uy := (end.x-before.x)/length, (end.y-before.y)/length
	neck := point{end.x - head*ux, end.y - head*uy}
	shaft := append(append([]point(nil), points[:len(points)-1]...), neck)
	d.line(c, 1.6, shaft...)
	d.fill(c, end, point{neck.x - 0.6*head*uy, neck.y + 0.6*head*ux}, point{neck.x + 0.6*head*uy, neck.y - 0.6*head*ux})
}

// drawFlow shows how the data go through one iteration, with the pictures and numbers of the run.
func (p *Pipeline) drawFlow(lang Language) *Drawing {
	const side, gap, edge = 122, 40, 30
	d := &Drawing{Width: diagramWidth}
	columns := [3]float64{edge, edge + side + gap - 16, edge + 2*(side+gap-16)}
	names := [3]string{lang.say("role.photograph"), lang.say("explain.x"), lang.say("role.painting")}
	var feet [3]point
	deepest := 0.0
	for i, picture := range []*canvas.Picture{p.Photo, p.Shown, p.Painting} {
		w, h := canvas.Fit(picture.Width, picture.Height, side, true)
		left0 := columns[i] + (side-float64(w))/2
		d.writeBold(columns[i]+side/2, 32, bodySize, centre, names[i])
		d.show(left0, 40, float64(w), float64(h), imageOf(clamped(picture)), false, names[i])
		feet[i] = point{columns[i] + side/2, 40 + float64(h)}
		deepest = max(deepest, feet[i].y)
	}
	y, wide := deepest+26, columns[2]+side-edge
	for i := range feet {
		d.arrow(grey, point{feet[i].x, feet[i].y + 3}, point{feet[i].x, y})
	}
	d.boxed(edge, y, wide, 46, pale, strings.ToUpper(p.Network.Name), lang.say("explain.frozen", count(float64(p.Parameters()), lang)))
	y += 46
	for i, words := range [][]string{{"P", p.layersOf(func(l *Level) float64 { return l.Content }, lang)},
		{"F"}, {p.statisticsName(), p.layersOf(func(l *Level) float64 { return l.Style }, lang)}} {
		d.arrow(grey, point{feet[i].x, y}, point{feet[i].x, y + 20})
		d.boxed(columns[i], y+20, side, 44, []color.RGBA{paleBlue, pale, paleOrange}[i], words...)
	}
	y += 64
	losses := [2]point{{edge + 98, y + 24}, {edge + wide - 98, y + 24}}
	d.arrow(grey, point{feet[0].x, y}, point{feet[0].x, losses[0].y})
	d.arrow(grey, point{feet[1].x - 22, y}, point{losses[0].x + 40, losses[0].y})
	d.arrow(grey, point{feet[1].x + 22, y}, point{losses[1].x - 40, losses[1].y})
	d.arrow(grey, point{feet[2].x, y}, point{feet[2].x, losses[1].y})
	first, last := p.firstStep(), p.Steps[len(p.Steps)-1]
	for i, kind := range lossKinds {
		d.boxed(losses[i].x-98, losses[i].y, 186, 44, []color.RGBA{paleBlue, paleOrange}[i], lang.say("explain."+string(kind)+"loss"),
			said(sumOf(first.Terms, kind))+" → "+said(sumOf(last.Terms, kind)))
		d.arrow(grey, point{losses[i].x, losses[i].y + 44}, point{losses[i].x, losses[i].y + 64})
	}
	y = losses[0].y + 64
	d.boxed(edge, y, wide, 30, paleGreen, fmt.Sprintf("L: %s → %s", said(first.Loss), said(last.Loss)))
	d.arrow(grey, point{edge + wide/2, y + 30}, point{edge + wide/2, y + 50})
	d.boxed(edge, y+50, wide, 46, pale, lang.say("explain.backward"), lang.say("explain.step", p.ruleName(lang)))
	right0 := edge + wide + 16
	d.arrow(seriesColour(1), point{edge + wide, y + 73}, point{right0, y + 73}, point{right0, 7}, point{feet[1].x, 7}, point{feet[1].x, 20})
	d.Height = y + 104
	return d
}

// statisticsName is what the style loss knows of a painting.
func (p *Pipeline) statisticsName() string {
	if p.Recipe.Style.Distance != recipe.Gram {
		return "m*, S*"
	}
	return "A"
}

// layersOf names the layers with a weight, or their number where there are several.
func (p *Pipeline) layersOf(weight func(*Level) float64, lang Language) string {
	var names []string
	for i := range p.Levels {
		if weight(&p.Levels[i]) > 0 {
			names = append(names, p.Levels[i].Layer.String())
		}
	}
	if len(names) == 1 {
		return names[0]
	}
	return lang.say("explain.layers", len(names))
}

// count writes a large number in words of the language.
func count(n float64, lang Language) string {
	switch {
	case lang == Korean && n >= 1e8:
		return fmt.Sprintf("%.3g억", n/1e8)
	case lang == Korean && n >= 1e4:
		return short(n/1e4) + "만"
	case n >= 1e9:
		return fmt.Sprintf("%.3g billion", n/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.3g million", n/1e6)
	}
	return fmt.Sprintf("%.0f", n)
}

// drawNetwork shows the layers as bars: as wide as their maps, as thick as they have channels.
func (p *Pipeline) drawNetwork(lang Language) *Drawing {
	const names, most, middle = 66, 170, 66 + 14 + 85
	d := &Drawing{Width: diagramWidth}
	y := 24.0
	d.writeBold(names, 14, bodySize-1, right, lang.say("layer"))
	d.writeBold(middle, 14, bodySize-1, centre, lang.say("explain.mapwidth"))
	d.writeBold(middle+most/2+14, 14, bodySize-1, left, lang.say("explain.shape"))
	widest := float64(p.Photo.Width)
	for i := range p.Levels {
		l := &p.Levels[i]
		if l.Layer.Kind == feature.Conv && !l.used() {
			continue // its ReLU follows
		}
		thick := 5 + 3*math.Log2(float64(l.Shape.Channels)/32)
		w := max(3, most*float64(l.Shape.Width)/widest)
		colour := color.RGBA{0xb8, 0xbf, 0xc8, 0xff}
		if l.Content > 0 {
			colour = seriesColour(0)
		}
		if l.Style > 0 {
			colour = seriesColour(1)
		}
		if l.Layer.Kind == feature.Pool {
			thick, colour = 3, grey
		}
		d.write(names, y+13, bodySize, right, l.Layer.String())
		d.fillBox(colour, middle-w/2, y+9-thick/2, w, thick)
		if l.Content > 0 && l.Style > 0 {
			d.fillBox(seriesColour(0), middle-w/2, y+9-thick/2, w/2, thick)
		}
		d.write(middle+most/2+14, y+13, bodySize-1, left, l.shape())
		if use := l.use(lang); use != "" {
			d.writeBold(middle+most/2+14+94, y+13, bodySize-1, left, use)
		}
		y += 21
	}
	d.Height = y + 6
	return d
}

// shape writes the size of a level's map.
func (l *Level) shape() string {
	return fmt.Sprintf("%d×%d×%d", l.Shape.Channels, l.Shape.Height, l.Shape.Width)
}

// use says which losses tap a level, with their weights.
func (l *Level) use(lang Language) string {
	var uses []string
	if l.Content > 0 {
		uses = append(uses, lang.say("kind.content")+" "+short(l.Content))
	}
	if l.Style > 0 {
		uses = append(uses, lang.say("kind.style")+" "+short(l.Style))
	}
	return strings.Join(uses, ", ")
}
