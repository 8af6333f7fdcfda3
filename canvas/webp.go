package canvas

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"io"
	"iter"

	"golang.org/x/image/webp"
)

// WebP is RFC 9649: of an animation, the first frame is read.
var WebP = register(codec{
	name:     "WebP",
	endings:  []string{".webp"},
	magics:   []string{"RIFF????WEBPVP8"},
	config:   webp.DecodeConfig,
	decode:   decodeWebP,
	ycc:      studioRange,
	metadata: (*metadata).readWebP,
})

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

// decodeWebP returns the picture, or of an animation (which the decoder does not read)
// the first frame at its place on the screen.
func decodeWebP(r io.Reader) (image.Image, error) {
	file := r.(*io.SectionReader)
	data, at, ok := firstFrame(file)
	if !ok {
		return webp.Decode(file)
	}
	screen, err := webp.DecodeConfig(file)
	if err != nil {
		return nil, err
	}
	config, err := webp.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if at.X+config.Width > screen.Width || at.Y+config.Height > screen.Height {
		return nil, errors.New("the first frame lies outside the canvas")
	}
	img, err := webp.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return onScreen(img, at, screen), nil
}

// firstFrame returns the first frame of an animated WebP as a file of its own, and the
// place of its corner. An ANMF chunk holds the place and the size less 1, 24 bits each,
// the place in units of 2 pixels, 4 bytes of timing, and then the chunks of a picture
// (RFC 9649, section 2.7.1.1).
func firstFrame(file *io.SectionReader) (frame []byte, at image.Point, ok bool) {
	const head = 16
	for c := range riffChunks(file) {
		if c.kind != "ANMF" || c.size < head {
			continue
		}
		if c.at+c.size > file.Size() {
			return nil, at, false
		}
		data := make([]byte, c.size)
		if _, err := file.ReadAt(data, c.at); err != nil {
			return nil, at, false
		}
		at = image.Pt(2*little24(data), 2*little24(data[3:]))
		chunks := data[head:]
		if bytes.HasPrefix(chunks, []byte("ALPH")) { // alpha needs the extended header
			const hasAlpha = 1 << 4
			extended := []byte{hasAlpha, 0, 0, 0}
			extended = append(extended, data[6:12]...) // the size
			chunks = append(appendRIFF(nil, "VP8X", extended), chunks...)
		}
		return appendRIFF(nil, "RIFF", append([]byte("WEBP"), chunks...)), at, true
	}
	return nil, at, false
}

// little24 reads a little-endian number of 24 bits.
func little24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// appendRIFF appends a chunk of a RIFF file.
func appendRIFF(b []byte, kind string, data []byte) []byte {
	b = append(b, kind...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	b = append(b, data...)
	return append(b, make([]byte, len(data)%2)...)
}
