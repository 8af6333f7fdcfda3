package visualize

import (
	"fmt"
	"math"
	"strconv"

	"github.com/impasto/impasto/canvas"
)

// matrixSide is the side of a Gram matrix in a figure, in units.
const matrixSide = 260

// GramReport turns studies of the Gram matrices of one picture into figures.
func GramReport(picture *canvas.Picture, studies []*Gram, lang Language) *Report {
	intro := Section{Text: []string{lang.say("gram.lead")}, Figures: []Figure{original(picture, "gram.original", lang)}}
	r := &Report{Title: lang.say("gram.title"), Language: lang, Sections: []Section{intro}}
	for _, g := range studies {
		s := Section{Heading: g.Layer.String(), Text: []string{lang.say("gram.sentence", g.Layer, g.Shape.Channels, g.Rank(0.9))}}
		s.Figures = append(s.Figures,
			Figure{Drawing: g.drawMatrix(g.Matrix, g.Order, newShade(true, g.Matrix), "G/N", lang),
				Caption: lang.say("gram.matrix", g.Layer, g.Shape.Channels, g.Shape.Channels, g.Shape.Positions())},
			Figure{Drawing: g.drawSpectrum(lang), Caption: lang.say("gram.spectrum", g.Layer)})
		for _, p := range g.Pairs {
			s.Figures = append(s.Figures, Figure{Drawing: g.drawPair(p, picture, lang),
				Caption: lang.say("gram.pair", p.I, p.J, short(p.Entry*float64(g.Shape.Positions())), short(p.Entry), p.Cosine, percent(p.Both))})
		}
		r.Sections = append(r.Sections, s)
	}
	return r
}

// GramPairReport sets the Gram matrices of two pictures side by side, with their difference and the style
// loss of each layer. Both studies are of the same layers.
func GramPairReport(pictures [2]*canvas.Picture, a, b []*Gram, lang Language) *Report {
	intro := Section{Text: []string{lang.say("gram2.lead")}}
	for i, p := range pictures {
		name := lang.say("picture", i+1)
		intro.Figures = append(intro.Figures, Figure{Drawing: labelled(p, name), Caption: fmt.Sprintf("%s, %d×%d.", name, p.Width, p.Height)})
	}
	intro.Table = &Table{Head: []string{lang.say("layer"), lang.say("styleloss")}}
	r := &Report{Title: lang.say("gram2.title"), Language: lang}
	var sections []Section
	for i, g := range a {
		e := StyleLoss(g, b[i])
		intro.Table.Rows = append(intro.Table.Rows, []string{g.Layer.String(), short(e)})
		sections = append(sections, pairSection(pictures, g, b[i], e, lang))
	}
	r.Sections = append([]Section{intro}, sections...)
	return r
}

func pairSection(pictures [2]*canvas.Picture, g, other *Gram, e float64, lang Language) Section {
	difference := make([]float64, len(g.Matrix))
	for i, v := range g.Matrix {
		difference[i] = v - other.Matrix[i]
	}
	both := newShade(true, g.Matrix, other.Matrix)
	apart := newShade(true, difference)
	apart.ramp = diverging
	i, j := extreme(difference, g.Shape.Channels)
	n := g.Shape.Channels
	s := Section{Heading: g.Layer.String(),
		Text: []string{lang.say("gram2.sentence", g.Layer, short(e), i, j, short(g.Matrix[i*n+j]), short(other.Matrix[i*n+j]))},
		Figures: []Figure{
			{Drawing: g.drawMatrix(g.Matrix, g.Order, both, lang.say("picture", 1), lang), Caption: lang.say("gram2.matrix", 1, g.Layer)},
			{Drawing: g.drawMatrix(other.Matrix, g.Order, both, lang.say("picture", 2), lang), Caption: lang.say("gram2.matrix", 2, g.Layer)},
			{Drawing: g.drawMatrix(difference, g.Order, apart, lang.say("difference"), lang), Caption: lang.say("gram2.difference", g.Layer, short(e))},
		}}
	for k, m := range []*Gram{g, other} {
		p := m.pair(i, j, comparedPatches)
		s.Figures = append(s.Figures, Figure{Drawing: m.drawPair(p, pictures[k], lang),
			Caption: lang.say("picture", k+1) + ". " + lang.say("gram.pair", i, j, short(p.Entry*float64(m.Shape.Positions())), short(p.Entry), p.Cosine, percent(p.Both))})
	}
	return s
}

// comparedPatches is how many patches are shown of the pair of channels in which two pictures differ most.
const comparedPatches = 6

// extreme returns the place above the diagonal of the entry that is largest without its sign.
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

// drawMatrix shows a matrix with its channels in an order, and the scale of its colours.
func (g *Gram) drawMatrix(matrix []float64, order []int, s shade, title string, lang Language) *Drawing {
	const corner, top = 36, 26
	n := g.Shape.Channels
	sorted := make([]float64, n*n)
	for i, from := range order {
		for j, to := range order {
			sorted[i*n+j] = matrix[from*n+to]
		}
	}
	d := &Drawing{Width: corner + matrixSide + 92, Height: top + matrixSide + 28}
	d.writeBold(corner, 15, bodySize, left, title)
	d.show(corner, top, matrixSide, matrixSide, s.plane(sorted, n, n), true, title)
	d.outline(corner, top, matrixSide, matrixSide, grey, 1)
	d.write(corner+matrixSide/2, top+matrixSide+20, bodySize, centre, lang.say("channelj", n))
	d.marks = append(d.marks, &text{at: point{20, top + matrixSide/2}, words: lang.say("channeli", n), size: bodySize, anchor: centre, upward: true, colour: ink})
	s.bar(d, corner+matrixSide+16, top, matrixSide)
	return d
}

// drawSpectrum shows the eigenvalues.
func (g *Gram) drawSpectrum(lang Language) *Drawing {
	line := series{}
	floor := g.Eigenvalues[0] * 1e-8
	for i, v := range g.Eigenvalues {
		if v > floor {
			line.x, line.y = append(line.x, float64(i+1)), append(line.y, v)
		}
	}
	c := chart{title: lang.say("eigenvalues"), xLabel: lang.say("rank"), yLabel: lang.say("eigenvalue"), logY: true, series: []series{line}}
	return c.draw(380, matrixSide-40)
}

// drawPair makes the definition visible: one map times the other, and what the product adds up to.
func (g *Gram) drawPair(p *Pair, picture *canvas.Picture, lang Language) *Drawing {
	d := &Drawing{}
	w, h := ratio(g.Shape.Width, g.Shape.Height)
	x := 0.0
	sum := short(p.Entry * float64(g.Shape.Positions()))
	for i, m := range []struct {
		name   string
		values []float32
		sign   string
	}{{"F" + strconv.Itoa(p.I), p.MapI, "×"}, {"F" + strconv.Itoa(p.J), p.MapJ, "="}, {fmt.Sprintf("F%d × F%d, Σ = %s", p.I, p.J, sum), p.Product, ""}} {
		d.writeBold(x, 14, bodySize, left, m.name)
		d.Width = x + max(w, textWidth(m.name, bodySize)*1.25) // bold, and the reader's font may be wider
		d.show(x, 22, w, h, mapImage(m.values, g.Shape), true, m.name)
		x += w
		if i < 2 {
			d.writeBold(x+13, 22+h/2+7, 20, centre, m.sign)
			x += 26
		}
	}
	d.Height = 22 + h + 8
	if len(p.Patches) > 0 {
		d.write(0, 22+h+20, bodySize, left, lang.say("whereboth"))
		right, bottom := patches(d, picture, p.Patches, len(p.Patches), 0, 22+h+28)
		d.Width, d.Height = max(d.Width, right), bottom
	}
	return d
}
