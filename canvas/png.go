package canvas

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image/png"
	"io"
	"strings"
)

// PNG is Portable Network Graphics (W3C Recommendation, third edition): read and written, with 8 or 16 bits, without
// loss.
var PNG = register(codec{
	name:        "PNG",
	endings:     []string{".png"},
	magics:      []string{"\x89PNG\r\n\x1a\n"},
	config:      png.DecodeConfig,
	decode:      png.Decode,
	unsupported: isError[png.UnsupportedError],
	metadata:    (*metadata).readPNG,
	encode:      encodePNG,
	depths:      []int{8, 16},
})

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

func encodePNG(w io.Writer, p *Picture, o EncodeOptions) error {
	const signatureAndHeader = 8 + 25
	const perceptual = 0 // the rendering intent of the sRGB chunk
	extra := appendChunk(nil, "sRGB", []byte{perceptual})
	if o.Recipe != "" {
		extra = appendChunk(extra, "iTXt", []byte(recipeKeyword+"\x00\x00\x00\x00\x00"+o.Recipe))
	}
	return png.Encode(&inserter{w: w, at: signatureAndHeader, extra: extra}, p.samples(o.Depth))
}

// appendChunk appends a PNG chunk.
func appendChunk(b []byte, kind string, data []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	start := len(b)
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[start:]))
}
