package figure

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"

	"golang.org/x/image/draw"
)

// fonts are those of the reader's system, including the one for Hangul.
const fonts = `Go, &quot;Noto Sans&quot;, &quot;Noto Sans KR&quot;, &quot;Apple SD Gothic Neo&quot;, &quot;Malgun Gothic&quot;, sans-serif`

func openSVG(b *strings.Builder, width, height float64) {
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.6g %.6g" width="%.6g" height="%.6g" font-family="%s">`,
		width, height, width, height, fonts)
	fmt.Fprintf(b, `<rect width="%.6g" height="%.6g" fill="#fff"/>`, width, height)
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

func (p *polyline) svg(b *strings.Builder) {
	b.WriteString(`<polyline fill="none" points="`)
	for i, q := range p.points {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(b, "%.2f,%.2f", q.X, q.Y)
	}
	fmt.Fprintf(b, `" stroke="%s" stroke-width="%.6g" stroke-linejoin="round"`, hex(p.colour), p.width)
	if len(p.dash) > 0 {
		fmt.Fprintf(b, ` stroke-dasharray="%s"`, strings.Trim(fmt.Sprint(p.dash), "[]"))
	}
	b.WriteString("/>")
}

func (t *Text) svg(b *strings.Builder) {
	fmt.Fprintf(b, `<text x="%.2f" y="%.2f" font-size="%.6g" text-anchor="%s" fill="%s"`,
		t.At.X, t.At.Y, t.Size, [...]string{Left: "start", Centre: "middle", Right: "end"}[t.Anchor], hex(t.Colour))
	if t.Bold {
		b.WriteString(` font-weight="bold"`)
	}
	if t.Upward {
		fmt.Fprintf(b, ` transform="rotate(-90 %.2f %.2f)"`, t.At.X, t.At.Y)
	}
	fmt.Fprintf(b, `>%s</text>`, html.EscapeString(t.Words))
}

// svg embeds the image with at most two pixels per unit, so that a page stays small enough to be sent by
// mail.
func (p *pixels) svg(b *strings.Builder) {
	img, exact := p.img, p.coarse
	if w, h := int(2*p.w), int(2*p.h); w < img.Bounds().Dx() && h < img.Bounds().Dy() {
		small := image.NewRGBA(image.Rect(0, 0, w, h))
		draw.CatmullRom.Scale(small, small.Bounds(), img, img.Bounds(), draw.Src, nil)
		img, exact = small, false
	}
	fmt.Fprintf(b, `<image x="%.2f" y="%.2f" width="%.2f" height="%.2f" preserveAspectRatio="none" href="%s" role="img" aria-label="%s"`,
		p.x, p.y, p.w, p.h, dataURI(img, exact), html.EscapeString(p.what))
	if exact {
		b.WriteString(` style="image-rendering:pixelated"`)
	}
	b.WriteString("/>")
}

func (g *group) svg(b *strings.Builder) {
	fmt.Fprintf(b, `<g transform="translate(%.2f %.2f)">`, g.dx, g.dy)
	for _, m := range g.marks {
		m.svg(b)
	}
	b.WriteString("</g>")
}

// photographQuality is the quality of JPEGs in pages.
const photographQuality = 90

// dataURI embeds an image in the page: losslessly if its pixels are numbers, otherwise as JPEG.
func dataURI(img image.Image, exact bool) string {
	var buf bytes.Buffer
	kind, err := "jpeg", error(nil)
	if exact {
		kind, err = "png", png.Encode(&buf, withPalette(img))
	} else {
		err = jpeg.Encode(&buf, img, &jpeg.Options{Quality: photographQuality})
	}
	if err != nil {
		panic("figure: " + err.Error()) // writing to memory does not fail
	}
	return "data:image/" + kind + ";base64," + base64.StdEncoding.EncodeToString(buf.Bytes())
}

// withPalette returns an image of at most 256 colours as one with a palette, which takes a third of the bytes, and
// any other unchanged.
func withPalette(img image.Image) image.Image {
	full, ok := img.(*image.RGBA)
	if !ok {
		return img
	}
	index := map[color.RGBA]uint8{}
	out := image.NewPaletted(full.Bounds(), nil)
	for y := range full.Bounds().Dy() {
		for x := range full.Bounds().Dx() {
			c := full.RGBAAt(x, y)
			i, known := index[c]
			if !known {
				if len(index) == 256 {
					return img
				}
				i = uint8(len(index))
				index[c] = i
				out.Palette = append(out.Palette, c)
			}
			out.Pix[y*out.Stride+x] = i
		}
	}
	return out
}
