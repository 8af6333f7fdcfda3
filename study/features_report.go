package study

import (
	"fmt"
	"image"
	"image/draw"
	"math"
	"slices"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/figure"
)

// The sizes of the parts of figures of channels, in units.
const (
	mapSide   = 160
	patchSide = 76
	patchGap  = 4
)

// FeaturesReport turns studies of features into figures: for each layer, the maps of its strongest channels, each with
// the patches of the picture at its largest values.
func FeaturesReport(picture *canvas.Picture, studies []*Features, lang figure.Language) *figure.Report {
	intro := figure.Section{Text: []string{say(lang, "features.lead")},
		Figures: []figure.Figure{original(picture, "features.original", lang)},
		Table: &figure.Table{Head: []string{say(lang, "layer"), say(lang, "shape"), say(lang, "field"), say(lang, "stride"),
			say(lang, "dead"), say(lang, "deadchannels"), say(lang, "mean"), say(lang, "norm")}}}
	r := &figure.Report{Title: say(lang, "features.title"), Language: lang}
	sections := []figure.Section{}
	for _, f := range studies {
		intro.Table.Rows = append(intro.Table.Rows, []string{f.Layer.String(), f.Shape.String(), pixelCount(f.Field.Size), pixelCount(f.Field.Stride),
			figure.Percent(f.Dead), fmt.Sprint(f.DeadChannels), figure.Short(f.Mean), figure.Short(f.Norm)})
		s := figure.Section{Heading: f.Layer.String(), Text: []string{say(lang, "features.sentence", f.Layer, f.Shape.Channels, f.Field.Size, f.Field.Size, figure.Percent(f.Dead))}}
		for i := range f.Channels {
			if c := &f.Channels[i]; len(c.Patches) > 0 {
				s.Figures = append(s.Figures, figure.Figure{Drawing: f.draw(c, picture, lang),
					Caption: say(lang, "features.caption", c.Index, f.Layer, figure.Short(c.Max), figure.Percent(c.Active))})
			}
		}
		sections = append(sections, s)
	}
	r.Sections = append([]figure.Section{intro}, sections...)
	return r
}

func pixelCount(n int) string { return fmt.Sprintf("%d px", n) }

func ratio(w, h int) (a, b float64) {
	fw, fh := canvas.Fit(w, h, mapSide, true)
	return float64(fw), float64(fh)
}

// draw draws the map of a channel with its patches beside it.
func (f *Features) draw(c *Channel, picture *canvas.Picture, lang figure.Language) *figure.Drawing {
	d := &figure.Drawing{}
	d.WriteBold(0, 14, figure.BodySize, figure.Left, say(lang, "channel", c.Index))
	w, h := ratio(f.Shape.Width, f.Shape.Height)
	d.Show(0, 22, w, h, mapImage(c.Map, f.Shape), true, say(lang, "channel", c.Index))
	d.Write(0, 22+h+16, figure.BodySize-1, figure.Left, c.scale(lang))
	right, bottom := patches(d, picture, c.Patches, 3, mapSide+10, 22)
	d.Width, d.Height = right, max(bottom, 22+h+22)
	return d
}

// scale returns the label of the colour scale of a channel's map. A layer before its ReLU also has negative values.
func (c *Channel) scale(lang figure.Language) string {
	limit := 0.0
	for _, v := range c.Map {
		limit = max(limit, math.Abs(float64(v)))
	}
	if slices.Min(c.Map) < 0 {
		return say(lang, "signedrange", figure.Short(-limit), figure.Short(limit))
	}
	return say(lang, "range", figure.Short(limit))
}

// patches draws patches of a picture with their values in a grid with the given number of columns, and returns the end of
// the grid. The space of all columns is used even if there are fewer patches.
func patches(d *figure.Drawing, picture *canvas.Picture, list []Patch, columns int, x, y float64) (right, bottom float64) {
	img := imageOf(picture)
	for i, p := range list {
		px := x + float64(i%columns)*(patchSide+patchGap)
		py := y + float64(i/columns)*(patchSide+16)
		d.Show(px, py, patchSide, patchSide, crop(img, p.Seen), p.Seen.Dx() < patchSide, figure.Short(p.Value))
		d.Write(px, py+patchSide+11, 11, figure.Left, figure.Short(p.Value))
	}
	rows := (len(list) + columns - 1) / columns
	return x + float64(columns)*(patchSide+patchGap), y + float64(rows)*(patchSide+16)
}

// crop returns a part of an image; pixels beyond the image, which are padding, are grey.
func crop(img image.Image, part image.Rectangle) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
	draw.Draw(out, out.Bounds(), image.NewUniform(figure.Hairline), image.Point{}, draw.Src)
	seen := part.Intersect(img.Bounds())
	draw.Draw(out, seen.Sub(part.Min), img, seen.Min, draw.Src)
	return out
}
