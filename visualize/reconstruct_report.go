package visualize

import (
	"fmt"
	"image"
	"strings"

	"github.com/impasto/impasto/canvas"
)

// ContentReport turns reconstructions from content into figures beside the picture that they are of.
func ContentReport(picture *canvas.Picture, done []*Reconstruction, lang Language) *Report {
	s := Section{Text: []string{lang.say("content.lead")}}
	if n := len(done); n > 1 && done[0].PSNR > done[n-1].PSNR {
		s.Text = append(s.Text, lang.say("content.sentence", done[0].Name(), done[0].PSNR, done[n-1].Name(), done[n-1].PSNR))
	}
	s.Figures = append(s.Figures, original(picture, "content.original", lang))
	table := &Table{Head: []string{lang.say("layer"), "PSNR (dB)", lang.say("start"), lang.say("end"), lang.say("seconds")}}
	for _, r := range done {
		label := fmt.Sprintf("%s: %.1f dB", r.Name(), r.PSNR)
		caption := lang.say("content.caption", r.Name(), r.PSNR, short(r.Start()), short(r.End()), len(r.Curve)-1)
		s.Figures = append(s.Figures, Figure{Drawing: labelled(r.Picture, label), Caption: caption})
		table.Rows = append(table.Rows, []string{r.Name(), fmt.Sprintf("%.1f", r.PSNR), short(r.Start()), short(r.End()), fmt.Sprintf("%.1f", r.Elapsed.Seconds())})
	}
	return &Report{Title: lang.say("content.title"), Language: lang, Sections: []Section{s, curveSection(done, table, lang)}}
}

// StyleReport turns textures into figures beside the picture that they are of.
func StyleReport(picture *canvas.Picture, done []*Reconstruction, lang Language) *Report {
	s := Section{Text: []string{lang.say("style.lead")}}
	s.Figures = append(s.Figures, original(picture, "style.original", lang))
	table := &Table{Head: []string{lang.say("layers"), lang.say("start"), lang.say("end"), lang.say("seconds")}}
	for i, r := range done {
		label := r.Name()
		if i > 1 {
			label = fmt.Sprintf("%s ... %s", r.Layers[0], r.Layers[i])
		}
		caption := lang.say("style.caption", strings.Join(r.Layers, ", "), short(r.Start()), short(r.End()), len(r.Curve)-1)
		s.Figures = append(s.Figures, Figure{Drawing: labelled(r.Picture, label), Caption: caption})
		table.Rows = append(table.Rows, []string{label, short(r.Start()), short(r.End()), fmt.Sprintf("%.1f", r.Elapsed.Seconds())})
	}
	return &Report{Title: lang.say("style.title"), Language: lang, Sections: []Section{s, curveSection(done, table, lang)}}
}

func original(picture *canvas.Picture, caption string, lang Language) Figure {
	return Figure{Drawing: labelled(picture, lang.say("original")), Caption: lang.say(caption, picture.Width, picture.Height)}
}

// curveSection draws the losses and lists the numbers.
func curveSection(done []*Reconstruction, table *Table, lang Language) Section {
	c := chart{xLabel: lang.say("iteration"), yLabel: lang.say("loss"), logY: true}
	for _, r := range done {
		line := series{name: r.Layers[len(r.Layers)-1]}
		if len(r.Layers) > 1 {
			line.name = "... " + line.name
		}
		for i, v := range r.Curve {
			line.x, line.y = append(line.x, float64(i)), append(line.y, v/r.Start())
		}
		c.series = append(c.series, line)
	}
	return Section{Heading: lang.say("numbers"), Table: table,
		Figures: []Figure{{Drawing: c.draw(480, 260), Caption: lang.say("curves")}}}
}

// pictureSide is the long side of a picture in a figure, in units.
const pictureSide = 224

// labelled draws a picture under its name.
func labelled(p *canvas.Picture, name string) *Drawing {
	w, h := canvas.Fit(p.Width, p.Height, pictureSide, true)
	d := &Drawing{Width: max(float64(w), 150), Height: float64(h) + 22}
	d.writeBold(0, 14, bodySize, left, name)
	d.show(0, 22, float64(w), float64(h), imageOf(p), false, name)
	return d
}

// imageOf returns a picture as an image; what is no number is black.
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
		panic("visualize: " + err.Error()) // all numbers are in [0,1]
	}
	return img
}
