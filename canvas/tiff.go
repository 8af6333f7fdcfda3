package canvas

import (
	"encoding/binary"
	"io"

	"golang.org/x/image/tiff"
)

// TIFF is the Tagged Image File Format, revision 6.0: the first picture is read.
var TIFF = register(codec{
	name:        "TIFF",
	endings:     []string{".tif", ".tiff"},
	magics:      []string{"II\x2a\x00", "MM\x00\x2a"},
	config:      tiff.DecodeConfig,
	decode:      tiff.Decode,
	unsupported: isError[tiff.UnsupportedError],
	metadata:    (*metadata).readTIFF,
})

// Tags of a TIFF directory, which EXIF uses too.
const (
	tagOrientation = 274
	tagICC         = 34675
)

// readTIFF reads the first directory of a TIFF file: entries of tag, type, count and
// value, or where the value lies.
func (m *metadata) readTIFF(file *io.SectionReader) {
	var head [8]byte
	if _, err := file.ReadAt(head[:], 0); err != nil {
		return
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch string(head[:4]) {
	case "II\x2a\x00":
	case "MM\x00\x2a":
		order = binary.BigEndian
	default:
		return
	}
	at := int64(order.Uint32(head[4:]))
	if _, err := file.ReadAt(head[:2], at); err != nil {
		return
	}
	entries := piece(file, at+2, 12*int64(order.Uint16(head[:])))
	for ; len(entries) >= 12; entries = entries[12:] {
		kind, count := order.Uint16(entries[2:]), order.Uint32(entries[4:])
		switch order.Uint16(entries) {
		case tagOrientation:
			const short = 3
			if v := order.Uint16(entries[8:]); kind == short && count == 1 && v >= 1 && v <= 8 {
				m.orientation = orientation(v)
			}
		case tagICC:
			m.icc = piece(file, int64(order.Uint32(entries[8:])), int64(count))
		}
	}
}
