package study

import (
	"fmt"
	"image"
	"strings"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/figure"
)

// ContentReport turns reconstructions from content into figures, with the original picture.
func ContentReport(picture *canvas.Picture, done []*Reconstruction, lang figure.Language) *figure.Report {
	s := figure.Section{Text: []string{say(lang, "content.lead")}}
	if n := len(done); n > 1 && done[0].PSNR > done[n-1].PSNR {
		s.Text = append(s.Text, say(lang, "content.sentence", done[0].Name(), done[0].PSNR, done[n-1].Name(), done[n-1].PSNR))
	}
	s.Figures = append(s.Figures, original(picture, "content.original", lang))
	table := &figure.Table{Head: []string{say(lang, "layer"), "PSNR (dB)", say(lang, "start"), say(lang, "end"), say(lang, "seconds")}}
	for _, r := range done {
		label := fmt.Sprintf("%s: %.1f dB", r.Name(), r.PSNR)
		caption := say(lang, "content.caption", r.Name(), r.PSNR, figure.Short(r.Start()), figure.Short(r.End()), len(r.Curve)-1)
		s.Figures = append(s.Figures, figure.Figure{Drawing: labelled(r.Picture, label), Caption: caption})
		table.Rows = append(table.Rows, []string{r.Name(), fmt.Sprintf("%.1f", r.PSNR), figure.Short(r.Start()), figure.Short(r.End()), fmt.Sprintf("%.1f", r.Elapsed.Seconds())})
	}
	return &figure.Report{Title: say(lang, "content.title"), Language: lang, Sections: []figure.Section{s, curveSection(done, table, lang)}}
}

// StyleReport turns textures into figures, with the original picture.
func StyleReport(picture *canvas.Picture, done []*Reconstruction, lang figure.Language) *figure.Report {
	s := figure.Section{Text: []string{say(lang, "style.lead")}}
	s.Figures = append(s.Figures, original(picture, "style.original", lang))
	table := &figure.Table{Head: []string{say(lang, "layers"), say(lang, "start"), say(lang, "end"), say(lang, "seconds")}}
	for i, r := range done {
		label := r.Name()
		if i > 1 {
			label = fmt.Sprintf("%s ... %s", r.Layers[0], r.Layers[i])
		}
		caption := say(lang, "style.caption", strings.Join(r.Layers, ", "), figure.Short(r.Start()), figure.Short(r.End()), len(r.Curve)-1)
		s.Figures = append(s.Figures, figure.Figure{Drawing: labelled(r.Picture, label), Caption: caption})
		table.Rows = append(table.Rows, []string{label, figure.Short(r.Start()), figure.Short(r.End()), fmt.Sprintf("%.1f", r.Elapsed.Seconds())})
	}
	return &figure.Report{Title: say(lang, "style.title"), Language: lang, Sections: []figure.Section{s, curveSection(done, table, lang)}}
}

func original(picture *canvas.Picture, caption string, lang figure.Language) figure.Figure {
	return figure.Figure{Drawing: labelled(picture, say(lang, "original")), Caption: say(lang, caption, picture.Width, picture.Height)}
}

// curveSection shows a chart of the losses and a table of the numbers.
func curveSection(done []*Reconstruction, table *figure.Table, lang figure.Language) figure.Section {
	c := figure.Chart{XLabel: say(lang, "iteration"), YLabel: say(lang, "loss"), LogY: true}
	for _, r := range done {
		line := figure.Series{Name: r.Layers[len(r.Layers)-1]}
		if len(r.Layers) > 1 {
			line.Name = "... " + line.Name
		}
		for i, v := range r.Curve {
			line.X, line.Y = append(line.X, float64(i)), append(line.Y, v/r.Start())
		}
		c.Series = append(c.Series, line)
	}
	return figure.Section{Heading: say(lang, "numbers"), Table: table,
		Figures: []figure.Figure{{Drawing: c.Draw(480, 260), Caption: say(lang, "curves")}}}
}

// labelled draws a picture with its name above it.
func labelled(p *canvas.Picture, name string) *figure.Drawing {
	w, h := canvas.Fit(p.Width, p.Height, figure.PictureSide, true)
	d := &figure.Drawing{Width: max(float64(w), 150), Height: float64(h) + 22}
	d.WriteBold(0, 14, figure.BodySize, figure.Left, name)
	d.Show(0, 22, float64(w), float64(h), imageOf(p), false, name)
	return d
}

// imageOf returns a picture as an image; NaN and values outside [0,1] are black.
func imageOf(p *canvas.Picture) image.Image {
	img, err := p.Image()
	if err == nil {
		return img
	}
	clean := p.Clone()
	for i, v := range clean.Pix {
		if !(v >= 0 && v <= 1) {
			clean.Pix[i] = 0
		}
	}
	img, err = clean.Image()
	if err != nil {
		panic("study: " + err.Error()) // all values are in [0,1]
	}
	return img
}
