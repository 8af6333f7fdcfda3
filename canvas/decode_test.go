package canvas

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

// decode decodes a file and fails on an error.
func decode(t testing.TB, file []byte) *Picture {
	t.Helper()
	p, err := Decode(bytes.NewReader(file), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// expect compares p with want(x, y), RGB in [0, 1].
func expect(t *testing.T, p *Picture, w, h int, tolerance float64, want func(x, y int) [3]float64) {
	t.Helper()
	if p.Width != w || p.Height != h {
		t.Fatalf("the picture has %dx%d pixels, not %dx%d", p.Width, p.Height, w, h)
	}
	for y := range h {
		for x := range w {
			for c, v := range want(x, y) {
				if got := float64(p.Channel(c)[y*w+x]); !(math.Abs(got-v) <= tolerance) {
					t.Fatalf("column %d, row %d, channel %d is %v, not %v", x, y, c, got, v)
				}
			}
		}
	}
}

// bytesOf returns the colours of an opaque 8-bit image, in the form that expect takes.
func bytesOf(img *image.NRGBA) func(x, y int) [3]float64 {
	return func(x, y int) [3]float64 {
		c := img.NRGBAAt(x, y)
		return [3]float64{float64(c.R) / 255, float64(c.G) / 255, float64(c.B) / 255}
	}
}

const exact = 1e-7

func TestFormats(t *testing.T) {
	img := gradient(13, 9)
	tolerance := map[Format]float64{PNG: exact, WebP: exact, TIFF: exact, BMP: exact, JPEG: 0.6, GIF: 0.25}
	for f, file := range oneOfEach(t) {
		t.Run(f.String(), func(t *testing.T) {
			h, err := DecodeHeader(bytes.NewReader(file), Limits{})
			if want := (Header{Format: f, Width: 13, Height: 9, Orientation: 1}); err != nil || h != want {
				t.Fatalf("the header is %+v, %v; want %+v", h, err, want)
			}
			expect(t, decode(t, file), 13, 9, tolerance[f], bytesOf(img))
		})
	}
}

// TestSixteenBits: every one of 65,536 levels must survive.
func TestSixteenBits(t *testing.T) {
	gray, rgb := image.NewGray16(image.Rect(0, 0, 256, 256)), image.NewNRGBA64(image.Rect(0, 0, 256, 256))
	for i := range 65536 {
		gray.SetGray16(i%256, i/256, color.Gray16{Y: uint16(i)})
		rgb.SetNRGBA64(i%256, i/256, color.NRGBA64{uint16(i), uint16(65535 - i), uint16(i * 3), 65535})
	}
	for name, file := range map[string][]byte{"PNG": pngFile(t, gray), "TIFF": tiffFile(t, gray)} {
		t.Run("gray "+name, func(t *testing.T) {
			expect(t, decode(t, file), 256, 256, exact, func(x, y int) [3]float64 {
				v := float64(y*256+x) / 65535
				return [3]float64{v, v, v}
			})
		})
	}
	for name, file := range map[string][]byte{"PNG": pngFile(t, rgb), "TIFF": tiffFile(t, rgb)} {
		t.Run("RGB "+name, func(t *testing.T) {
			expect(t, decode(t, file), 256, 256, exact, func(x, y int) [3]float64 {
				i := y*256 + x
				return [3]float64{float64(i) / 65535, float64(65535-i) / 65535, float64(uint16(i*3)) / 65535}
			})
		})
	}
}

func TestGray(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 16, 16))
	for i := range img.Pix {
		img.Pix[i] = uint8(i)
	}
	for name, file := range map[string][]byte{"PNG": pngFile(t, img), "TIFF": tiffFile(t, img), "BMP": bmpFile(t, img), "JPEG": jpegFile(t, img)} {
		t.Run(name, func(t *testing.T) {
			tolerance := exact
			if name == "JPEG" {
				tolerance = 3. / 255
			}
			expect(t, decode(t, file), 16, 16, tolerance, func(x, y int) [3]float64 {
				v := float64(y*16+x) / 255
				return [3]float64{v, v, v}
			})
		})
	}
}

// TestTransparency: colour c with alpha a over white is c*a + 1-a.
func TestTransparency(t *testing.T) {
	straight := image.NewNRGBA(image.Rect(0, 0, 16, 16))
	for i := range 256 {
		straight.SetNRGBA(i%16, i/16, color.NRGBA{200, 0, uint8(i), uint8(i)})
	}
	want := func(x, y int) [3]float64 {
		c := straight.NRGBAAt(x, y)
		over := func(v uint8) float64 {
			a := float64(c.A) / 255
			return float64(v)/255*a + 1 - a
		}
		return [3]float64{over(c.R), over(c.G), over(c.B)}
	}
	for name, file := range map[string][]byte{"PNG": pngFile(t, straight), "WebP": webpFile(straight), "TIFF": tiffFile(t, straight)} {
		t.Run(name, func(t *testing.T) { expect(t, decode(t, file), 16, 16, 2*exact, want) })
	}
	t.Run("palette", func(t *testing.T) {
		palette := color.Palette{color.NRGBA{0, 0, 0, 0}, color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 0, 255, 51}}
		img := image.NewPaletted(image.Rect(0, 0, 3, 1), palette)
		copy(img.Pix, []uint8{0, 1, 2})
		colours := [][3]float64{{1, 1, 1}, {1, 0, 0}, {0.8, 0.8, 1}}
		expect(t, decode(t, pngFile(t, img)), 3, 1, exact, func(x, y int) [3]float64 { return colours[x] })
	})
	t.Run("premultiplied image", func(t *testing.T) {
		img := image.NewRGBA64(straight.Bounds())
		for i := range 256 {
			img.Set(i%16, i/16, straight.NRGBAAt(i%16, i/16))
		}
		expect(t, FromImage(img), 16, 16, 2e-5, want)
	})
}

// TestFirstFrame: the first frame of an animation may be smaller than its screen.
func TestFirstFrame(t *testing.T) {
	palette := color.Palette{color.White, color.NRGBA{255, 0, 0, 255}, color.Black}
	first, second := image.NewPaletted(image.Rect(2, 1, 4, 3), palette), image.NewPaletted(image.Rect(0, 0, 5, 4), palette)
	for i := range first.Pix {
		first.Pix[i] = 1
	}
	for i := range second.Pix {
		second.Pix[i] = 2
	}
	file := encoded(t, func(b *bytes.Buffer) error {
		return gif.EncodeAll(b, &gif.GIF{
			Image: []*image.Paletted{first, second}, Delay: []int{1, 1},
			Config: image.Config{Width: 5, Height: 4, ColorModel: palette},
		})
	})
	expect(t, decode(t, file), 5, 4, exact, func(x, y int) [3]float64 {
		if x >= 2 && x < 4 && y >= 1 && y < 3 {
			return [3]float64{1, 0, 0}
		}
		return [3]float64{1, 1, 1}
	})
}

// webpAnimation returns a WebP of two lossless frames on a screen, the first at (4, 2).
func webpAnimation(w, h int, first, second *image.NRGBA) []byte {
	le24 := func(b []byte, v int) []byte { return append(b, byte(v), byte(v>>8), byte(v>>16)) }
	const animated, hasAlpha = 1 << 1, 1 << 4
	head := le24(le24([]byte{animated | hasAlpha, 0, 0, 0}, w-1), h-1)
	frame := func(x, y int, img *image.NRGBA) []byte {
		b := le24(le24(nil, x/2), y/2)
		b = le24(le24(b, img.Rect.Dx()-1), img.Rect.Dy()-1)
		b = append(b, 100, 0, 0, 0)
		return appendRIFF(nil, "ANMF", append(b, webpFile(img)[12:]...))
	}
	return riff(appendRIFF(nil, "VP8X", head), appendRIFF(nil, "ANIM", make([]byte, 6)), frame(4, 2, first), frame(0, 0, second))
}

func TestFirstFrameWebP(t *testing.T) {
	first := gradient(3, 2)
	file := webpAnimation(9, 6, first, gradient(9, 6))
	expect(t, decode(t, file), 9, 6, exact, func(x, y int) [3]float64 {
		if x >= 4 && x < 7 && y >= 2 && y < 4 {
			return bytesOf(first)(x-4, y-2)
		}
		return [3]float64{1, 1, 1}
	})
}

// TestFirstFrameLossyWebP: alpha in a chunk of its own.
func TestFirstFrameLossyWebP(t *testing.T) {
	still, err := base64.StdEncoding.DecodeString(lossyAlphaWebP)
	if err != nil {
		t.Fatal(err)
	}
	chunks := still[12+8+10:] // less the extended header
	frame := append([]byte{0, 0, 0, 0, 0, 0, 31, 0, 0, 15, 0, 0, 1, 0, 0, 0}, chunks...)
	head := []byte{1<<1 | 1<<4, 0, 0, 0, 31, 0, 0, 15, 0, 0}
	file := riff(appendRIFF(nil, "VP8X", head), appendRIFF(nil, "ANIM", make([]byte, 6)), appendRIFF(nil, "ANMF", frame))
	p, want := decode(t, file), decode(t, still)
	for i, v := range want.Pix {
		if p.Pix[i] != v {
			t.Fatalf("value %d is %v, not %v", i, p.Pix[i], v)
		}
	}
}

// TestOrientation compares the eight orientations with their definition: where the pixel
// of the upright picture lies in the stored one.
func TestOrientation(t *testing.T) {
	const w, h = 5, 3 // stored
	stored := gradient(w, h)
	lies := [9]func(x, y int) (int, int){
		1: func(x, y int) (int, int) { return x, y },
		2: func(x, y int) (int, int) { return w - 1 - x, y },
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		4: func(x, y int) (int, int) { return x, h - 1 - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return y, h - 1 - x },
		7: func(x, y int) (int, int) { return w - 1 - y, h - 1 - x },
		8: func(x, y int) (int, int) { return w - 1 - y, x },
	}
	for o := 1; o <= 8; o++ {
		little, big := exifOrientation(binary.LittleEndian, o), exifOrientation(binary.BigEndian, o)
		files := map[string][]byte{
			"PNG":  pngWith(pngFile(t, stored), "eXIf", big),
			"JPEG": jpegWith(jpegFile(t, stored), 0xe1, exifPrefix+string(little)),
			"WebP": webpExtended(webpFile(stored), nil, little),
			"TIFF": tiffWith(tiffFile(t, stored), tagOrientation, 3, 1, uint32(o), nil),
		}
		upW, upH := w, h
		if o >= 5 {
			upW, upH = h, w
		}
		for name, file := range files {
			t.Run(fmt.Sprint(o, name), func(t *testing.T) {
				reference := bytesOf(stored)
				if name == "JPEG" { // which loses: compare with the same file upright
					plain := decode(t, jpegFile(t, stored))
					reference = func(x, y int) [3]float64 {
						i := y*w + x
						return [3]float64{float64(plain.Channel(0)[i]), float64(plain.Channel(1)[i]), float64(plain.Channel(2)[i])}
					}
				}
				expect(t, decode(t, file), upW, upH, exact, func(x, y int) [3]float64 { return reference(lies[o](x, y)) })
				header, err := DecodeHeader(bytes.NewReader(file), Limits{})
				if err != nil || header.Orientation != o || header.Width != upW || header.Height != upH {
					t.Errorf("the header is %+v, %v", header, err)
				}
			})
		}
	}
}

// lossyWebP is a 32x16 lossy WebP, left half black and right half white; in the second
// the alpha of the upper half is 0.
const (
	lossyWebP      = "UklGRjIAAABXRUJQVlA4ICYAAABwAgCdASogABAALplotFoiqCgoCACYS0gAB7KAAP74Iw/7mAAAAA=="
	lossyAlphaWebP = "UklGRloAAABXRUJQVlA4WAoAAAAQAAAAHwAADwAAQUxQSA0AAAABEAsm+UuHsDciMv58AFZQOCAmAAAAcAIAnQEqIAAQAC6ZaLRaIqgoKAgAmEtIAAeygAD++CMP+5gAAAA="
)

// TestLossyWebP: black must be 0 and white 1, though VP8 stores them as 16 and 235.
func TestLossyWebP(t *testing.T) {
	for name, c := range map[string]struct {
		data  string
		alpha bool
	}{"opaque": {lossyWebP, false}, "alpha": {lossyAlphaWebP, true}} {
		t.Run(name, func(t *testing.T) {
			file, err := base64.StdEncoding.DecodeString(c.data)
			if err != nil {
				t.Fatal(err)
			}
			expect(t, decode(t, file), 32, 16, 0.01, func(x, y int) [3]float64 {
				if x < 16 && !(c.alpha && y < 8) {
					return [3]float64{0, 0, 0}
				}
				return [3]float64{1, 1, 1}
			})
		})
	}
}

// TestChroma: where chroma has half the pixels, it is interpolated between their centres.
func TestChroma(t *testing.T) {
	img := image.NewYCbCr(image.Rect(0, 0, 4, 2), image.YCbCrSubsampleRatio420)
	for i := range img.Y {
		img.Y[i] = 100
	}
	copy(img.Cb, []uint8{128, 128})
	copy(img.Cr, []uint8{128, 168})
	cr := []float64{0, 10, 30, 40}
	expect(t, FromImage(img), 4, 2, 1e-6, func(x, y int) [3]float64 {
		return [3]float64{(100 + 1.402*cr[x]) / 255, (100 - 0.714136*cr[x]) / 255, 100. / 255}
	})
	// A part of a larger image must be read at its place.
	part := img.SubImage(image.Rect(2, 0, 4, 2))
	if p := FromImage(part); p.Width != 2 || math.Abs(float64(p.Pix[0])-(100+1.402*40)/255) > 0.01 {
		t.Errorf("a part of an image came out as %v", p.Pix)
	}
}

func TestInk(t *testing.T) {
	file := inkJPEG([4]uint8{255 - 51, 255 - 102, 255 - 153, 255 - 25}) // stored inverted
	k := 1 - 25./255
	want := [3]float64{(1 - 0.2) * k, (1 - 0.4) * k, (1 - 0.6) * k}
	expect(t, decode(t, file), 8, 8, 0.005, func(x, y int) [3]float64 { return want })
}

func TestNotPictures(t *testing.T) {
	for name, data := range map[string]string{
		"empty": "", "text": "once upon a time", "one byte": "\x89", "HTML": "<!DOCTYPE html><html></html>",
		"PDF": "%PDF-1.4\n", "a short name": "RIFF", "sound": "RIFF\x24\x00\x00\x00WAVEfmt ",
	} {
		if _, err := Decode(strings.NewReader(data), Limits{}); !errors.Is(err, ErrNotPicture) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// refused returns the error of reading a file, and fails if much memory was taken for it.
func refused(t *testing.T, file []byte, limits Limits) error {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Decode(bytes.NewReader(file), limits)
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
		t.Errorf("%d bytes were taken", taken)
	}
	return err
}

// TestHugeHeaders: sizes in a header must be refused before memory is taken for them.
func TestHugeHeaders(t *testing.T) {
	for f, file := range oneOfEach(t) {
		t.Run(f.String(), func(t *testing.T) {
			huge := withSize(f, file, 100_000, 100_000)
			if err := refused(t, huge, Limits{}); !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrDamaged) {
				t.Errorf("the error is %v", err)
			}
			if _, err := DecodeHeader(bytes.NewReader(file), Limits{MaxPixels: 13*9 - 1}); !errors.Is(err, ErrTooLarge) {
				t.Errorf("one pixel over the limit: %v", err)
			}
			if _, err := DecodeHeader(bytes.NewReader(file), Limits{MaxPixels: 13 * 9}); err != nil {
				t.Errorf("at the limit: %v", err)
			}
			if _, err := Decode(bytes.NewReader(file), Limits{MaxBytes: int64(len(file)) - 1}); !errors.Is(err, ErrTooLarge) {
				t.Errorf("one byte over the limit: %v", err)
			}
		})
	}
}

// TestTwoSizes: a small size in an outer header must not let a large one through inside.
func TestTwoSizes(t *testing.T) {
	small := gradient(3, 2)
	large := withSize(WebP, webpFile(small), 16384, 16384)
	extended := webpExtended(webpFile(small), nil, nil)
	copy(extended[len(extended)-len(large)+12:], large[12:])
	animated := webpAnimation(9, 6, small, small)
	at := bytes.Index(animated, []byte("VP8L"))
	copy(animated[at:], large[12:])
	outside := webpAnimation(6, 6, small, small)
	for name, file := range map[string][]byte{"extended": extended, "frame": animated, "frame outside": outside} {
		if err := refused(t, file, Limits{MaxPixels: 100}); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestZeroSize(t *testing.T) {
	for f, file := range oneOfEach(t) {
		if f == WebP { // stores its size less 1
			continue
		}
		for _, size := range [][2]uint32{{0, 9}, {13, 0}, {0, 0}} {
			if p, err := Decode(bytes.NewReader(withSize(f, file, size[0], size[1])), Limits{}); err == nil {
				t.Errorf("%s of %v gave a picture of %dx%d", f, size, p.Width, p.Height)
			}
		}
	}
}

// TestTruncated cuts files at every length.
func TestTruncated(t *testing.T) {
	for f, file := range oneOfEach(t) {
		t.Run(f.String(), func(t *testing.T) {
			for n := range len(file) {
				p, err := Decode(bytes.NewReader(file[:n]), Limits{})
				if err != nil {
					continue
				}
				if n < len(file)/2 || p.Width != 13 || p.Height != 9 {
					t.Fatalf("%d of %d bytes gave a picture of %dx%d", n, len(file), p.Width, p.Height)
				}
			}
		})
	}
}

// TestVariant: a CMYK TIFF is a picture, but not one that can be read.
func TestVariant(t *testing.T) {
	file := tiffFile(t, gradient(3, 3))
	at := bytes.Index(file, []byte{0x06, 0x01, 3, 0, 1, 0, 0, 0, 2, 0}) // photometric interpretation: RGB
	if at < 0 {
		t.Fatal("no photometric interpretation")
	}
	file[at+8] = 5
	if _, err := Decode(bytes.NewReader(file), Limits{}); !errors.Is(err, ErrVariant) {
		t.Errorf("the error is %v", err)
	}
}

// TestReaderErrors: what the reader says is what the caller hears.
func TestReaderErrors(t *testing.T) {
	file := oneOfEach(t)[PNG]
	lost := errors.New("connection lost")
	for _, n := range []int{0, 5, 40} {
		r := io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(lost))
		if _, err := Decode(r, Limits{}); !errors.Is(err, lost) {
			t.Errorf("lost after %d bytes: %v", n, err)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(filepath.Join(dir, "none.png"), Limits{})
	if !errors.Is(err, fs.ErrNotExist) || strings.Count(err.Error(), "none.png") != 1 {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := Open(dir, Limits{}); err == nil || strings.Count(err.Error(), dir) != 1 {
		t.Errorf("a folder: %v", err)
	}
	path := filepath.Join(dir, "cut.png")
	if err := os.WriteFile(path, oneOfEach(t)[PNG][:60], 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Limits{MaxBytes: 59}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a file over the limit: %v", err)
	}
	if _, err := OpenHeader(path, Limits{}); err != nil {
		t.Errorf("the header of a file cut after it: %v", err)
	}
	if _, err := Open(path, Limits{}); !errors.Is(err, ErrDamaged) || strings.Contains(err.Error(), "\n") {
		t.Errorf("a cut file: %v", err)
	}
}
