package canvas

import (
	"encoding/binary"
	"fmt"
	"image"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// EncodeOptions select how a picture is written. The zero value is 8-bit PNG, or JPEG of
// quality 95.
type EncodeOptions struct {
	// Depth is the number of bits of a sample, one of [Depths]; 0 means the format's own, which is 8 for PNG and JPEG.
	// A format that has only one depth is written with that one.
	Depth int
	// Quality is that of a JPEG or another format with loss, 1 to 100; 0 means 95. PNG is lossless.
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
	case o.Depth != 0 && !slices.Contains(Depths(), o.Depth):
		return fmt.Errorf("depth is %d bits; must be %s", o.Depth, orList(texts(Depths())))
	case o.Quality < 0 || o.Quality > 100:
		return fmt.Errorf("%s quality is %d; must be 1 to 100", orList(texts(those(Format.HasQuality))), o.Quality)
	case !utf8.ValidString(o.Recipe) || strings.Contains(o.Recipe, "\x00"):
		return fmt.Errorf("the recipe is not UTF-8 text without NUL")
	case len(o.Recipe) > maxMetadata/2:
		return fmt.Errorf("the recipe has %d bytes; at most %d can be embedded", len(o.Recipe), maxMetadata/2)
	}
	return nil
}

// Encode writes p to w in a format that can be written (see [Format.Writable]), marked as
// sRGB. Values are clamped to [0, 1] and rounded to the nearest value of the format. It
// returns an error if a value is NaN or infinite, if an option is out of range, if the
// format cannot be written or cannot hold the picture, or the error of w; in all cases
// but the last nothing has been written.
func Encode(w io.Writer, p *Picture, f Format, o EncodeOptions) error {
	if err := o.Check(); err != nil {
		return err
	}
	if err := p.checkFinite(); err != nil {
		return err
	}
	if !f.Writable() {
		return fmt.Errorf("cannot write %v; must be %s", f, orList(texts(those(Format.Writable))))
	}
	if len(f.depths) > 1 && o.Depth != 0 && !slices.Contains(f.depths, o.Depth) {
		return fmt.Errorf("%v has no depth of %d bits; must be %s", f, o.Depth, orList(texts(f.depths)))
	}
	return f.encode(w, p, o)
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
