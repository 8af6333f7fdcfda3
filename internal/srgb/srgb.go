// Package srgb implements the transfer curve of sRGB (IEC 61966-2-1) between encoded values and light, both in
// [0, 1]: by its definition in float64, and by linear interpolation of samples, some 20 times as fast and
// accurate to 1e-7 for light and 1e-6 for encoded values.
package srgb

import "math"

// Light returns the light of an encoded value: the definition.
func Light(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// LightSlope returns the derivative of Light.
func LightSlope(v float64) float64 {
	if v <= 0.04045 {
		return 1 / 12.92
	}
	return 2.4 / 1.055 * math.Pow((v+0.055)/1.055, 1.4)
}

// Encoded returns the encoded value of light: the definition.
func Encoded(v float64) float64 {
	if v <= 0.0031308 {
		return v * 12.92
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// steps is the number of intervals of a table.
const steps = 4096

// A Table samples a function of [0, 1] at multiples of 1/4096.
type Table [steps + 2]float32 // the last is for interpolation at exactly 1

// Encoding has a steep start, so its samples are evenly spaced in the square root of light.
var (
	light   = Sample(Light)
	encoded = Sample(func(root float64) float64 { return Encoded(root * root) })
	slope   = Sample(LightSlope)
)

// Sample returns the table of f.
func Sample(f func(float64) float64) *Table {
	var t Table
	for i := range t {
		t[i] = float32(f(float64(i) / steps))
	}
	return &t
}

// At returns the function at v, clamped to [0, 1]. NaN becomes 0.
func (t *Table) At(v float32) float32 {
	if !(v > 0) {
		v = 0
	} else if v > 1 {
		v = 1
	}
	at := v * steps
	i := int(at)
	return t[i] + float32((t[i+1]-t[i])*(at-float32(i)))
}

// Decode writes the light of src, clamped to [0, 1], to dst, which is at least as long and may be src. NaN becomes 0.
func Decode(dst, src []float32) {
	for i, v := range src {
		dst[i] = light.At(v)
	}
}

// Encode replaces light by encoded values, clamped to [0, 1]. NaN becomes 0.
func Encode(v []float32) {
	for i, x := range v {
		if !(x > 0) {
			x = 0
		}
		v[i] = encoded.At(float32(math.Sqrt(float64(x))))
	}
}

// Slope returns the derivative of light with respect to v, clamped to [0, 1]. NaN becomes 0.
func Slope(v float32) float32 { return slope.At(v) }
