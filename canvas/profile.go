package canvas

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/kovidgoyal/imaging/prism/meta/icc"
)

// A profile converts the colours of a file to sRGB, by its ICC profile, with the relative
// colorimetric intent and black point compensation, which photo programs default to.
// A nil profile leaves colours as they are.
type profile struct {
	channels int // 1 gray, 3 RGB, 4 CMYK
	pipeline *icc.Pipeline
}

var errProfile = errors.New("the ICC profile is damaged or of a kind that is not known")

// Offsets in the header of an ICC profile (ICC.1:2022, section 7.2).
const (
	iccSpace      = 16  // data colour space
	iccHeaderSize = 128 // then the number of tags
	iccTagSize    = 12
)

// newProfile reads an ICC profile. It returns nil without an error for sRGB itself, or
// none.
func newProfile(data []byte) (p *profile, err error) {
	if len(data) == 0 {
		return nil, nil
	}
	if err := checkProfile(data); err != nil {
		return nil, err
	}
	channels := 3
	switch string(data[iccSpace : iccSpace+4]) {
	case "CMYK":
		channels = 4
	case "GRAY":
		channels = 1
		if data = grayAsRGB(data); data == nil {
			return nil, errProfile
		}
	}
	err = guard(func() error {
		parsed, err := icc.DecodeProfile(bytes.NewReader(data))
		if err != nil || parsed.IsSRGB() {
			return err
		}
		pipeline, err := parsed.CreateTransformerToSRGB(icc.RelativeColorimetricRenderingIntent, true, max(channels, 3), true, true, true)
		if err == nil {
			p = &profile{channels: channels, pipeline: pipeline}
		}
		return err
	})
	if err != nil {
		return nil, errProfile
	}
	return p, nil
}

// checkProfile makes sure that the tags lie inside the data and their tables inside the
// tags, before a parser takes memory by their word.
func checkProfile(data []byte) error {
	if len(data) < iccHeaderSize+4 {
		return errProfile
	}
	start := iccHeaderSize + 4 + iccTagSize*int64(binary.BigEndian.Uint32(data[iccHeaderSize:]))
	if start > int64(len(data)) {
		return errProfile
	}
	for _, t := range iccTags(data) {
		if t.offset < start || t.offset+t.size > int64(len(data)) {
			return errProfile
		}
		tag := data[t.offset : t.offset+t.size]
		if !curvesFit(tag) || !tableFits(tag) {
			return errProfile
		}
	}
	return nil
}

// curvesFit reports whether every sampled curve in a tag lies inside the tag. Curves occur
// alone and inside other tags; each is "curv", 0, count, then count 16-bit numbers.
func curvesFit(tag []byte) bool {
	mark := []byte("curv\x00\x00\x00\x00")
	for {
		i := bytes.Index(tag, mark)
		if i < 0 {
			return true
		}
		tag = tag[i+len(mark):]
		if len(tag) < 4 || 2*int64(binary.BigEndian.Uint32(tag)) > int64(len(tag)-4) {
			return false
		}
	}
}

// tableFits reports whether the colour table of a tag, if it has one, lies inside the tag
// (ICC.1:2022, sections 10.10 to 10.12).
func tableFits(tag []byte) bool {
	if len(tag) < 32 {
		return true
	}
	in, out := int(tag[8]), int64(tag[9])
	if in > 4 || out > 4 {
		return !isTable(tag)
	}
	switch string(tag[:4]) {
	case "mft1", "mft2":
		cells := out * int64(tag[3]-'0')
		for range in {
			cells *= int64(tag[10])
		}
		return cells <= int64(len(tag))
	case "mAB ", "mBA ":
		at := int64(binary.BigEndian.Uint32(tag[24:]))
		if at == 0 {
			return true
		}
		if at+20 > int64(len(tag)) {
			return false
		}
		table := tag[at:]
		width := int64(table[16])
		cells := out * width
		for _, n := range table[:in] {
			cells *= int64(n)
		}
		return (width == 1 || width == 2) && cells <= int64(len(table))
	}
	return true
}

func isTable(tag []byte) bool {
	switch string(tag[:4]) {
	case "mft1", "mft2", "mAB ", "mBA ":
		return true
	}
	return false
}

type iccTag struct {
	signature    string
	offset, size int64
}

func iccTags(data []byte) []iccTag {
	tags := make([]iccTag, binary.BigEndian.Uint32(data[iccHeaderSize:]))
	for i := range tags {
		entry := data[iccHeaderSize+4+i*iccTagSize:]
		tags[i] = iccTag{
			signature: string(entry[:4]),
			offset:    int64(binary.BigEndian.Uint32(entry[4:])),
			size:      int64(binary.BigEndian.Uint32(entry[8:])),
		}
	}
	return tags
}

// grayAsRGB returns an RGB profile whose three curves are the gray profile's one, with
// sRGB's primaries, so that gray stays gray; nil if there is no curve. (The library that
// reads profiles knows RGB and CMYK only.)
func grayAsRGB(data []byte) []byte {
	for _, t := range iccTags(data) {
		if t.signature == "kTRC" {
			return matrixProfile(srgbPrimaries, data[t.offset:t.offset+t.size])
		}
	}
	return nil
}

// srgbPrimaries holds the red, green and blue of sRGB in XYZ, adapted to D50.
var srgbPrimaries = [3][3]float64{
	{0.43607, 0.22249, 0.01392},
	{0.38515, 0.71687, 0.09708},
	{0.14307, 0.06061, 0.71410},
}

// matrixProfile returns an ICC profile (version 2) of an RGB display with the given
// primaries (XYZ relative to D50) and one curve tag for all channels.
func matrixProfile(primaries [3][3]float64, curve []byte) []byte {
	const tags = 6
	var body []byte
	offset := func() uint32 { return uint32(iccHeaderSize + 4 + tags*iccTagSize + len(body)) }
	table := binary.BigEndian.AppendUint32(nil, tags)
	entry := func(signature string, at uint32, size int) {
		table = append(table, signature...)
		table = binary.BigEndian.AppendUint32(table, at)
		table = binary.BigEndian.AppendUint32(table, uint32(size))
	}
	for c, signature := range []string{"rXYZ", "gXYZ", "bXYZ"} {
		entry(signature, offset(), 20)
		body = append(body, "XYZ \x00\x00\x00\x00"...)
		body = appendFixed(body, primaries[c][:]...)
	}
	at := offset()
	for _, signature := range []string{"rTRC", "gTRC", "bTRC"} {
		entry(signature, at, len(curve))
	}
	body = append(body, curve...)

	header := make([]byte, iccHeaderSize)
	binary.BigEndian.PutUint32(header, uint32(len(header)+len(table)+len(body)))
	binary.BigEndian.PutUint32(header[8:], 0x02400000)
	copy(header[12:], "mntrRGB XYZ ")
	copy(header[36:], "acsp")
	copy(header[68:], appendFixed(nil, 0.9642, 1, 0.8249)) // D50
	return append(append(header, table...), body...)
}

// appendFixed appends values as s15Fixed16 numbers.
func appendFixed(b []byte, values ...float64) []byte {
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(v*65536+0.5)))
	}
	return b
}

// fits reports whether the profile describes colours of that many channels. A gray
// picture may carry an RGB profile (its three channels are equal) and gets it.
func (p *profile) fits(channels int) bool {
	return p != nil && (p.channels == channels || channels == 1 && p.channels == 3)
}

// apply converts the line to sRGB; the first three channels hold RGB afterwards, in
// [0, 1].
func (p *profile) apply(l *line) {
	r, g, b, k := l.c[0], l.c[1], l.c[2], l.c[3]
	if p.channels == 4 {
		var in, out [4]float64
		for x := range r {
			in = [4]float64{float64(r[x]), float64(g[x]), float64(b[x]), float64(k[x])}
			p.pipeline.TransformGeneral(out[:], in[:])
			r[x], g[x], b[x] = float32(out[0]), float32(out[1]), float32(out[2])
		}
		return
	}
	for x := range r {
		u, v, w := p.pipeline.Transform(float64(r[x]), float64(g[x]), float64(b[x]))
		r[x], g[x], b[x] = float32(u), float32(v), float32(w)
	}
}
