package canvas

import (
	"encoding/binary"
	"math"
)

// readCurve returns the function of a curve tag of an ICC profile, from values in the
// file to light, both in [0, 1] (ICC.1:2022, sections 10.6 and 10.18).
func readCurve(tag []byte) (func(float64) float64, error) {
	if len(tag) < 12 {
		return nil, errProfile
	}
	switch string(tag[:4]) {
	case "curv":
		return readSampled(tag)
	case "para":
		return readParametric(tag)
	}
	return nil, errProfile
}

// readSampled reads a curve of no samples (the identity), one (a power) or many.
func readSampled(tag []byte) (func(float64) float64, error) {
	n := int64(binary.BigEndian.Uint32(tag[8:]))
	samples := tag[12:]
	if 2*n > int64(len(samples)) {
		return nil, errProfile
	}
	switch n {
	case 0:
		return func(v float64) float64 { return v }, nil
	case 1:
		gamma := float64(binary.BigEndian.Uint16(samples)) / 256
		return func(v float64) float64 { return math.Pow(v, gamma) }, nil
	}
	at := func(i int) float64 { return float64(binary.BigEndian.Uint16(samples[2*i:])) / 65535 }
	last := int(n) - 1
	return func(v float64) float64 {
		place := min(max(v, 0), 1) * float64(last)
		i := min(int(place), last-1)
		return at(i) + (at(i+1)-at(i))*(place-float64(i))
	}, nil
}

// readParametric reads one of the five kinds of parametric curve. Each is
// (a v + b)^g + e for v >= d, and c v + f below.
func readParametric(tag []byte) (func(float64) float64, error) {
	counts := []int{1, 3, 4, 5, 7}
	kind := int(binary.BigEndian.Uint16(tag[8:]))
	if kind >= len(counts) || len(tag) < 12+4*counts[kind] {
		return nil, errProfile
	}
	var p [7]float64
	for i := range counts[kind] {
		p[i] = fixed(tag[12+4*i:])
	}
	g, a, b, c, d, e, f := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	switch kind {
	case 0:
		a, d = 1, math.Inf(-1)
	case 1, 2: // c is added on both sides of -b/a
		c, d, e, f = 0, -b/a, c, c
	}
	return func(v float64) float64 {
		if v < d {
			return c*v + f
		}
		return math.Pow(max(a*v+b, 0), g) + e
	}, nil
}

// fixed reads an s15Fixed16 number.
func fixed(b []byte) float64 {
	return float64(int32(binary.BigEndian.Uint32(b))) / 65536
}
