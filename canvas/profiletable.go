package canvas

import (
	"bytes"
	"encoding/binary"

	"github.com/kovidgoyal/imaging/prism/meta/icc"
)

// A tableProfile converts by the tables of an ICC profile, with the relative colorimetric
// intent and black point compensation, which photo programs default to.
type tableProfile struct {
	pipeline *icc.Pipeline
	ink      bool // from CMYK, not RGB
}

func newTableProfile(data []byte, tags map[string][]byte, channels int) (*profile, error) {
	for _, tag := range tags {
		if !curvesFit(tag) || !tableFits(tag) {
			return nil, errProfile
		}
	}
	var pipeline *icc.Pipeline
	err := guard(func() error {
		parsed, err := icc.DecodeProfile(bytes.NewReader(data))
		if err != nil {
			return err
		}
		pipeline, err = parsed.CreateTransformerToSRGB(icc.RelativeColorimetricRenderingIntent, true, channels, true, false, true)
		return err
	})
	if err != nil {
		return nil, errProfile
	}
	p := &profile{channels: channels, table: &tableProfile{pipeline: pipeline, ink: channels == 4}}
	// Convert one pixel now to find out what would fail later.
	if err := guard(func() error { p.apply(newLine(1)); return nil }); err != nil {
		return nil, errProfile
	}
	return p, nil
}

// apply converts a line.
func (t *tableProfile) apply(l *line) {
	var in, out [4]float64
	for x := range l.alpha {
		for c := range in {
			in[c] = float64(l.c[c][x])
		}
		if t.ink {
			t.pipeline.TransformGeneral(out[:], in[:])
		} else {
			out[0], out[1], out[2] = t.pipeline.Transform(in[0], in[1], in[2])
		}
		for c := range 3 {
			v := float32(out[c])
			if !(v > 0) { // or NaN
				v = 0
			}
			l.c[c][x] = min(v, 1)
		}
	}
}

// curvesFit reports whether every sampled curve in a tag lies inside the tag. Curves occur
// alone and inside other tags; each is "curv", 0, a count, then that many 16-bit numbers.
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
