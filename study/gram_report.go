package study

import (
	"fmt"
	"math"
	"strconv"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/figure"
)

// matrixSide is the side of a Gram matrix in a figure, in units.
const matrixSide = 260

// GramReport turns studies of the Gram matrices of one picture into figures.
func GramReport(picture *canvas.Picture, studies []*Gram, lang figure.Language) *figure.Report {
	intro := figure.Section{Text: []string{say(lang, "gram.lead")}, Figures: []figure.Figure{original(picture, "gram.original", lang)}}
	r := &figure.Report{Title: say(lang, "gram.title"), Language: lang, Sections: []figure.Section{intro}}
	for _, g := range studies {
		s := figure.Section{Heading: g.Layer.String(), Text: []string{say(lang, "gram.sentence", g.Layer, g.Shape.Channels, g.Rank(0.9))}}
		s.Figures = append(s.Figures,
			figure.Figure{Drawing: g.drawMatrix(g.Matrix, g.Order, figure.NewShade(true, g.Matrix), "G/N", lang),
				Caption: say(lang, "gram.matrix", g.Layer, g.Shape.Channels, g.Shape.Channels, g.Shape.Positions())},
			figure.Figure{Drawing: g.drawSpectrum(lang), Caption: say(lang, "gram.spectrum", g.Layer)})
		for _, p := range g.Pairs {
			s.Figures = append(s.Figures, figure.Figure{Drawing: g.drawPair(p, picture, lang),
				Caption: say(lang, "gram.pair", p.I, p.J, figure.Short(p.Entry*float64(g.Shape.Positions())), figure.Short(p.Entry), p.Cosine, figure.Percent(p.Both))})
		}
		r.Sections = append(r.Sections, s)
	}
	return r
}

// GramPairReport shows the Gram matrices of two pictures side by side, with their difference and the style loss of each
// layer. Both studies must have the same layers.
func GramPairReport(pictures [2]*canvas.Picture, a, b []*Gram, lang figure.Language) *figure.Report {
	intro := figure.Section{Text: []string{say(lang, "gram2.lead")}}
	for i, p := range pictures {
		name := say(lang, "picture", i+1)
		intro.Figures = append(intro.Figures, figure.Figure{Drawing: labelled(p, name), Caption: fmt.Sprintf("%s, %d×%d.", name, p.Width, p.Height)})
	}
	intro.Table = &figure.Table{Head: []string{say(lang, "layer"), say(lang, "styleloss")}}
	r := &figure.Report{Title: say(lang, "gram2.title"), Language: lang}
	var sections []figure.Section
	for i, g := range a {
		e := StyleLoss(g, b[i])
		intro.Table.Rows = append(intro.Table.Rows, []string{g.Layer.String(), figure.Short(e)})
		sections = append(sections, pairSection(pictures, g, b[i], e, lang))
	}
	r.Sections = append([]figure.Section{intro}, sections...)
	return r
}

func pairSection(pictures [2]*canvas.Picture, g, other *Gram, e float64, lang figure.Language) figure.Section {
	difference := make([]float64, len(g.Matrix))
	for i, v := range g.Matrix {
		difference[i] = v - other.Matrix[i]
	}
	both := figure.NewShade(true, g.Matrix, other.Matrix)
	apart := figure.NewShade(true, difference)
	apart = apart.Diverging()
	i, j := extreme(difference, g.Shape.Channels)
	n := g.Shape.Channels
	s := figure.Section{Heading: g.Layer.String(),
		Text: []string{say(lang, "gram2.sentence", g.Layer, figure.Short(e), i, j, figure.Short(g.Matrix[i*n+j]), figure.Short(other.Matrix[i*n+j]))},
		Figures: []figure.Figure{
			{Drawing: g.drawMatrix(g.Matrix, g.Order, both, say(lang, "picture", 1), lang), Caption: say(lang, "gram2.matrix", 1, g.Layer)},
			{Drawing: g.drawMatrix(other.Matrix, g.Order, both, say(lang, "picture", 2), lang), Caption: say(lang, "gram2.matrix", 2, g.Layer)},
			{Drawing: g.drawMatrix(difference, g.Order, apart, say(lang, "difference"), lang), Caption: say(lang, "gram2.difference", g.Layer, figure.Short(e))},
		}}
	for k, m := range []*Gram{g, other} {
		p := m.pair(i, j, comparedPatches)
		s.Figures = append(s.Figures, figure.Figure{Drawing: m.drawPair(p, pictures[k], lang),
			Caption: say(lang, "picture", k+1) + ". " + say(lang, "gram.pair", i, j, figure.Short(p.Entry*float64(m.Shape.Positions())), figure.Short(p.Entry), p.Cosine, figure.Percent(p.Both))})
	}
	return s
}

// comparedPatches is the number of patches shown of the pair of channels in which two pictures differ most.
const comparedPatches = 6

// extreme returns the position of the entry above the diagonal with the largest absolute value.
func extreme(matrix []float64, n int) (i, j int) {
	j = min(1, n-1)
	for r := range n {
		for c := r + 1; c < n; c++ {
			if math.Abs(matrix[r*n+c]) > math.Abs(matrix[i*n+j]) {
				i, j = r, c
			}
		}
	}
	return i, j
}

// drawMatrix draws a matrix with its channels in the given order, and its colour scale.
func (g *Gram) drawMatrix(matrix []float64, order []int, s figure.Shade, title string, lang figure.Language) *figure.Drawing {
	const corner, top = 36, 26
	n := g.Shape.Channels
	sorted := make([]float64, n*n)
	for i, from := range order {
		for j, to := range order {
			sorted[i*n+j] = matrix[from*n+to]
		}
	}
	d := &figure.Drawing{Width: corner + matrixSide + 92, Height: top + matrixSide + 28}
	d.WriteBold(corner, 15, figure.BodySize, figure.Left, title)
	d.Show(corner, top, matrixSide, matrixSide, s.Plane(sorted, n, n), true, title)
	d.Outline(corner, top, matrixSide, matrixSide, figure.Grey, 1)
	d.Write(corner+matrixSide/2, top+matrixSide+20, figure.BodySize, figure.Centre, say(lang, "channelj", n))
	d.WriteText(figure.Text{At: figure.Pt(20, top+matrixSide/2), Words: say(lang, "channeli", n), Size: figure.BodySize, Anchor: figure.Centre, Upward: true, Colour: figure.Ink})
	s.Bar(d, corner+matrixSide+16, top, matrixSide)
	return d
}

// drawSpectrum draws a chart of the eigenvalues.
func (g *Gram) drawSpectrum(lang figure.Language) *figure.Drawing {
	line := figure.Series{}
	floor := g.Eigenvalues[0] * 1e-8
	for i, v := range g.Eigenvalues {
		if v > floor {
			line.X, line.Y = append(line.X, float64(i+1)), append(line.Y, v)
		}
	}
	c := figure.Chart{Title: say(lang, "eigenvalues"), XLabel: say(lang, "rank"), YLabel: say(lang, "eigenvalue"), LogY: true, Series: []figure.Series{line}}
	return c.Draw(380, matrixSide-40)
}

// drawPair illustrates the definition: the product of two maps and its sum.
func (g *Gram) drawPair(p *Pair, picture *canvas.Picture, lang figure.Language) *figure.Drawing {
	d := &figure.Drawing{}
	w, h := ratio(g.Shape.Width, g.Shape.Height)
	x := 0.0
	sum := figure.Short(p.Entry * float64(g.Shape.Positions()))
	for i, m := range []struct {
		name   string
		values []float32
		sign   string
	}{{"F" + strconv.Itoa(p.I), p.MapI, "×"}, {"F" + strconv.Itoa(p.J), p.MapJ, "="}, {fmt.Sprintf("F%d × F%d, Σ = %s", p.I, p.J, sum), p.Product, ""}} {
		d.WriteBold(x, 14, figure.BodySize, figure.Left, m.name)
		d.Width = x + max(w, figure.TextWidth(m.name, figure.BodySize)*1.25) // bold, and the reader's font may be wider
		d.Show(x, 22, w, h, mapImage(m.values, g.Shape), true, m.name)
		x += w
		if i < 2 {
			d.WriteBold(x+13, 22+h/2+7, 20, figure.Centre, m.sign)
			x += 26
		}
	}
	d.Height = 22 + h + 8
	if len(p.Patches) > 0 {
		d.Write(0, 22+h+20, figure.BodySize, figure.Left, say(lang, "whereboth"))
		right, bottom := patches(d, picture, p.Patches, len(p.Patches), 0, 22+h+28)
		d.Width, d.Height = max(d.Width, right), bottom
	}
	return d
}
