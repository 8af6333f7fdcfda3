package canvas

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/bits"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// The files that the tests read are made here.

// gradient returns a picture that differs in every pixel and channel, all values exact in
// 8 bits.
func gradient(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{uint8(255 * x / max(w-1, 1)), uint8(255 * y / max(h-1, 1)), uint8(37*x + 91*y), 255})
		}
	}
	return img
}

// smooth is gradient without detail, which formats that lose keep.
func smooth(w, h int) *image.NRGBA {
	img := gradient(w, h)
	for i := 2; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255 - img.Pix[i-2]
	}
	return img
}

func encoded(t testing.TB, encode func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngFile(t testing.TB, img image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, img) })
}

func jpegFile(t testing.TB, img image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, img, &jpeg.Options{Quality: 100}) })
}

func tiffFile(t testing.TB, img image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return tiff.Encode(b, img, nil) })
}

func bmpFile(t testing.TB, img image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return bmp.Encode(b, img) })
}

func gifFile(t testing.TB, img image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return gif.Encode(b, img, nil) })
}

// oneOfEach returns a small file of every format, by name of the format.
func oneOfEach(t testing.TB) map[Format][]byte {
	img := gradient(13, 9)
	return map[Format][]byte{
		PNG: pngFile(t, img), JPEG: jpegFile(t, img), GIF: gifFile(t, img),
		WebP: webpFile(img), TIFF: tiffFile(t, img), BMP: bmpFile(t, img),
	}
}

// bitWriter writes bits from the least significant on, as VP8L does.
type bitWriter struct {
	b []byte
	n int
}

func (w *bitWriter) write(v uint32, n int) {
	for i := range n {
		if w.n%8 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.n/8] |= byte(v>>i&1) << (w.n % 8)
		w.n++
	}
}

// webpFile returns img as lossless WebP (RFC 9649, section 3): no transforms, and prefix
// codes in which each byte stands for itself.
func webpFile(img *image.NRGBA) []byte {
	size := img.Bounds().Size()
	w := &bitWriter{b: []byte{0x2f}, n: 8}
	w.write(uint32(size.X-1), 14)
	w.write(uint32(size.Y-1), 14)
	w.write(1, 1)                                            // alpha is used
	w.write(0, 3)                                            // version
	w.write(0, 1+1+1)                                        // no transform, no colour cache, one set of codes
	for _, symbols := range []int{256 + 24, 256, 256, 256} { // green with lengths, red, blue, alpha
		w.write(0, 1) // a normal code
		w.write(12-4, 4)
		for _, symbol := range []int{17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8} {
			w.write(uint32(map[int]int{0: 1, 8: 1}[symbol]), 3) // bit 0: length 0, bit 1: length 8
		}
		w.write(0, 1) // lengths for all symbols
		for i := range symbols {
			if i < 256 {
				w.write(1, 1)
			} else {
				w.write(0, 1)
			}
		}
	}
	w.write(0b0001, 4) // distances: a simple code of one symbol, 0
	for y := range size.Y {
		for x := range size.X {
			c := img.NRGBAAt(x, y)
			for _, v := range []uint8{c.G, c.R, c.B, c.A} {
				w.write(uint32(bits.Reverse8(v)), 8)
			}
		}
	}
	return riff(appendRIFF(nil, "VP8L", w.b))
}

func riff(chunks ...[]byte) []byte {
	return appendRIFF(nil, "RIFF", append([]byte("WEBP"), bytes.Join(chunks, nil)...))
}

// webpExtended returns a WebP file with the extended header and metadata before and after
// the pixels of plain.
func webpExtended(plain []byte, icc, exif []byte) []byte {
	const hasICC, hasAlpha, hasEXIF = 1 << 5, 1 << 4, 1 << 3
	bitstream := binary.LittleEndian.Uint32(plain[21:])
	head := make([]byte, 10)
	head[0] = hasAlpha
	put24 := func(b []byte, v uint32) { b[0], b[1], b[2] = byte(v), byte(v>>8), byte(v>>16) }
	put24(head[4:], bitstream&0x3fff)
	put24(head[7:], bitstream>>14&0x3fff)
	var before, after []byte
	if icc != nil {
		head[0] |= hasICC
		before = appendRIFF(nil, "ICCP", icc)
	}
	if exif != nil {
		head[0] |= hasEXIF
		after = appendRIFF(nil, "EXIF", exif)
	}
	return riff(appendRIFF(nil, "VP8X", head), before, plain[12:], after)
}

// exifOrientation returns EXIF data with one entry.
func exifOrientation(order binary.AppendByteOrder, o int) []byte {
	b := []byte("II\x2a\x00")
	if order.String() == "BigEndian" {
		b = []byte("MM\x00\x2a")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 1)
	b = order.AppendUint16(b, tagOrientation)
	b = order.AppendUint16(b, 3)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, uint16(o))
	return append(b, make([]byte, 2+4)...)
}

// pngWith puts a chunk between the header and the pixels.
func pngWith(file []byte, kind string, data []byte) []byte {
	out := appendChunk(bytes.Clone(file[:33]), kind, data)
	return append(out, file[33:]...)
}

// jpegWith puts a segment at the start.
func jpegWith(file []byte, marker byte, data string) []byte {
	out := appendSegment(bytes.Clone(file[:2]), marker, data)
	return append(out, file[2:]...)
}

// tiffWith adds an entry to the directory of a little-endian TIFF, with the data that its
// value points to, or without data its value.
func tiffWith(file []byte, tag, kind uint16, count, value uint32, data []byte) []byte {
	order := binary.LittleEndian
	file = bytes.Clone(file)
	if data != nil {
		value = uint32(len(file))
		file = append(file, data...)
	}
	at := order.Uint32(file[4:])
	n := order.Uint16(file[at:])
	entries := bytes.Clone(file[at+2:][:12*int(n)])
	order.PutUint32(file[4:], uint32(len(file)))
	file = order.AppendUint16(file, n+1)
	added := false
	add := func() {
		file = order.AppendUint16(file, tag)
		file = order.AppendUint16(file, kind)
		file = order.AppendUint32(file, count)
		file = order.AppendUint32(file, value)
		added = true
	}
	for ; len(entries) > 0; entries = entries[12:] {
		if !added && order.Uint16(entries) > tag {
			add()
		}
		file = append(file, entries[:12]...)
	}
	if !added {
		add()
	}
	return append(file, 0, 0, 0, 0)
}

// withSize returns file with another size in its header.
func withSize(f Format, file []byte, w, h uint32) []byte {
	file = bytes.Clone(file)
	little, big := binary.LittleEndian, binary.BigEndian
	switch f {
	case PNG:
		big.PutUint32(file[16:], w)
		big.PutUint32(file[20:], h)
		big.PutUint32(file[29:], crc32.ChecksumIEEE(file[12:29]))
	case JPEG:
		at := bytes.Index(file, []byte{0xff, 0xc0})
		big.PutUint16(file[at+5:], uint16(min(h, 65535)))
		big.PutUint16(file[at+7:], uint16(min(w, 65535)))
	case GIF:
		little.PutUint16(file[6:], uint16(min(w, 65535)))
		little.PutUint16(file[8:], uint16(min(h, 65535)))
	case WebP:
		v := little.Uint32(file[21:]) &^ (1<<28 - 1)
		little.PutUint32(file[21:], v|(min(w, 16384)-1)&0x3fff|(min(h, 16384)-1)&0x3fff<<14)
	case BMP:
		little.PutUint32(file[18:], w)
		little.PutUint32(file[22:], h)
	case TIFF:
		at := little.Uint32(file[4:])
		for i := range uint32(little.Uint16(file[at:])) {
			entry := file[at+2+12*i:]
			if tag := little.Uint16(entry); tag == 256 || tag == 257 {
				little.PutUint16(entry[2:], 4) // 32 bits
				little.PutUint32(entry[8:], map[uint16]uint32{256: w, 257: h}[tag])
			}
		}
	}
	return file
}

// inkJPEG returns an 8x8 JPEG of four components, each of one value: every block holds
// only its mean. Adobe's marker says that the values are inverted CMYK.
func inkJPEG(values [4]uint8) []byte {
	b := []byte{0xff, 0xd8}
	b = appendSegment(b, 0xee, "Adobe\x00\x64\x00\x00\x00\x00\x00")
	b = appendSegment(b, 0xdb, "\x00"+string(bytes.Repeat([]byte{8}, 64)))
	b = appendSegment(b, 0xc0, "\x08\x00\x08\x00\x08\x04"+"\x01\x11\x00\x02\x11\x00\x03\x11\x00\x04\x11\x00")
	lengths := func(n4, n1 byte) string {
		return string([]byte{n1, 0, 0, n4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	}
	b = appendSegment(b, 0xc4, "\x00"+lengths(9, 0)+"\x00\x01\x02\x03\x04\x05\x06\x07\x08") // 4 bits for each number of bits
	b = appendSegment(b, 0xc4, "\x10"+lengths(0, 1)+"\x00")                                 // end of block: 0
	b = appendSegment(b, 0xda, "\x04\x01\x00\x02\x00\x03\x00\x04\x00\x00\x3f\x00")
	var code uint64
	n := 0
	put := func(v, width int) {
		code = code<<width | uint64(v)
		n += width
	}
	for _, v := range values {
		dc := int(v) - 128
		size := bits.Len(uint(max(dc, -dc)))
		put(size, 4)
		if dc < 0 {
			dc += 1<<size - 1
		}
		put(dc, size)
		put(0, 1)
	}
	for ; n%8 != 0; n++ {
		code = code<<1 | 1
	}
	for ; n > 0; n -= 8 {
		v := byte(code >> (n - 8))
		b = append(b, v)
		if v == 0xff {
			b = append(b, 0)
		}
	}
	return append(b, 0xff, 0xd9)
}
