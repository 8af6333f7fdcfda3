package canvas

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"iter"
	"strings"
)

// metadata is what a file says about its picture beside the pixels. Metadata that is
// damaged counts as absent: the picture can still be read.
type metadata struct {
	orientation orientation // 1 to 8
	icc         []byte      // ICC profile
	recipe      string      // as written by Encode
}

// maxMetadata bounds what is read of one piece of metadata: profiles of printers have up
// to a few megabytes.
const maxMetadata = 16 << 20

// maxChunks bounds the chunks that are looked at; a PNG of 200 million pixels in chunks of
// 8 KiB has about 150,000.
const maxChunks = 1 << 20

const (
	recipeKeyword = "Impasto recipe"
	exifPrefix    = "Exif\x00\x00"
	iccPrefix     = "ICC_PROFILE\x00"
)

// readMetadata reads the metadata of a file of format f.
func readMetadata(f Format, r io.ReaderAt, size int64) metadata {
	m := metadata{orientation: 1}
	file := io.NewSectionReader(r, 0, size)
	switch f {
	case PNG:
		m.readPNG(file)
	case JPEG:
		m.readJPEG(file)
	case WebP:
		m.readWebP(file)
	case TIFF:
		m.readTIFF(file)
	}
	return m
}

// readPNG walks the chunks of a PNG: length, type, data, checksum.
func (m *metadata) readPNG(file *io.SectionReader) {
	at := int64(8)
	for range maxChunks {
		var head [8]byte
		if _, err := file.ReadAt(head[:], at); err != nil {
			return
		}
		size := int64(binary.BigEndian.Uint32(head[:]))
		switch string(head[4:]) {
		case "eXIf":
			m.readEXIF(piece(file, at+8, size))
		case "iCCP":
			m.icc = inflateProfile(piece(file, at+8, size))
		case "iTXt":
			m.readText(piece(file, at+8, size))
		case "IEND":
			return
		}
		at += 12 + size
	}
}

// inflateProfile returns the profile in an iCCP chunk: name, 0, method 0, zlib stream.
func inflateProfile(chunk []byte) []byte {
	_, rest, ok := bytes.Cut(chunk, []byte{0})
	if !ok || len(rest) < 1 || rest[0] != 0 {
		return nil
	}
	z, err := zlib.NewReader(bytes.NewReader(rest[1:]))
	if err != nil {
		return nil
	}
	profile, err := io.ReadAll(io.LimitReader(z, maxMetadata))
	if err != nil {
		return nil
	}
	return profile
}

// readText takes the recipe from an uncompressed iTXt chunk: keyword, 0, two bytes on
// compression, language, 0, translated keyword, 0, text.
func (m *metadata) readText(chunk []byte) {
	if text, ok := strings.CutPrefix(string(chunk), recipeKeyword+"\x00\x00\x00\x00\x00"); ok {
		m.recipe = text
	}
}

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

func (m *metadata) readWebP(file *io.SectionReader) {
	for c := range riffChunks(file) {
		switch c.kind {
		case "EXIF":
			m.readEXIF(bytes.TrimPrefix(piece(file, c.at, c.size), []byte(exifPrefix)))
		case "ICCP":
			m.icc = piece(file, c.at, c.size)
		}
	}
}

// A riffChunk is where the data of a chunk of a RIFF file lies.
type riffChunk struct {
	kind     string
	at, size int64
}

// riffChunks walks the chunks of a RIFF file: type, length, data, padding to even.
func riffChunks(file *io.SectionReader) iter.Seq[riffChunk] {
	return func(yield func(riffChunk) bool) {
		at := int64(12)
		for range maxChunks {
			var head [8]byte
			if _, err := file.ReadAt(head[:], at); err != nil {
				return
			}
			size := int64(binary.LittleEndian.Uint32(head[4:]))
			if !yield(riffChunk{string(head[:4]), at + 8, size}) {
				return
			}
			at += 8 + size + size&1
		}
	}
}

func (m *metadata) readEXIF(exif []byte) {
	m.readTIFF(io.NewSectionReader(bytes.NewReader(exif), 0, int64(len(exif))))
}

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

// piece returns size bytes of the file, or nil if they are not all there or too many.
func piece(file *io.SectionReader, at, size int64) []byte {
	if size < 0 || size > maxMetadata || at < 0 || at+size > file.Size() {
		return nil
	}
	b := make([]byte, size)
	if _, err := file.ReadAt(b, at); err != nil && err != io.EOF {
		return nil
	}
	return b
}
