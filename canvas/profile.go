package canvas

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/impasto/impasto/internal/srgb"
)

// A profile converts the colours of a file to sRGB by its ICC profile. Colours outside
// sRGB are clipped to it, as browsers do. A nil profile leaves colours unchanged.
//
// Profiles of cameras, screens and working spaces are three curves and a matrix, which
// are applied here. Those of printers, with tables, are left to a library.
type profile struct {
	channels int // 1 gray, 3 RGB, 4 CMYK
	curves   [3]*srgb.Table
	matrix   [3][3]float32 // from the profile's RGB to sRGB's, both linear
	table    *tableProfile // if not nil, in place of curves and matrix
}

var errProfile = errors.New("the ICC profile is damaged or unsupported")

// Places in the header of an ICC profile (ICC.1:2022, section 7.2).
const (
	iccSpace      = 16  // colour space of the data
	iccConnection = 20  // colour space of the profile's other side
	iccHeaderSize = 128 // then the number of tags
	iccTagSize    = 12
)

// srgbPrimaries holds the red, green and blue of sRGB in XYZ, adapted to the white D50 of ICC
// profiles (the colorants of the ICC's own sRGB profiles).
var srgbPrimaries = [3][3]float64{
	{0.436066, 0.222488, 0.013916},
	{0.385147, 0.716873, 0.097076},
	{0.143066, 0.060608, 0.714096},
}

// newProfile reads an ICC profile. It returns nil without an error for no profile and for
// sRGB.
func newProfile(data []byte) (*profile, error) {
	if len(data) == 0 {
		return nil, nil
	}
	tags, err := iccTags(data)
	if err != nil {
		return nil, err
	}
	_, hasTable := tags["A2B0"]
	if _, ok := tags["A2B1"]; ok {
		hasTable = true
	}
	space := string(data[iccSpace : iccSpace+4])
	switch {
	case space == "GRAY":
		return newGrayProfile(tags, string(data[iccConnection:iccConnection+3]) == "Lab")
	case space == "RGB " && hasTable:
		return newTableProfile(data, tags, 3)
	case space == "RGB ":
		return newMatrixProfile(tags)
	case space == "CMYK":
		return newTableProfile(data, tags, 4)
	}
	return nil, errProfile
}

// iccTags returns the data of the tags of an ICC profile by their signatures.
func iccTags(data []byte) (map[string][]byte, error) {
	if len(data) < iccHeaderSize+4 {
		return nil, errProfile
	}
	n := int64(binary.BigEndian.Uint32(data[iccHeaderSize:]))
	start := iccHeaderSize + 4 + iccTagSize*n
	if start > int64(len(data)) {
		return nil, errProfile
	}
	tags := make(map[string][]byte, n)
	for i := range n {
		entry := data[iccHeaderSize+4+i*iccTagSize:]
		offset, size := int64(binary.BigEndian.Uint32(entry[4:])), int64(binary.BigEndian.Uint32(entry[8:]))
		if offset < start || offset+size > int64(len(data)) {
			return nil, errProfile
		}
		tags[string(entry[:4])] = data[offset : offset+size]
	}
	return tags, nil
}

func newMatrixProfile(tags map[string][]byte) (*profile, error) {
	p := &profile{channels: 3}
	var primaries [3][3]float64
	for c, name := range []string{"r", "g", "b"} {
		curve, err := readCurve(tags[name+"TRC"])
		if err != nil {
			return nil, err
		}
		p.curves[c] = srgb.Sample(curve)
		xyz := tags[name+"XYZ"]
		if len(xyz) < 20 || string(xyz[:4]) != "XYZ " {
			return nil, errProfile
		}
		for i := range 3 {
			primaries[c][i] = fixed(xyz[8+4*i:])
		}
	}
	toSRGB := invert3(srgbPrimaries)
	for i := range 3 {
		for c := range 3 {
			for k := range 3 {
				p.matrix[i][c] += float32(toSRGB[k][i] * primaries[c][k])
			}
		}
	}
	if p.isSRGB() {
		return nil, nil
	}
	return p, nil
}

// newGrayProfile reads the single curve of a gray profile: to light, or to CIELAB's L.
func newGrayProfile(tags map[string][]byte, lab bool) (*profile, error) {
	curve, err := readCurve(tags["kTRC"])
	if err != nil {
		return nil, err
	}
	toY := curve
	if lab {
		toY = func(v float64) float64 { return lightOfL(100 * curve(v)) }
	}
	t := srgb.Sample(toY)
	p := &profile{channels: 1, curves: [3]*srgb.Table{t, t, t}, matrix: [3][3]float32{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}
	if p.isSRGB() {
		return nil, nil
	}
	return p, nil
}

// lightOfL returns Y of CIELAB's L (CIE 15).
func lightOfL(l float64) float64 {
	if l <= 8 {
		return l * 27 / 24389
	}
	return math.Pow((l+16)/116, 3)
}

// isSRGB reports whether the profile changes no value by more than half of 1/255.
func (p *profile) isSRGB() bool {
	const half = 0.5 / 255
	for i, row := range p.matrix {
		for c, v := range row {
			if i == c {
				v--
			}
			if math.Abs(float64(v)) > half {
				return false
			}
		}
	}
	for _, curve := range p.curves {
		for i := range 256 {
			v := float32(i) / 255
			light := float64(min(max(curve.At(v), 0), 1))
			if math.Abs(srgb.Encoded(light)-float64(v)) > half {
				return false
			}
		}
	}
	return true
}

// fits reports whether the profile applies to that many channels. A gray picture may
// carry an RGB profile, which then applies to its three equal channels.
func (p *profile) fits(channels int) bool {
	return p != nil && (p.channels == channels || channels == 1 && p.channels == 3)
}

// apply converts the line to sRGB; the first three channels hold RGB afterwards, in
// [0, 1].
func (p *profile) apply(l *line) {
	if p.table != nil {
		p.table.apply(l)
		return
	}
	r, g, b := l.c[0], l.c[1], l.c[2]
	m := &p.matrix
	for x := range r {
		u, v, w := p.curves[0].At(r[x]), p.curves[1].At(g[x]), p.curves[2].At(b[x])
		r[x] = m[0][0]*u + m[0][1]*v + m[0][2]*w
		g[x] = m[1][0]*u + m[1][1]*v + m[1][2]*w
		b[x] = m[2][0]*u + m[2][1]*v + m[2][2]*w
	}
	srgb.Encode(r)
	srgb.Encode(g)
	srgb.Encode(b)
}
