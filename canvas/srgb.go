package canvas

import "math"

// The transfer curve of sRGB (IEC 61966-2-1) between encoded values and light, both in
// [0, 1], as straight lines between samples of the definition: some 20 times as fast, and as
// near to it as float32 can tell: within 1e-7 for light, 1e-6 for encoded values.
//
// Encoding has a steep start, so its samples are evenly spaced in the square root of light.

const curveSteps = 4096

// A curveTable samples a function of [0, 1] at multiples of 1/curveSteps.
type curveTable [curveSteps + 2]float32 // the last is for interpolation at exactly 1

var (
	lightTable   = sampleCurve(toLight)
	encodedTable = sampleCurve(func(root float64) float64 { return toEncoded(root * root) })
	slopeTable   = sampleCurve(lightSlope)
)

func sampleCurve(f func(float64) float64) *curveTable {
	var t curveTable
	for i := range t {
		t[i] = float32(f(float64(i) / curveSteps))
	}
	return &t
}

// toLight is the definition.
func toLight(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// lightSlope is the derivative of toLight.
func lightSlope(v float64) float64 {
	if v <= 0.04045 {
		return 1 / 12.92
	}
	return 2.4 / 1.055 * math.Pow((v+0.055)/1.055, 1.4)
}

// toEncoded is the definition.
func toEncoded(v float64) float64 {
	if v <= 0.0031308 {
		return v * 12.92
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// decodeLight writes the light of src, limited to [0, 1], to dst. NaN becomes 0.
func decodeLight(dst, src []float32) {
	for i, v := range src {
		dst[i] = lookUp(lightTable, v)
	}
}

// encodeLight replaces light by encoded values, limited to [0, 1]. NaN becomes 0.
func encodeLight(v []float32) {
	for i, x := range v {
		if !(x > 0) {
			x = 0
		}
		v[i] = lookUp(encodedTable, float32(math.Sqrt(float64(x))))
	}
}

// lookUp returns t at v, limited to [0, 1]. NaN becomes 0.
func lookUp(t *curveTable, v float32) float32 {
	if !(v > 0) {
		v = 0
	} else if v > 1 {
		v = 1
	}
	at := v * curveSteps
	i := int(at)
	return t[i] + float32((t[i+1]-t[i])*(at-float32(i)))
}
