package figure

import (
	"image"
	"image/color"
	"math"
)

// ramp is a colour scale by points at equal distances.
type ramp []color.RGBA

// sequential rises in brightness throughout, also for colour-blind readers: points of viridis (van der Walt and
// Smith 2015, CC0).
var sequential = ramp{
	{0x44, 0x01, 0x54, 0xff}, {0x48, 0x28, 0x78, 0xff}, {0x3e, 0x4a, 0x89, 0xff}, {0x31, 0x68, 0x8e, 0xff}, {0x26, 0x82, 0x8e, 0xff},
	{0x1f, 0x9e, 0x89, 0xff}, {0x35, 0xb7, 0x79, 0xff}, {0x6d, 0xcd, 0x59, 0xff}, {0xb4, 0xde, 0x2c, 0xff}, {0xfd, 0xe7, 0x25, 0xff},
}

// diverging goes from blue for less through white to orange for more.
var divergingRamp = ramp{{0x08, 0x45, 0x94, 0xff}, {0x6b, 0xae, 0xd6, 0xff}, {0xff, 0xff, 0xff, 0xff}, {0xf1, 0xa3, 0x40, 0xff}, {0x8c, 0x3b, 0x00, 0xff}}

// at returns the colour at t in [0,1].
func (r ramp) at(t float64) color.RGBA {
	s := min(max(t, 0), 1) * float64(len(r)-1)
	i := min(int(s), len(r)-2)
	f := s - float64(i)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + f*(float64(b)-float64(a)))) }
	return color.RGBA{mix(r[i].R, r[i+1].R), mix(r[i].G, r[i+1].G), mix(r[i].B, r[i+1].B), 0xff}
}

// Shade maps numbers to colours.
type Shade struct {
	ramp  ramp
	limit float64 // the number of the last colour; of a diverging ramp, the first has its negative
	root  bool    // colours by the square root, so that small numbers are visible beside large ones
}

// NewShade returns the scale for all numbers of some slices: diverging if one is negative.
func NewShade(root bool, slices ...[]float64) Shade {
	s := Shade{ramp: sequential, root: root}
	for _, values := range slices {
		for _, v := range values {
			s.limit = max(s.limit, math.Abs(v))
			if v < 0 {
				s.ramp = divergingRamp
			}
		}
	}
	if s.limit == 0 {
		s.limit = 1
	}
	return s
}

// Diverging returns the shade with a ramp that shows signs.
func (s Shade) Diverging() Shade {
	s.ramp = divergingRamp
	return s
}

func (s Shade) signed() bool { return &s.ramp[0] == &divergingRamp[0] }

// at returns the colour of a number, one of 256.
func (s Shade) at(v float64) color.RGBA {
	t := math.Abs(v) / s.limit
	if s.root {
		t = math.Sqrt(t)
	}
	if s.signed() {
		t = 0.5 + math.Copysign(t, v)/2
	}
	return s.ramp.at(math.Round(255*t) / 255)
}

// Bar draws the scale upright with its numbers on the right.
func (s Shade) Bar(d *Drawing, x, y, h float64) {
	const steps, width = 128, 14
	low := 0.0
	if s.signed() {
		low = -1
	}
	inverse := func(t float64) float64 { // of the place in [low,1]
		if s.root {
			return math.Copysign(t*t, t) * s.limit
		}
		return t * s.limit
	}
	strip := image.NewRGBA(image.Rect(0, 0, 1, steps))
	for i := range steps {
		t := 1 - float64(i)/(steps-1)*(1-low)
		strip.SetRGBA(0, i, s.at(inverse(t)))
	}
	d.Show(x, y, width, h, strip, true, "scale")
	for _, t := range []float64{1, 0.5, 0, -0.5, -1} {
		if t >= low {
			place := y + (1-t)/(1-low)*h
			d.Line(Grey, 1, Point{x + width, place}, Point{x + width + 4, place})
			d.Write(x+width+7, place+4.5, BodySize-1, Left, Short(inverse(t)))
		}
	}
}

// Plane draws numbers [h,w] as colours.
func (s Shade) Plane(values []float64, w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i, v := range values {
		img.SetRGBA(i%w, i/w, s.at(v))
	}
	return img
}
