package study

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/figure"
)

// diagramWidth is the width of diagrams in units, small enough that text is legible on a phone.
const diagramWidth = 470

// drawFlow draws the flow of data in one iteration, with the pictures and numbers of the run.
func (p *Pipeline) drawFlow(lang figure.Language) *figure.Drawing {
	const side, gap, edge = 122, 40, 30
	d := &figure.Drawing{Width: diagramWidth}
	columns := [3]float64{edge, edge + side + gap - 16, edge + 2*(side+gap-16)}
	names := [3]string{say(lang, "role.photograph"), say(lang, "explain.x"), say(lang, "role.painting")}
	var feet [3]figure.Point
	deepest := 0.0
	for i, picture := range []*canvas.Picture{p.Photo, p.Shown, p.Painting} {
		w, h := canvas.Fit(picture.Width, picture.Height, side, true)
		left0 := columns[i] + (side-float64(w))/2
		d.WriteBold(columns[i]+side/2, 32, figure.BodySize, figure.Centre, names[i])
		d.Show(left0, 40, float64(w), float64(h), imageOf(clamped(picture)), false, names[i])
		feet[i] = figure.Pt(columns[i]+side/2, 40+float64(h))
		deepest = max(deepest, feet[i].Y)
	}
	y, wide := deepest+26, columns[2]+side-edge
	for i := range feet {
		d.Arrow(figure.Grey, figure.Pt(feet[i].X, feet[i].Y+3), figure.Pt(feet[i].X, y))
	}
	d.Box(edge, y, wide, 46, figure.Pale, strings.ToUpper(p.Network.Name), say(lang, "explain.frozen", count(float64(p.Parameters()), lang)))
	y += 46
	for i, words := range [][]string{{"P", p.layersOf(func(l *Level) float64 { return l.Content }, lang)},
		{"F"}, {statisticsName(p.Recipe.Style.Distance), p.layersOf(func(l *Level) float64 { return l.Style }, lang)}} {
		d.Arrow(figure.Grey, figure.Pt(feet[i].X, y), figure.Pt(feet[i].X, y+20))
		d.Box(columns[i], y+20, side, 44, []color.RGBA{figure.PaleBlue, figure.Pale, figure.PaleOrange}[i], words...)
	}
	y += 64
	losses := [2]figure.Point{figure.Pt(edge+98, y+24), figure.Pt(edge+wide-98, y+24)}
	d.Arrow(figure.Grey, figure.Pt(feet[0].X, y), figure.Pt(feet[0].X, losses[0].Y))
	d.Arrow(figure.Grey, figure.Pt(feet[1].X-22, y), figure.Pt(losses[0].X+40, losses[0].Y))
	d.Arrow(figure.Grey, figure.Pt(feet[1].X+22, y), figure.Pt(losses[1].X-40, losses[1].Y))
	d.Arrow(figure.Grey, figure.Pt(feet[2].X, y), figure.Pt(feet[2].X, losses[1].Y))
	first, last := p.firstStep(), p.Steps[len(p.Steps)-1]
	for i, kind := range lossKinds {
		d.Box(losses[i].X-98, losses[i].Y, 186, 44, []color.RGBA{figure.PaleBlue, figure.PaleOrange}[i], say(lang, "explain."+string(kind)+"loss"),
			figure.Scientific(sumOf(first.Terms, kind))+" → "+figure.Scientific(sumOf(last.Terms, kind)))
		d.Arrow(figure.Grey, figure.Pt(losses[i].X, losses[i].Y+44), figure.Pt(losses[i].X, losses[i].Y+64))
	}
	y = losses[0].Y + 64
	d.Box(edge, y, wide, 30, figure.PaleGreen, fmt.Sprintf("L: %s → %s", figure.Scientific(first.Loss), figure.Scientific(last.Loss)))
	d.Arrow(figure.Grey, figure.Pt(edge+wide/2, y+30), figure.Pt(edge+wide/2, y+50))
	d.Box(edge, y+50, wide, 46, figure.Pale, say(lang, "explain.backward"), say(lang, "explain.step", p.ruleName(lang)))
	right0 := edge + wide + 16
	d.Arrow(figure.SeriesColour(1), figure.Pt(edge+wide, y+73), figure.Pt(right0, y+73), figure.Pt(right0, 7), figure.Pt(feet[1].X, 7), figure.Pt(feet[1].X, 20))
	d.Height = y + 104
	return d
}

// layersOf returns the layer with a weight, or the number of layers if there are several.
func (p *Pipeline) layersOf(weight func(*Level) float64, lang figure.Language) string {
	var names []string
	for i := range p.Levels {
		if weight(&p.Levels[i]) > 0 {
			names = append(names, p.Levels[i].Layer.String())
		}
	}
	if len(names) == 1 {
		return names[0]
	}
	return say(lang, "explain.layers", len(names))
}

// count formats a large number in the language.
func count(n float64, lang figure.Language) string {
	switch {
	case lang == figure.Korean && n >= 1e8:
		return fmt.Sprintf("%.3g억", n/1e8)
	case lang == figure.Korean && n >= 1e4:
		return figure.Short(n/1e4) + "만"
	case n >= 1e9:
		return fmt.Sprintf("%.3g billion", n/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.3g million", n/1e6)
	}
	return fmt.Sprintf("%.0f", n)
}

// drawNetwork draws the layers as bars, whose width is that of the maps and whose thickness is the number of channels.
func (p *Pipeline) drawNetwork(lang figure.Language) *figure.Drawing {
	const names, most, middle = 66, 170, 66 + 14 + 85
	d := &figure.Drawing{Width: diagramWidth}
	y := 24.0
	d.WriteBold(names, 14, figure.BodySize-1, figure.Right, say(lang, "layer"))
	d.WriteBold(middle, 14, figure.BodySize-1, figure.Centre, say(lang, "explain.mapwidth"))
	d.WriteBold(middle+most/2+14, 14, figure.BodySize-1, figure.Left, say(lang, "explain.shape"))
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
			colour = figure.SeriesColour(0)
		}
		if l.Style > 0 {
			colour = figure.SeriesColour(1)
		}
		if l.Layer.Kind == feature.Pool {
			thick, colour = 3, figure.Grey
		}
		d.Write(names, y+13, figure.BodySize, figure.Right, l.Layer.String())
		d.FillBox(colour, middle-w/2, y+9-thick/2, w, thick)
		if l.Content > 0 && l.Style > 0 {
			d.FillBox(figure.SeriesColour(0), middle-w/2, y+9-thick/2, w/2, thick)
		}
		d.Write(middle+most/2+14, y+13, figure.BodySize-1, figure.Left, l.shape())
		if use := l.use(lang); use != "" {
			d.WriteBold(middle+most/2+14+94, y+13, figure.BodySize-1, figure.Left, use)
		}
		y += 21
	}
	d.Height = y + 6
	return d
}

// shape returns the shape of a level's map as text.
func (l *Level) shape() string {
	return fmt.Sprintf("%d×%d×%d", l.Shape.Channels, l.Shape.Height, l.Shape.Width)
}

// use returns the losses that tap a level, with their weights, as text.
func (l *Level) use(lang figure.Language) string {
	var uses []string
	if l.Content > 0 {
		uses = append(uses, say(lang, "kind.content")+" "+figure.Short(l.Content))
	}
	if l.Style > 0 {
		uses = append(uses, say(lang, "kind.style")+" "+figure.Short(l.Style))
	}
	return strings.Join(uses, ", ")
}
