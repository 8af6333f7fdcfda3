package canvas

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// EncodeOptions select how a picture is written. The zero value is 8-bit PNG, or JPEG of
// quality 95.
type EncodeOptions struct {
	// Depth is the number of bits of a PNG's samples, 8 or 16; 0 means 8. JPEG has 8.
	Depth int
	// Quality is that of a JPEG, 1 to 100; 0 means 95. PNG is lossless.
	Quality int
	// Recipe is text about how the picture was made, in UTF-8 without NUL; "" means none.
	// [ReadRecipe] returns it. PNG carries it as international text under the keyword
	// "Impasto recipe", JPEG as comments that begin with that line.
	Recipe string
}

// Check returns an error if an option is out of its range, so that it can be reported
// before work begins.
func (o EncodeOptions) Check() error {
	switch {
	case o.Depth != 0 && o.Depth != 8 && o.Depth != 16:
		return fmt.Errorf("depth is %d bits; must be 8 or 16", o.Depth)
	case o.Quality < 0 || o.Quality > 100:
		return fmt.Errorf("JPEG quality is %d; must be 1 to 100", o.Quality)
	case !utf8.ValidString(o.Recipe) || strings.Contains(o.Recipe, "\x00"):
		return fmt.Errorf("the recipe is not UTF-8 text without NUL")
	case len(o.Recipe) > maxMetadata/2:
		return fmt.Errorf("the recipe has %d bytes; at most %d can be embedded", len(o.Recipe), maxMetadata/2)
	}
	return nil
}

// Encode writes p to w as PNG or JPEG, marked as sRGB. Values are clamped to [0, 1] and
// rounded to the nearest value of the format. It returns an error if a value is NaN or
// infinite, if an option is out of range, if the format cannot hold the picture, or the
// error of w; in the first three cases nothing has been written.
func Encode(w io.Writer, p *Picture, f Format, o EncodeOptions) error {
	if err := o.Check(); err != nil {
		return err
	}
	if err := p.checkFinite(); err != nil {
		return err
	}
	switch f {
	case PNG:
		return encodePNG(w, p, o)
	case JPEG:
		return encodeJPEG(w, p, o)
	}
	return fmt.Errorf("cannot write %v; must be PNG or JPEG", f)
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

// samples returns the picture with 8 or 16 bits per sample. The values must be finite.
func (p *Picture) samples(depth int) image.Image {
	if depth == 16 {
		return p.samples16()
	}
	return p.samples8()
}

func (p *Picture) samples8() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
	r, g, b := p.Channel(0), p.Channel(1), p.Channel(2)
	for i := range r {
		px := img.Pix[4*i : 4*i+4 : 4*i+4]
		px[0], px[1], px[2], px[3] = byte(quantise(r[i], 255)), byte(quantise(g[i], 255)), byte(quantise(b[i], 255)), 255
	}
	return img
}

func (p *Picture) samples16() *image.RGBA64 {
	img := image.NewRGBA64(image.Rect(0, 0, p.Width, p.Height))
	r, g, b := p.Channel(0), p.Channel(1), p.Channel(2)
	for i := range r {
		px := img.Pix[8*i : 8*i+8 : 8*i+8]
		binary.BigEndian.PutUint16(px[0:], quantise(r[i], 65535))
		binary.BigEndian.PutUint16(px[2:], quantise(g[i], 65535))
		binary.BigEndian.PutUint16(px[4:], quantise(b[i], 65535))
		binary.BigEndian.PutUint16(px[6:], 65535)
	}
	return img
}

// quantise maps [0, 1] to 0..full, rounding to nearest and clamping values outside.
func quantise(v, full float32) uint16 {
	return uint16(min(max(v, 0), 1)*full + 0.5)
}

// An inserter is a writer that inserts extra after the first at bytes.
type inserter struct {
	w     io.Writer
	at    int
	extra []byte
}

func (i *inserter) Write(b []byte) (int, error) {
	head := min(i.at, len(b))
	n, err := i.w.Write(b[:head])
	i.at -= n
	if err != nil || i.at > 0 {
		return n, err
	}
	if len(i.extra) > 0 {
		if _, err := i.w.Write(i.extra); err != nil {
			return n, err
		}
		i.extra = nil
	}
	m, err := i.w.Write(b[head:])
	return n + m, err
}
