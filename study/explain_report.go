package study

import (
	"fmt"
	"strings"
	"time"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/transfer"
)

// lossKinds lists the two losses of style transfer.
var lossKinds = [2]transfer.Kind{transfer.ContentTerm, transfer.StyleTerm}

// Report explains the run: each step of the method with its formula, the numbers of this run and the source files that
// compute it. Dissect must be called first.
func (p *Pipeline) Report(lang figure.Language) *figure.Report {
	if p.First.Evaluation == nil || p.Last.Evaluation == nil {
		panic("study: a report of a run that was not dissected")
	}
	r := &figure.Report{Title: say(lang, "explain.title"), Language: lang, Sections: []figure.Section{p.introduction(lang)}}
	for i, section := range []func(figure.Language) figure.Section{p.inputSection, p.networkSection, p.featuresSection, p.contentSection,
		p.styleSection, p.totalSection, p.startSection, p.optimizerSection, p.endSection, p.timeSection} {
		s := section(lang)
		s.Heading = fmt.Sprintf("%d. %s", i+1, s.Heading)
		r.Sections = append(r.Sections, s)
	}
	return r
}

// firstStep returns the start of the last scale.
func (p *Pipeline) firstStep() PipelineStep {
	for _, s := range p.Steps {
		if s.Scale == len(p.Scales)-1 {
			return s
		}
	}
	return p.Steps[0]
}

func (p *Pipeline) lastStep() PipelineStep { return p.Steps[len(p.Steps)-1] }

// ruleName returns the name of the step rule.
func (p *Pipeline) ruleName(lang figure.Language) string {
	return ruleName(p.Recipe.Optimizer.Rule, lang)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3g", d.Seconds()) }

func (p *Pipeline) introduction(lang figure.Language) figure.Section {
	first, last := p.firstStep(), p.lastStep()
	s := figure.Section{Text: []string{say(lang, "explain.lead")}}
	s.Findings = []string{say(lang, "explain.summary", last.Done, p.ruleName(lang), seconds(p.Preparation+p.Spent.Total()), p.Machine.Threads,
		figure.Scientific(first.Loss), figure.Scientific(last.Loss), p.Photo.Width, p.Photo.Height)}
	if len(p.Scales) > 1 {
		s.Findings = append(s.Findings, say(lang, "explain.scales", len(p.Scales), p.scaleNames()))
	}
	if !p.Finished {
		s.Findings = append(s.Findings, say(lang, "explain.unfinished", last.Done))
	}
	s.Figures = []figure.Figure{
		{Drawing: labelled(clamped(p.Photo), say(lang, "role.photograph")), Caption: say(lang, "explain.photo", p.Photo.Width, p.Photo.Height)},
		{Drawing: labelled(clamped(p.Painting), say(lang, "role.painting")), Caption: say(lang, "explain.painting", p.Painting.Width, p.Painting.Height)},
		{Drawing: labelled(p.Shown, say(lang, "role.result")), Caption: say(lang, "explain.result", last.Done)},
		{Drawing: p.drawFlow(lang), Caption: say(lang, "explain.flow")},
	}
	return s
}

func (p *Pipeline) scaleNames() string {
	var names []string
	for _, s := range p.Scales {
		names = append(names, fmt.Sprintf("%d×%d", s.Width, s.Height))
	}
	return strings.Join(names, ", ")
}

func (p *Pipeline) inputSection(lang figure.Language) figure.Section {
	mean := meanOf(p.Photo)
	var seen [3]float64
	for c := range 3 {
		seen[c] = float64(p.Input.Offset[c])
		for k := range 3 {
			seen[c] += float64(p.Input.Matrix[c][k]) * mean[k]
		}
	}
	return figure.Section{Heading: say(lang, "explain.input"), Text: []string{say(lang, "explain.input.lead")},
		Formulas: []figure.Formula{inputFormula(p.Input)},
		Findings: []string{
			say(lang, "explain.unknowns", p.Photo.Width, p.Photo.Height, 3*p.Photo.Width*p.Photo.Height),
			say(lang, "explain.mean", triple(mean), triple(seen))},
		Code: []string{"canvas/decode.go", "canvas/resize.go", "recipe/conventions.go", "engine/cpu/stem.go"}}
}

func meanOf(p *canvas.Picture) [3]float64 {
	var mean [3]float64
	for c := range mean {
		for _, v := range p.Channel(c) {
			mean[c] += float64(v)
		}
		mean[c] /= float64(p.Width * p.Height)
	}
	return mean
}

func triple(v [3]float64) string { return fmt.Sprintf("(%.2f, %.2f, %.2f)", v[0], v[1], v[2]) }

func (p *Pipeline) networkSection(lang figure.Language) figure.Section {
	s := figure.Section{Heading: say(lang, "explain.network"), Text: []string{say(lang, "explain.network.lead")},
		Formulas: []figure.Formula{`y_d(p) = \t{max}(0, b_d + Σ_{c,q} W_{dcq} x_c(p + q)); |q| ≤ 1`},
		Figures:  []figure.Figure{{Drawing: p.drawNetwork(lang), Caption: say(lang, "explain.network.caption", p.Model)}},
		Code:     []string{"feature/network.go", "feature/build.go", "engine/cpu/winograd.go", "study/field.go"}}
	s.Table = &figure.Table{Head: []string{say(lang, "layer"), say(lang, "explain.shape"), say(lang, "explain.numbers"), say(lang, "explain.field"),
		say(lang, "explain.every"), say(lang, "explain.parameters"), say(lang, "explain.work"), say(lang, "explain.used")}}
	convolutions := 0
	for i := range p.Levels {
		l := &p.Levels[i]
		parameters, work := "", ""
		if l.Parameters > 0 {
			convolutions++
			parameters, work = fmt.Sprint(l.Parameters), fmt.Sprintf("%.0f", l.Work/1e6)
		}
		s.Table.Rows = append(s.Table.Rows, []string{l.Layer.String(), l.shape(), fmt.Sprint(l.Shape.Elements()),
			pixelCount(l.Field.Size), pixelCount(l.Field.Stride), parameters, work, l.use(lang)})
	}
	deepest := p.Levels[len(p.Levels)-1]
	s.Findings = []string{
		say(lang, "explain.frozenwork", convolutions, count(float64(p.Parameters()), lang), count(p.Work(), lang)),
		say(lang, "explain.sees", deepest.Layer, deepest.Field.Size, deepest.Field.Size, p.Photo.Width, p.Photo.Height)}
	return s
}

func (p *Pipeline) featuresSection(lang figure.Language) figure.Section {
	s := figure.Section{Heading: say(lang, "explain.features"), Text: []string{say(lang, "explain.features.lead")},
		Code: []string{"feature/extractor.go", "feature/program.go", "study/look.go"}}
	for i := range p.Views {
		v := &p.Views[i]
		field := p.fieldOf(v.Layer.String())
		s.Figures = append(s.Figures, figure.Figure{Drawing: v.draw(lang),
			Caption: say(lang, "explain.view", v.Channel, v.Layer, field.Size, v.Shapes[resultView].Width, v.Shapes[resultView].Height)})
	}
	return s
}

func (p *Pipeline) fieldOf(layer string) Field {
	for _, l := range p.Levels {
		if l.Layer.String() == layer {
			return l.Field
		}
	}
	return Field{}
}

// viewSide is the long side of a map in a row of three, in units.
const viewSide = 134

// draw draws one channel in the painting, the photograph and the result, with the same colour scale.
func (v *View) draw(lang figure.Language) *figure.Drawing {
	const top, gap = 44, 12
	d := &figure.Drawing{Width: 3*viewSide + 2*gap + 78}
	var all [][]float64
	order := [3]int{paintingView, photoView, resultView}
	for _, which := range order {
		wide := make([]float64, len(v.Maps[which]))
		for i, m := range v.Maps[which] {
			wide[i] = float64(m)
		}
		all = append(all, wide)
	}
	colours := figure.NewShade(true, all...)
	d.WriteBold(0, 15, figure.TitleSize, figure.Left, say(lang, "explain.channel", v.Layer, v.Channel))
	x, deepest := 0.0, 0.0
	for i, which := range order {
		shape := v.Shapes[which]
		w, h := canvas.Fit(shape.Width, shape.Height, viewSide, true)
		name := say(lang, [...]string{"role.painting", "role.photograph", "role.result"}[i])
		d.Write(x, 36, figure.BodySize-1, figure.Left, name)
		d.Show(x, top, float64(w), float64(h), colours.Plane(all[i], shape.Width, shape.Height), true, name)
		x += viewSide + gap
		deepest = max(deepest, float64(h))
	}
	colours.Bar(d, x-gap+10, top+4, max(60, deepest-10))
	d.Height = top + max(deepest, 70) + 8
	return d
}

func (p *Pipeline) contentSection(lang figure.Language) figure.Section {
	s := figure.Section{Heading: say(lang, "explain.content"), Text: []string{say(lang, "explain.content.lead")},
		Formulas: []figure.Formula{contentFormula(&p.Recipe)}, Code: []string{"loss/content.go", "transfer/objective.go"}}
	if len(p.Apart) == 0 {
		s.Findings = []string{say(lang, "explain.nocontent")}
	}
	for i := range p.Apart {
		a := &p.Apart[i]
		s.Findings = append(s.Findings, say(lang, "explain.apart", a.Layer, figure.Percent(round3(a.Share))))
		s.Figures = append(s.Figures, figure.Figure{Drawing: p.drawApart(a, lang), Caption: say(lang, "explain.apart.caption", a.Layer)})
	}
	return s
}

// drawApart draws where the features of the result differ from those of the photograph, overlaid on the photograph.
func (p *Pipeline) drawApart(a *Apart, lang figure.Language) *figure.Drawing {
	w, h := canvas.Fit(p.Photo.Width, p.Photo.Height, 280, true)
	const top = 24
	d := &figure.Drawing{Width: float64(w) + 90, Height: top + float64(h) + 6}
	limit := figure.LimitOf(a.Squares)
	d.WriteBold(0, 15, figure.BodySize, figure.Left, say(lang, "explain.squares", a.Layer))
	d.Show(0, top, float64(w), float64(h), figure.Overlay(rgba(imageOf(clamped(p.Photo))), a.Squares, a.Shape.Width, a.Shape.Height, figure.NewGlow(limit, true)), false, "Σ (F − P)²")
	figure.NewGlow(limit, true).Bar(d, float64(w)+8, top+4, float64(h)-10)
	return d
}

func (p *Pipeline) styleSection(lang figure.Language) figure.Section {
	s := figure.Section{Heading: say(lang, "explain.style"), Text: []string{say(lang, "explain.style.lead")},
		Formulas: styleFormulas(&p.Recipe), Code: styleCode(p.Recipe.Style.Distance)}
	if len(p.Grams) == 0 {
		s.Findings = []string{say(lang, "explain.nostyle")}
		return s
	}
	s.Text = append(s.Text, styleTexts(p.Recipe.Style.Distance, lang)...)
	terms, last := p.First.Evaluation.Terms, p.Last.Evaluation.Terms
	if i := largest(terms, transfer.StyleTerm); i >= 0 && terms[i].Value > 0 {
		s.Findings = append(s.Findings, say(lang, "explain.carries", terms[i].Layer, figure.Percent(round3(ShareOfKind(terms, i)))))
	}
	if i := largest(last, transfer.StyleTerm); i >= 0 && last[i].Value > 0 {
		s.Findings = append(s.Findings, say(lang, "explain.carriesend", last[i].Layer, figure.Percent(round3(ShareOfKind(last, i)))))
	}
	nearest, farthest := &p.Grams[0], &p.Grams[0]
	for i := range p.Grams {
		if g := &p.Grams[i]; g.After() < nearest.After() {
			nearest = g
		} else if g.After() > farthest.After() {
			farthest = g
		}
	}
	s.Findings = append(s.Findings, say(lang, "explain.closer", nearest.Layer, figure.Percent(round3(nearest.Before())), figure.Percent(round3(nearest.After()))))
	if farthest != nearest {
		s.Findings = append(s.Findings, say(lang, "explain.farthest", farthest.Layer, figure.Percent(round3(farthest.After()))))
	}
	for i := range p.Grams {
		g := &p.Grams[i]
		s.Figures = append(s.Figures, figure.Figure{Drawing: g.draw(lang),
			Caption: say(lang, "explain.gram", g.Layer, g.Channels, g.Channels, figure.Percent(round3(g.Before())), figure.Percent(round3(g.After())))})
	}
	return s
}

// gramCells is the largest number of rows of a matrix in a row of three; larger matrices are averaged.
const gramCells = 128

// draw draws the matrices of the painting, the start and the result with the same order and colour scale.
func (g *GramChange) draw(lang figure.Language) *figure.Drawing {
	const top, gap = 44, 12
	d := &figure.Drawing{Width: 3*viewSide + 2*gap + 78, Height: top + viewSide + 8}
	d.WriteBold(0, 15, figure.TitleSize, figure.Left, fmt.Sprintf("%s, %d×%d", g.Layer, g.Channels, g.Channels))
	var reduced [3][]float64
	n := min(g.Channels, gramCells)
	for i, m := range g.Matrices {
		reduced[i] = reduce(m, g.Order, n)
	}
	colours := figure.NewShade(true, reduced[:]...)
	for i, role := range [...]string{"role.painting", "explain.start", "role.result"} {
		x := float64(i) * (viewSide + gap)
		d.Write(x, 36, figure.BodySize-1, figure.Left, say(lang, role))
		d.Show(x, top, viewSide, viewSide, colours.Plane(reduced[i], n, n), true, say(lang, role))
	}
	colours.Bar(d, 3*viewSide+2*gap+10, top+4, viewSide-10)
	return d
}

// reduce reorders a matrix and averages it to n rows and columns.
func reduce(matrix []float64, order []int, n int) []float64 {
	size := len(order)
	out, cells := make([]float64, n*n), make([]float64, n*n)
	for i, from := range order {
		for j, to := range order {
			cell := i*n/size*n + j*n/size
			out[cell] += matrix[from*size+to]
			cells[cell]++
		}
	}
	for i := range out {
		out[i] /= cells[i]
	}
	return out
}
