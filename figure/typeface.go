package figure

import (
	_ "embed"
	"image"
	"math"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// hangulFont has the syllables of KS X 1001, a subset of NanumGothic (SIL Open Font License 1.1, see fonts).
//
//go:embed fonts/hangul.ttf
var hangulFont []byte

// typefaces are parsed fonts: the Go fonts, which may be embedded freely (BSD licence), and Hangul in one
// weight.
type typefaces struct {
	regular, bold, hangul *opentype.Font
}

var parsed = sync.OnceValue(func() typefaces {
	return typefaces{parse(goregular.TTF), parse(gobold.TTF), parse(hangulFont)}
})

func parse(data []byte) *opentype.Font {
	f, err := opentype.Parse(data)
	if err != nil {
		panic("figure: " + err.Error()) // the font is part of the program
	}
	return f
}

// face sets text in a Go font, and in the Hangul font what that lacks. A face must be used by one goroutine at a time.
type face struct {
	font.Face // the Go font
	latin     *opentype.Font
	hangul    font.Face
	embolden  int // pixels by which Hangul is thickened
	buf       sfnt.Buffer
}

// boldening is the growth of strokes relative to the size, so that Hangul is as dark as the bold Latin.
const boldening = 1.0 / 16

// newFace makes a face of a size in pixels.
func newFace(size float64, bold bool) *face {
	all := parsed()
	f := &face{latin: all.regular}
	if bold {
		f.latin, f.embolden = all.bold, max(1, int(math.Round(size*boldening)))
	}
	f.Face, f.hangul = sized(f.latin, size), sized(all.hangul, size)
	return f
}

func sized(f *opentype.Font, size float64) font.Face {
	s, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		panic("figure: " + err.Error()) // the options are constants
	}
	return s
}

// has reports whether a font has a glyph for a character.
func (f *face) has(of *opentype.Font, r rune) bool {
	index, err := of.GlyphIndex(&f.buf, r)
	return err == nil && index != 0
}

// second reports whether a character is set in the Hangul font.
func (f *face) second(r rune) bool { return !f.has(f.latin, r) && f.has(parsed().hangul, r) }

// Glyph draws a character. For bold text, one of the Hangul font is thickened by drawing it several times, side
// by side.
func (f *face) Glyph(dot fixed.Point26_6, r rune) (area image.Rectangle, mask image.Image, at image.Point, advance fixed.Int26_6, ok bool) {
	if !f.second(r) {
		return f.Face.Glyph(dot, r)
	}
	area, mask, at, advance, ok = f.hangul.Glyph(dot, r)
	if alpha, plain := mask.(*image.Alpha); ok && plain && f.embolden > 0 {
		area, mask, at = thickened(area, alpha, at, f.embolden)
	}
	return area, mask, at, advance, ok
}

// thickened draws a mask once for each pixel of growth, each one further right.
func thickened(area image.Rectangle, mask *image.Alpha, at image.Point, by int) (image.Rectangle, image.Image, image.Point) {
	wide := image.NewAlpha(image.Rect(0, 0, area.Dx()+by, area.Dy()))
	for y := range area.Dy() {
		for x := range area.Dx() {
			v := mask.AlphaAt(at.X+x, at.Y+y)
			for k := range by + 1 {
				if v.A > wide.AlphaAt(x+k, y).A {
					wide.SetAlpha(x+k, y, v)
				}
			}
		}
	}
	area.Max.X += by
	return area, wide, image.Point{}
}

// GlyphBounds returns the box of a character around its dot.
func (f *face) GlyphBounds(r rune) (bounds fixed.Rectangle26_6, advance fixed.Int26_6, ok bool) {
	if f.second(r) {
		bounds, advance, ok = f.hangul.GlyphBounds(r)
		bounds.Max.X += fixed.I(f.embolden)
		return bounds, advance, ok
	}
	return f.Face.GlyphBounds(r)
}

// GlyphAdvance returns the width of a character.
func (f *face) GlyphAdvance(r rune) (advance fixed.Int26_6, ok bool) {
	if f.second(r) {
		return f.hangul.GlyphAdvance(r)
	}
	return f.Face.GlyphAdvance(r)
}

// Kern returns the kerning of two characters of the same font.
func (f *face) Kern(a, b rune) fixed.Int26_6 {
	if f.second(a) || f.second(b) {
		return 0
	}
	return f.Face.Kern(a, b)
}

// TextWidth is the width of words in regular weight, in units.
func TextWidth(words string, size float64) float64 {
	return float64(font.MeasureString(newFace(size, false), words)) / 64
}
