package visualize

import (
	"fmt"
	"image"
	"math"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/transfer"
)

// LossReport turns the loss at several pictures into a table, a chart, and maps of where in the picture
// each term pulls.
func LossReport(s *LossStudy, lang Language) *Report {
	r := &Report{Title: lang.say("loss.title"), Language: lang}
	r.Sections = append(r.Sections, s.picturesSection(lang), s.termsSection(lang))
	told := false
	for i := range s.Sittings {
		at := &s.Sittings[i]
		if at.Pulls == nil {
			continue
		}
		section := pullSection(&at.Point, at.Picture, lang.say("loss.where", lang.say("role."+string(at.Role))), lang)
		if told { // once is enough
			section.Text, section.Formulas = nil, nil
		}
		r.Sections, told = append(r.Sections, section), true
	}
	return r
}

// picturesSection shows the pictures.
func (s *LossStudy) picturesSection(lang Language) Section {
	section := Section{Text: []string{lang.say("loss.lead")}, Formulas: lossFormulas(&s.Recipe)[:1]}
	for i := range s.Sittings {
		at := &s.Sittings[i]
		section.Figures = append(section.Figures, Figure{Drawing: labelled(clamped(at.Picture), lang.say("role."+string(at.Role))),
			Caption: lang.say("loss.picture."+string(at.Role), said(at.Evaluation.Total))})
	}
	return section
}

// termsSection compares the terms.
func (s *LossStudy) termsSection(lang Language) Section {
	section := Section{Heading: lang.say("loss.terms"), Text: []string{lang.say("loss.terms.lead")},
		Formulas: append([]Formula{contentFormula(&s.Recipe)}, styleFormulas(&s.Recipe)...),
		Code:     append([]string{"transfer/point.go", "loss/content.go"}, styleCode(&s.Recipe)...)}
	c := dotChart{label: lang.say("loss.axis")}
	table := &Table{Head: []string{lang.say("loss.term")}}
	for i := range s.Sittings {
		name := lang.say("role." + string(s.Sittings[i].Role))
		c.names, c.values = append(c.names, name), append(c.values, nil)
		table.Head = append(table.Head, name)
	}
	rows := append([]transfer.Term(nil), s.Sittings[0].Evaluation.Terms...)
	for k, term := range rows {
		name := termName(term, lang)
		row := []string{name}
		c.rows = append(c.rows, name)
		for i := range s.Sittings {
			v := s.Sittings[i].Evaluation.Terms[k].Value
			c.values[i] = append(c.values[i], v)
			row = append(row, short(v))
		}
		table.Rows = append(table.Rows, row)
	}
	total, gradient := []string{lang.say("loss.total")}, []string{lang.say("loss.gradient")}
	c.rows = append(c.rows, total[0])
	for i := range s.Sittings {
		e := s.Sittings[i].Evaluation
		c.values[i] = append(c.values[i], e.Total)
		total, gradient = append(total, short(e.Total)), append(gradient, short(e.GradientNorm))
	}
	table.Rows = append(table.Rows, total, gradient)
	section.Table = table
	section.Findings = s.findings(lang)
	section.Figures = []Figure{{Drawing: c.draw(480), Caption: lang.say("loss.chart")}}
	return section
}

// findings are sentences about the terms.
func (s *LossStudy) findings(lang Language) []string {
	var all []string
	photo := s.at(PhotographRole)
	if photo == nil {
		return nil
	}
	start := photo.Evaluation
	if i := largest(start.Terms, transfer.StyleTerm); i >= 0 && start.Terms[i].Value > 0 {
		all = append(all, lang.say("loss.atphoto", start.Terms[i].Layer, percent(round3(ShareOfKind(start.Terms, i)))))
	}
	if p := s.at(PaintingRole); p != nil {
		if style, before := sumOf(p.Evaluation.Terms, transfer.StyleTerm), sumOf(start.Terms, transfer.StyleTerm); style > 0 && before > 0 {
			all = append(all, lang.say("loss.atpainting", percent(round3(style/before))))
		}
	}
	if n := s.at(NoiseRole); n != nil && start.Total > 0 {
		all = append(all, lang.say("loss.atnoise", said(n.Evaluation.Total/start.Total)))
	}
	if r := s.at(ResultRole); r != nil && r.Evaluation.Total > 0 {
		before, after := sumOf(start.Terms, transfer.StyleTerm), sumOf(r.Evaluation.Terms, transfer.StyleTerm)
		if after > 0 && before > after {
			all = append(all, lang.say("loss.atresult", said(before/after), percent(round3(sumOf(r.Evaluation.Terms, transfer.ContentTerm)/r.Evaluation.Total))))
		}
	}
	return all
}

func round3(share float64) float64 { return float64(int(share*1000+0.5)) / 1000 }

// hundredths rounds a cosine, so that none is written as minus zero.
func hundredths(v float64) float64 { return math.Round(100*v)/100 + 0 }

func clamped(p *canvas.Picture) *canvas.Picture {
	out := p.Clone()
	out.Clamp()
	return out
}

// termName names a term: its loss and its layer.
func termName(t transfer.Term, lang Language) string {
	name := lang.say("kind." + string(t.Kind))
	if t.Layer == "" {
		return name
	}
	return name + " " + t.Layer
}

// pullSection shows where each term pulls at a picture.
func pullSection(p *Point, at *canvas.Picture, heading string, lang Language) Section {
	s := Section{Heading: heading, Text: []string{lang.say("pull.lead")},
		Formulas: []Formula{`x ← x − t \frac{∂L_i}{∂x}`},
		Code:     []string{"visualize/pull.go", "feature/build.go"}}
	s.Findings = balanceFindings(p, lang)
	whole := newPull(transfer.Term{Value: p.Evaluation.Total}, p.Evaluation.Gradient)
	for i := range p.Pulls {
		s.Figures = append(s.Figures, pullFigure(&p.Pulls[i], &whole, at, termName(p.Pulls[i].Term, lang), lang))
	}
	s.Figures = append(s.Figures, pullFigure(&whole, nil, at, lang.say("pull.whole"), lang))
	return s
}

// balanceFindings say how the terms pull against each other.
func balanceFindings(p *Point, lang Language) []string {
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
		all = append(all, lang.say(key, said(b.Content), said(b.Style), hundredths(b.Cosine)))
	}
	if b.Content == 0 && b.Style > 0 {
		all = append(all, lang.say("pull.only"))
	}
	if b.Sum > 0 && len(p.Pulls) > 1 {
		all = append(all, lang.say("pull.cancel", percent(round3(1-b.Whole/b.Sum))))
	}
	return all
}

// pulledSide is the long side of a picture in a figure of a pull, in units.
const pulledSide = 190

// pullFigure shows a map of a pull, and where it leads.
func pullFigure(p, whole *Pull, at *canvas.Picture, name string, lang Language) Figure {
	if p.Norm == 0 {
		return Figure{Drawing: drawPull(p, at, nil, name, lang), Caption: lang.say("pull.none", name)}
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
	caption := lang.say("pull.caption", name, percent(round3(p.Half())), percent(round3(share)), lang.say(place.key()),
		percent(round3(areas)), lang.say(grain), said(100*shift.Percent), said(shift.Times))
	if whole != nil {
		caption += " " + lang.say("pull.cosine", hundredths(p.Cosine(whole)))
	}
	return Figure{Drawing: drawPull(p, at, shift.Picture, name, lang), Caption: caption}
}

// key is that of the message which names the place.
func (p place) key() string { return fmt.Sprintf("place.%d%d", p.row, p.column) }

// drawPull shows the strength of a pull over the picture, its scale, and the picture moved.
func drawPull(p *Pull, at, moved *canvas.Picture, name string, lang Language) *Drawing {
	const top = 44
	w0, h0 := canvas.Fit(at.Width, at.Height, pulledSide, true)
	w, h := float64(w0), float64(h0)
	strength := p.Strength()
	limit := limitOf(strength)
	d := &Drawing{Width: 2*w + 86, Height: top + h + 6}
	d.writeBold(0, 15, titleSize, left, name)
	d.write(0, 36, bodySize-1, left, lang.say("pull.map"))
	d.show(0, top, w, h, overlay(rgba(imageOf(clamped(at))), strength, at.Width, at.Height, shade{limit: limit}), false, lang.say("pull.map"))
	if moved == nil {
		d.Width = max(w, textWidth(lang.say("pull.map"), bodySize))
		return d
	}
	shade{ramp: glow, limit: limit}.bar(d, w+8, top+4, h-10)
	d.write(w+86, 36, bodySize-1, left, lang.say("pull.step"))
	d.show(w+86, top, w, h, imageOf(moved), false, lang.say("pull.step"))
	d.Width = max(d.Width, w+86+1.1*textWidth(lang.say("pull.step"), bodySize-1))
	return d
}

// rgba returns an image in the form that maps are laid over.
func rgba(img image.Image) *image.RGBA {
	if full, ok := img.(*image.RGBA); ok {
		return full
	}
	panic(fmt.Sprintf("visualize: a picture as %T", img)) // canvas makes no other
}
