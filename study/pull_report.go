package study

import (
	"fmt"
	"image"
	"math"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/transfer"
)

// LossReport turns the loss at several pictures into a table, a chart, and maps of where each term pulls.
func LossReport(s *LossStudy, lang figure.Language) *figure.Report {
	r := &figure.Report{Title: say(lang, "loss.title"), Language: lang}
	r.Sections = append(r.Sections, s.picturesSection(lang), s.termsSection(lang))
	explained := false
	for i := range s.Sittings {
		at := &s.Sittings[i]
		if at.Pulls == nil {
			continue
		}
		section := pullSection(&at.Point, at.Picture, say(lang, "loss.where", say(lang, "role."+string(at.Role))), lang)
		if explained { // only once
			section.Text, section.Formulas = nil, nil
		}
		r.Sections, explained = append(r.Sections, section), true
	}
	return r
}

// picturesSection shows the pictures.
func (s *LossStudy) picturesSection(lang figure.Language) figure.Section {
	section := figure.Section{Text: []string{say(lang, "loss.lead")}, Formulas: lossFormulas(&s.Recipe, s.Sittings[0].Evaluation.Terms)[:1]}
	for i := range s.Sittings {
		at := &s.Sittings[i]
		section.Figures = append(section.Figures, figure.Figure{Drawing: labelled(clamped(at.Picture), say(lang, "role."+string(at.Role))),
			Caption: say(lang, "loss.picture."+string(at.Role), figure.Scientific(at.Evaluation.Total))})
	}
	return section
}

// termsSection compares the terms.
func (s *LossStudy) termsSection(lang figure.Language) figure.Section {
	section := figure.Section{Heading: say(lang, "loss.terms"), Text: []string{say(lang, "loss.terms.lead")},
		Formulas: append([]figure.Formula{contentFormula(&s.Recipe)}, styleFormulas(&s.Recipe)...),
		Code:     append([]string{"transfer/objective.go", "loss/content.go"}, styleCode(s.Recipe.Style.Distance)...)}
	c := figure.DotChart{Label: say(lang, "loss.axis")}
	table := &figure.Table{Head: []string{say(lang, "loss.term")}}
	for i := range s.Sittings {
		name := say(lang, "role."+string(s.Sittings[i].Role))
		c.Names, c.Values = append(c.Names, name), append(c.Values, nil)
		table.Head = append(table.Head, name)
	}
	rows := append([]transfer.Term(nil), s.Sittings[0].Evaluation.Terms...)
	for k, term := range rows {
		name := termName(term, lang)
		row := []string{name}
		c.Rows = append(c.Rows, name)
		for i := range s.Sittings {
			v := s.Sittings[i].Evaluation.Terms[k].Value
			c.Values[i] = append(c.Values[i], v)
			row = append(row, figure.Short(v))
		}
		table.Rows = append(table.Rows, row)
	}
	total, gradient := []string{say(lang, "loss.total")}, []string{say(lang, "loss.gradient")}
	c.Rows = append(c.Rows, total[0])
	for i := range s.Sittings {
		e := s.Sittings[i].Evaluation
		c.Values[i] = append(c.Values[i], e.Total)
		total, gradient = append(total, figure.Short(e.Total)), append(gradient, figure.Short(e.GradientNorm))
	}
	table.Rows = append(table.Rows, total, gradient)
	section.Table = table
	section.Findings = s.findings(lang)
	section.Figures = []figure.Figure{{Drawing: c.Draw(480), Caption: say(lang, "loss.chart")}}
	return section
}

// findings returns sentences on the terms.
func (s *LossStudy) findings(lang figure.Language) []string {
	var all []string
	photo := s.at(PhotographRole)
	if photo == nil {
		return nil
	}
	start := photo.Evaluation
	if i := largest(start.Terms, transfer.StyleTerm); i >= 0 && start.Terms[i].Value > 0 {
		all = append(all, say(lang, "loss.atphoto", start.Terms[i].Layer, figure.Percent(round3(ShareOfKind(start.Terms, i)))))
	}
	if p := s.at(PaintingRole); p != nil {
		if style, before := sumOf(p.Evaluation.Terms, transfer.StyleTerm), sumOf(start.Terms, transfer.StyleTerm); style > 0 && before > 0 {
			all = append(all, say(lang, "loss.atpainting", figure.Percent(round3(style/before))))
		}
	}
	if n := s.at(NoiseRole); n != nil && start.Total > 0 {
		all = append(all, say(lang, "loss.atnoise", figure.Scientific(n.Evaluation.Total/start.Total)))
	}
	if r := s.at(ResultRole); r != nil && r.Evaluation.Total > 0 {
		before, after := sumOf(start.Terms, transfer.StyleTerm), sumOf(r.Evaluation.Terms, transfer.StyleTerm)
		if after > 0 && before > after {
			all = append(all, say(lang, "loss.atresult", figure.Scientific(before/after), figure.Percent(round3(sumOf(r.Evaluation.Terms, transfer.ContentTerm)/r.Evaluation.Total))))
		}
	}
	return all
}

func round3(share float64) float64 { return float64(int(share*1000+0.5)) / 1000 }

// hundredths rounds a cosine so that it is never formatted as minus zero.
func hundredths(v float64) float64 { return math.Round(100*v)/100 + 0 }

func clamped(p *canvas.Picture) *canvas.Picture {
	out := p.Clone()
	out.Clamp()
	return out
}

// termName returns the name of a term: its loss and layer.
func termName(t transfer.Term, lang figure.Language) string {
	name := say(lang, "kind."+string(t.Kind))
	if t.Layer == "" {
		return name
	}
	return name + " " + t.Layer
}

// pullSection shows where each term pulls at a picture.
func pullSection(p *Point, at *canvas.Picture, heading string, lang figure.Language) figure.Section {
	s := figure.Section{Heading: heading, Text: []string{say(lang, "pull.lead")},
		Formulas: []figure.Formula{`x ← x − t \frac{∂L_i}{∂x}`},
		Code:     []string{"study/pull.go", "feature/build.go"}}
	s.Findings = balanceFindings(p, lang)
	whole := newPull(transfer.Term{Value: p.Evaluation.Total}, p.Evaluation.Gradient)
	for i := range p.Pulls {
		s.Figures = append(s.Figures, pullFigure(&p.Pulls[i], &whole, at, termName(p.Pulls[i].Term, lang), lang))
	}
	s.Figures = append(s.Figures, pullFigure(&whole, nil, at, say(lang, "pull.whole"), lang))
	return s
}

// balanceFindings returns sentences on how the terms pull against each other.
func balanceFindings(p *Point, lang figure.Language) []string {
	b := p.Balance()
	var all []string
	if b.Content > 0 && b.Style > 0 {
		key := "pull.across"
		switch {
		case b.Cosine < -0.25:
			key = "pull.against"
		case b.Cosine > 0.25:
			key = "pull.along"
		}
		all = append(all, say(lang, key, figure.Scientific(b.Content), figure.Scientific(b.Style), hundredths(b.Cosine)))
	}
	if b.Content == 0 && b.Style > 0 {
		all = append(all, say(lang, "pull.only"))
	}
	if b.Sum > 0 && len(p.Pulls) > 1 {
		all = append(all, say(lang, "pull.cancel", figure.Percent(round3(1-b.Whole/b.Sum))))
	}
	return all
}

// pulledSide is the long side of a picture in a figure of a pull, in units.
const pulledSide = 190

// pullFigure shows the map of a pull and the picture after a step.
func pullFigure(p, whole *Pull, at *canvas.Picture, name string, lang figure.Language) figure.Figure {
	if p.Norm == 0 {
		return figure.Figure{Drawing: drawPull(p, at, nil, name, lang), Caption: say(lang, "pull.none", name)}
	}
	shift := p.Along(at)
	place, share := p.strongest(at.Width)
	areas := p.Areas(at.Width)
	grain := "pull.both"
	switch {
	case areas > 0.35:
		grain = "pull.areas"
	case areas < 0.12:
		grain = "pull.grain"
	}
	caption := say(lang, "pull.caption", name, figure.Percent(round3(p.Half())), figure.Percent(round3(share)), say(lang, place.key()),
		figure.Percent(round3(areas)), say(lang, grain), figure.Scientific(100*shift.Percent), figure.Scientific(shift.Times))
	if whole != nil {
		caption += " " + say(lang, "pull.cosine", hundredths(p.Cosine(whole)))
	}
	return figure.Figure{Drawing: drawPull(p, at, shift.Picture, name, lang), Caption: caption}
}

// key returns the key of the message that names the place.
func (p place) key() string { return fmt.Sprintf("place.%d%d", p.row, p.column) }

// drawPull draws the strength of a pull over the picture, its scale, and the picture after a step.
func drawPull(p *Pull, at, moved *canvas.Picture, name string, lang figure.Language) *figure.Drawing {
	const top = 44
	w0, h0 := canvas.Fit(at.Width, at.Height, pulledSide, true)
	w, h := float64(w0), float64(h0)
	strength := p.Strength()
	limit := figure.LimitOf(strength)
	d := &figure.Drawing{Width: 2*w + 86, Height: top + h + 6}
	d.WriteBold(0, 15, figure.TitleSize, figure.Left, name)
	d.Write(0, 36, figure.BodySize-1, figure.Left, say(lang, "pull.map"))
	d.Show(0, top, w, h, figure.Overlay(rgba(imageOf(clamped(at))), strength, at.Width, at.Height, figure.NewGlow(limit, false)), false, say(lang, "pull.map"))
	if moved == nil {
		d.Width = max(w, figure.TextWidth(say(lang, "pull.map"), figure.BodySize))
		return d
	}
	figure.NewGlow(limit, false).Bar(d, w+8, top+4, h-10)
	d.Write(w+86, 36, figure.BodySize-1, figure.Left, say(lang, "pull.step"))
	d.Show(w+86, top, w, h, imageOf(moved), false, say(lang, "pull.step"))
	d.Width = max(d.Width, w+86+1.1*figure.TextWidth(say(lang, "pull.step"), figure.BodySize-1))
	return d
}

// rgba returns an image in the form on which maps are overlaid.
func rgba(img image.Image) *image.RGBA {
	if full, ok := img.(*image.RGBA); ok {
		return full
	}
	panic(fmt.Sprintf("study: a picture as %T", img)) // canvas makes no other type
}
