package canvas

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// FuzzDecode: whatever the bytes, there is an error or a picture of the size that the
// header says, within the limits, with all values in [0, 1], and never a panic.
func FuzzDecode(f *testing.F) {
	profile := matrixProfile(srgbPrimaries, gammaCurve(1.5))
	exif := exifOrientation(binary.BigEndian, 6)
	for _, file := range oneOfEach(f) {
		f.Add(file)
	}
	img := gradient(5, 4)
	f.Add(pngWith(pngWith(pngFile(f, img), "iCCP", iccp(profile)), "eXIf", exif))
	f.Add(pngWith(pngFile(f, img), "iCCP", iccp(grayProfile(gammaCurve(2)))))
	f.Add(jpegWith(inkJPEG([4]uint8{1, 2, 3, 4}), 0xe2, iccPrefix+"\x01\x01"+string(inkProfile())))
	f.Add(jpegWith(jpegFile(f, img), 0xe1, exifPrefix+string(exif)))
	f.Add(webpExtended(webpFile(img), profile, exif))
	f.Add(tiffWith(tiffFile(f, img), tagICC, 7, uint32(len(profile)), 0, profile))
	f.Add(webpAnimation(9, 6, img, img))
	limits := Limits{MaxPixels: 1 << 16, MaxBytes: 1 << 20}
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := Decode(bytes.NewReader(file), limits)
		if err != nil {
			return
		}
		h, err := DecodeHeader(bytes.NewReader(file), limits)
		if err != nil || h.Width != p.Width || h.Height != p.Height || len(p.Pix) != 3*p.Width*p.Height {
			t.Fatalf("a header of %+v, %v; a picture of %dx%d with %d values", h, err, p.Width, p.Height, len(p.Pix))
		}
		if p.Width*p.Height > 1<<16 {
			t.Fatalf("%dx%d pixels are over the limit", p.Width, p.Height)
		}
		for i, v := range p.Pix {
			if !(v >= 0 && v <= 1) {
				t.Fatalf("value %d is %v", i, v)
			}
		}
	})
}

// FuzzProfile: whatever the bytes, a profile is refused or converts any colour into
// [0, 1].
func FuzzProfile(f *testing.F) {
	parametric := append([]byte("para\x00\x00\x00\x00\x00\x03\x00\x00"), appendFixed(nil, 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)...)
	f.Add(matrixProfile(srgbPrimaries, gammaCurve(1.5)))
	f.Add(matrixProfile(srgbPrimaries, parametric))
	f.Add(grayProfile([]byte("curv\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x10\x00\xff\xff")))
	f.Add(inkProfile())
	f.Add(labTableProfile("mntrRGB Lab ", 3, func(i int) byte { return byte(255 * (i % 2)) }))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		p, err := newProfile(data)
		if p == nil || err != nil {
			return
		}
		l := newLine(5)
		for i := range l.c {
			copy(l.c[i], []float32{0, 1, 0.5, float32(i) / 4, 1 - float32(i)/4})
		}
		if err := guard(func() error { p.apply(l); return nil }); err != nil {
			return
		}
		for c := range 3 {
			for _, v := range l.c[c] {
				if !(v >= 0 && v <= 1) {
					t.Fatalf("channel %d became %v", c, v)
				}
			}
		}
	})
}
