package canvas

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/jpeg"
	"io"
	"math"
	"strings"
)

// JPEG is ITU-T T.81 in a JFIF or EXIF file: read and written, with 8 bits and a quality.
var JPEG = register(codec{
	name:        "JPEG",
	endings:     []string{".jpg", ".jpeg"},
	magics:      []string{"\xff\xd8\xff"},
	config:      jpeg.DecodeConfig,
	decode:      jpeg.Decode,
	unsupported: isError[jpeg.UnsupportedError],
	metadata:    (*metadata).readJPEG,
	encode:      encodeJPEG,
	depths:      []int{8},
	hasQuality:  true,
})

// iccPrefix begins a segment with a part of a profile.
const iccPrefix = "ICC_PROFILE\x00"

// readJPEG walks the segments before the scan: 0xff, marker, length (with itself), data.
func (m *metadata) readJPEG(file *io.SectionReader) {
	var recipe strings.Builder
	at := int64(2)
	for range maxChunks {
		var head [4]byte
		if _, err := file.ReadAt(head[:], at); err != nil || head[0] != 0xff {
			break
		}
		if head[1] == 0xff { // a fill byte
			at++
			continue
		}
		size := int64(binary.BigEndian.Uint16(head[2:]))
		if head[1] == 0xda || size < 2 { // start of scan
			break
		}
		switch head[1] {
		case 0xe1:
			if exif, ok := bytes.CutPrefix(piece(file, at+4, size-2), []byte(exifPrefix)); ok {
				m.readEXIF(exif)
			}
		case 0xe2: // parts of a profile carry their number and their count, and come in order
			data, ok := bytes.CutPrefix(piece(file, at+4, size-2), []byte(iccPrefix))
			if ok && len(data) > 2 && len(m.icc) < maxMetadata {
				m.icc = append(m.icc, data[2:]...)
			}
		case 0xfe:
			text, ok := strings.CutPrefix(string(piece(file, at+4, size-2)), recipeKeyword+"\n")
			if ok && recipe.Len() < maxMetadata {
				recipe.WriteString(text)
			}
		}
		at += 2 + size
	}
	m.recipe = recipe.String()
}

func encodeJPEG(w io.Writer, p *Picture, o EncodeOptions) error {
	if max(p.Width, p.Height) > math.MaxUint16 {
		return fmt.Errorf("a JPEG has at most %d pixels a side, and the picture is %dx%d: write a PNG", math.MaxUint16, p.Width, p.Height)
	}
	quality := o.Quality
	if quality == 0 {
		quality = 95
	}
	const startOfImage = 2
	extra := appendSegment(nil, 0xe1, exifPrefix+exifSRGB)
	const most = math.MaxUint16 - 2 - len(recipeKeyword+"\n")
	for text := o.Recipe; text != ""; {
		part := text[:min(len(text), most)]
		extra = appendSegment(extra, 0xfe, recipeKeyword+"\n"+part)
		text = text[len(part):]
	}
	return jpeg.Encode(&inserter{w: w, at: startOfImage, extra: extra}, p.samples8(), &jpeg.Options{Quality: quality})
}

// exifSRGB is EXIF data with one entry, ColorSpace (tag 0xa001 of the EXIF directory)
// = 1, sRGB: what cameras write. Big-endian: header; a directory with one entry, the
// pointer to the EXIF directory at byte 26; version 2.3 and the colour space there.
const exifSRGB = "MM\x00\x2a\x00\x00\x00\x08" +
	"\x00\x01" + "\x87\x69\x00\x04\x00\x00\x00\x01\x00\x00\x00\x1a" + "\x00\x00\x00\x00" +
	"\x00\x02" + "\x90\x00\x00\x07\x00\x00\x00\x04" + "0230" +
	"\xa0\x01\x00\x03\x00\x00\x00\x01\x00\x01\x00\x00" + "\x00\x00\x00\x00"

// appendSegment appends a JPEG segment of at most 65,533 bytes of data.
func appendSegment(b []byte, marker byte, data string) []byte {
	b = append(b, 0xff, marker)
	b = binary.BigEndian.AppendUint16(b, uint16(2+len(data)))
	return append(b, data...)
}
