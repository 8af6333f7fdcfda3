package main

import (
	"math"
	"math/rand/v2"
)

// RGB is a colour as it is stored in a file: sRGB-encoded, each component nominally in [0,1].
type RGB struct{ R, G, B float64 }

// hex is the colour written 0xRRGGBB.
func hex(v uint32) RGB {
	return RGB{float64(v>>16&255) / 255, float64(v>>8&255) / 255, float64(v&255) / 255}
}

// mix goes from c (t=0) to d (t=1) in a straight line of encoded values.
func (c RGB) mix(d RGB, t float64) RGB {
	return RGB{lerp(c.R, d.R, t), lerp(c.G, d.G, t), lerp(c.B, d.B, t)}
}

// scale multiplies each component by k.
func (c RGB) scale(k float64) RGB { return RGB{c.R * k, c.G * k, c.B * k} }

// add adds k to each component.
func (c RGB) add(k float64) RGB { return RGB{c.R + k, c.G + k, c.B + k} }

// times multiplies two colours, as a transparent ink over a ground does.
func (c RGB) times(d RGB) RGB { return RGB{c.R * d.R, c.G * d.G, c.B * d.B} }

// distance is the Euclidean distance of two encoded colours.
func (c RGB) distance(d RGB) float64 {
	r, g, b := c.R-d.R, c.G-d.G, c.B-d.B
	return math.Sqrt(r*r + g*g + b*b)
}

// Lab is a colour in OKLab (Ottosson 2020): equal steps look equally large.
type Lab struct{ L, A, B float64 }

func decodeSRGB(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func encodeSRGB(v float64) float64 {
	if v <= 0.0031308 {
		return v * 12.92
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// lab converts c to OKLab.
func (c RGB) lab() Lab { return toLab(decodeSRGB(c.R), decodeSRGB(c.G), decodeSRGB(c.B)) }

// toLab converts linear light to OKLab.
func toLab(r, g, b float64) Lab {
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return Lab{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

// rgb converts k to sRGB; colours outside the gamut are clipped.
func (k Lab) rgb() RGB {
	l := k.L + 0.3963377774*k.A + 0.2158037573*k.B
	m := k.L - 0.1055613458*k.A - 0.0638541728*k.B
	s := k.L - 0.0894841775*k.A - 1.2914855480*k.B
	l, m, s = l*l*l, m*m*m, s*s*s
	return RGB{
		encodeSRGB(clamp(4.0767416621*l-3.3077115913*m+0.2309699292*s, 0, 1)),
		encodeSRGB(clamp(-1.2684380046*l+2.6097574011*m-0.3413193965*s, 0, 1)),
		encodeSRGB(clamp(-0.0041960863*l-0.7034186147*m+1.7076147010*s, 0, 1)),
	}
}

// vary jitters a colour: lightness by up to ±light, the hue and the chroma by moving up to ±chroma
// in the plane of equal lightness.
func (c RGB) vary(r *rand.Rand, light, chroma float64) RGB {
	k := c.lab()
	k.L += light * spread(r)
	k.A += chroma * spread(r)
	k.B += chroma * spread(r)
	return k.rgb()
}

// spread is uniform in [-1,1).
func spread(r *rand.Rand) float64 { return 2*r.Float64() - 1 }

// Ramp is a row of colours at equal distances, mixed in OKLab.
type Ramp []Lab

// decoded holds decodeSRGB of every byte. Ramps are made at many places for every pixel.
var decoded = func() (t [256]float64) {
	for i := range t {
		t[i] = decodeSRGB(float64(i) / 255)
	}
	return t
}()

// ramp makes a Ramp of colours written 0xRRGGBB.
func ramp(colours ...uint32) Ramp {
	r := make(Ramp, len(colours))
	for i, v := range colours {
		r[i] = toLab(decoded[v>>16&255], decoded[v>>8&255], decoded[v&255])
	}
	return r
}

// at is the colour at t in [0,1], clamped.
func (r Ramp) at(t float64) RGB {
	t = clamp(t, 0, 1) * float64(len(r)-1)
	i := min(int(t), len(r)-2)
	t -= float64(i)
	a, b := r[i], r[i+1]
	return Lab{lerp(a.L, b.L, t), lerp(a.A, b.A, t), lerp(a.B, b.B, t)}.rgb()
}

// pick returns one of the ramp's colours at random.
func (r Ramp) pick(rnd *rand.Rand) RGB { return r[rnd.IntN(len(r))].rgb() }
