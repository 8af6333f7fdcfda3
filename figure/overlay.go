package figure

import (
	"image"
	"image/color"
	"math"
	"slices"
)

// glow is the colour scale of maps laid over a picture: the stronger, the more opaque.
var glow = func() ramp {
	r := make(ramp, len(sequential))
	for i := range r {
		t := float64(i) / float64(len(r)-1)
		r[i] = mix(color.RGBA{0x9a, 0x9a, 0x9a, 0xff}, sequential[i], opacity(t))
	}
	return r
}()

// NewGlow returns the scale of an overlay for numbers up to a limit, by the square root if root is set.
func NewGlow(limit float64, root bool) Shade { return Shade{ramp: glow, limit: limit, root: root} }

// opacity is the opacity of the map at a place of the colour scale.
func opacity(t float64) float64 { return min(1, 0.1+1.1*t) }

func mix(a, b color.RGBA, t float64) color.RGBA {
	one := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + t*(float64(y)-float64(x)))) }
	return color.RGBA{one(a.R, b.R), one(a.G, b.G), one(a.B, b.B), 0xff}
}

// Overlay lays a map of non-negative numbers over a picture in grey, in colours up to the limit of a scale. The
// map may be smaller than the picture.
func Overlay(picture *image.RGBA, values []float64, w, h int, scale Shade) *image.RGBA {
	b := picture.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := picture.RGBAAt(x, y)
			luma := 0.299*float64(c.R) + 0.587*float64(c.G) + 0.114*float64(c.B)
			g := uint8(70 + 0.65*luma)
			t := min(1, values[min(y*h/b.Dy(), h-1)*w+min(x*w/b.Dx(), w-1)]/scale.limit)
			if scale.root {
				t = math.Sqrt(t)
			}
			out.SetRGBA(x, y, mix(color.RGBA{g, g, g, 0xff}, sequential.at(t), opacity(t)))
		}
	}
	return out
}

// LimitOf returns the number for the last colour of an overlay; few numbers are larger.
func LimitOf(values []float64) float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	if v := sorted[int(0.995*float64(len(sorted)-1))]; v > 0 {
		return v
	}
	return max(sorted[len(sorted)-1], math.SmallestNonzeroFloat64)
}
