package canvas

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/impasto/impasto/internal/srgb"
)

// gammaCurve returns an ICC curve tag of a power.
func gammaCurve(gamma float64) []byte {
	b := []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01")
	b = binary.BigEndian.AppendUint16(b, uint16(gamma*256+0.5))
	return append(b, 0, 0)
}

// matrixProfile returns an ICC profile (version 2) of an RGB display with the given
// primaries (XYZ relative to D50) and one curve tag for all channels.
func matrixProfile(primaries [3][3]float64, curve []byte) []byte {
	const tags = 6
	var body []byte
	offset := func() uint32 { return uint32(iccHeaderSize + 4 + tags*iccTagSize + len(body)) }
	table := binary.BigEndian.AppendUint32(nil, tags)
	entry := func(signature string, at uint32, size int) {
		table = append(table, signature...)
		table = binary.BigEndian.AppendUint32(table, at)
		table = binary.BigEndian.AppendUint32(table, uint32(size))
	}
	for c, signature := range []string{"rXYZ", "gXYZ", "bXYZ"} {
		entry(signature, offset(), 20)
		body = append(body, "XYZ \x00\x00\x00\x00"...)
		body = appendFixed(body, primaries[c][:]...)
	}
	at := offset()
	for _, signature := range []string{"rTRC", "gTRC", "bTRC"} {
		entry(signature, at, len(curve))
	}
	body = append(body, curve...)

	header := make([]byte, iccHeaderSize)
	binary.BigEndian.PutUint32(header, uint32(len(header)+len(table)+len(body)))
	binary.BigEndian.PutUint32(header[8:], 0x02400000)
	copy(header[12:], "mntrRGB XYZ ")
	copy(header[36:], "acsp")
	copy(header[68:], appendFixed(nil, 0.9642, 1, 0.8249)) // D50
	return append(append(header, table...), body...)
}

// appendFixed appends values as s15Fixed16 numbers.
func appendFixed(b []byte, values ...float64) []byte {
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(v*65536))))
	}
	return b
}

// grayProfile returns a gray ICC profile with one curve.
func grayProfile(curve []byte) []byte {
	const start = iccHeaderSize + 4 + iccTagSize
	b := matrixProfile(srgbPrimaries, nil)[:iccHeaderSize]
	copy(b[iccSpace:], "GRAY")
	b = binary.BigEndian.AppendUint32(b, 1)
	b = append(b, "kTRC"...)
	b = binary.BigEndian.AppendUint32(b, start)
	b = binary.BigEndian.AppendUint32(b, uint32(len(curve)))
	b = append(b, curve...)
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

// inkProfile returns a CMYK ICC profile: a table in which only black counts (L = 100
// without it, 0 with all of it).
func inkProfile() []byte {
	return labTableProfile("prtrCMYKLab ", 4, func(i int) byte { return byte(255 * (1 - i%2)) })
}

// labTableProfile returns an ICC profile with a table of two entries for each of in
// channels, of neutral colours in 8-bit CIELAB: entry i, in which the last channel varies
// fastest, has the lightness l(i).
func labTableProfile(kind string, in int, l func(i int) byte) []byte {
	tag := []byte{'m', 'f', 't', '1', 0, 0, 0, 0, byte(in), 3, 2, 0}
	tag = appendFixed(tag, 1, 0, 0, 0, 1, 0, 0, 0, 1)
	line := make([]byte, 256)
	for i := range line {
		line[i] = byte(i)
	}
	for range in {
		tag = append(tag, line...)
	}
	for i := range 1 << in {
		tag = append(tag, l(i), 128, 128)
	}
	for range 3 {
		tag = append(tag, line...)
	}
	const start = iccHeaderSize + 4 + iccTagSize
	b := matrixProfile(srgbPrimaries, nil)[:iccHeaderSize]
	copy(b[12:], kind)
	b = binary.BigEndian.AppendUint32(b, 1)
	b = append(b, "A2B0"...)
	b = binary.BigEndian.AppendUint32(b, start)
	b = binary.BigEndian.AppendUint32(b, uint32(len(tag)))
	b = append(b, tag...)
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

// iccp returns an iCCP chunk.
func iccp(profile []byte) []byte {
	var b bytes.Buffer
	b.WriteString("name\x00\x00")
	z := zlib.NewWriter(&b)
	z.Write(profile)
	z.Close()
	return b.Bytes()
}

// TestProfile reads pictures whose profile has sRGB's primaries in another order and
// another curve, so that what comes out is known.
func TestProfile(t *testing.T) {
	img := gradient(13, 9)
	swapped := [3][3]float64{srgbPrimaries[2], srgbPrimaries[1], srgbPrimaries[0]}
	profile := matrixProfile(swapped, gammaCurve(1.5))
	want := func(x, y int) [3]float64 {
		v := bytesOf(img)(x, y)
		f := func(v float64) float64 { return srgb.Encoded(math.Pow(v, 1.5)) }
		return [3]float64{f(v[2]), f(v[1]), f(v[0])}
	}
	half := len(profile) / 2
	jpegParts := jpegWith(jpegFile(t, img), 0xe2, iccPrefix+"\x02\x02"+string(profile[half:]))
	jpegParts = jpegWith(jpegParts, 0xe2, iccPrefix+"\x01\x02"+string(profile[:half]))
	plain := decode(t, jpegFile(t, img))
	for name, c := range map[string]struct {
		file []byte
		want func(x, y int) [3]float64
	}{
		"PNG":  {pngWith(pngFile(t, img), "iCCP", iccp(profile)), want},
		"WebP": {webpExtended(webpFile(img), profile, nil), want},
		"TIFF": {tiffWith(tiffFile(t, img), tagICC, 7, uint32(len(profile)), 0, profile), want},
		"JPEG": {jpegParts, func(x, y int) [3]float64 {
			i := y*13 + x
			f := func(c int) float64 { return srgb.Encoded(math.Pow(float64(plain.Channel(c)[i]), 1.5)) }
			return [3]float64{f(2), f(1), f(0)}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, decode(t, c.file), 13, 9, 1e-3, c.want) // numbers in a profile have 16 bits
			if h, err := DecodeHeader(bytes.NewReader(c.file), Limits{}); err != nil || !h.HasProfile {
				t.Errorf("the header is %+v, %v", h, err)
			}
		})
	}
}

// TestProfileSixteenBits: a conversion must not cut 16 bits to 8.
func TestProfileSixteenBits(t *testing.T) {
	img := image.NewNRGBA64(image.Rect(0, 0, 256, 16))
	for i := range 4096 {
		v := uint16(i * 16)
		img.SetNRGBA64(i%256, i/256, color.NRGBA64{v, v, v, 65535})
	}
	file := pngWith(pngFile(t, img), "iCCP", iccp(matrixProfile(srgbPrimaries, gammaCurve(1.5))))
	p := decode(t, file)
	for i := 1; i < 4096; i++ {
		if p.Pix[i] <= p.Pix[i-1] {
			t.Fatalf("levels %d and %d are both %v", i-1, i, p.Pix[i])
		}
	}
}

func TestGrayProfile(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 256, 1))
	for i := range img.Pix {
		img.Pix[i] = uint8(i)
	}
	file := pngWith(pngFile(t, img), "iCCP", iccp(grayProfile(gammaCurve(1))))
	expect(t, decode(t, file), 256, 1, 2e-3, func(x, y int) [3]float64 {
		v := srgb.Encoded(float64(x) / 255)
		return [3]float64{v, v, v}
	})
}

func TestInkProfile(t *testing.T) {
	for _, ink := range []uint8{0, 100, 255} {
		file := inkJPEG([4]uint8{10, 20, 30, 255 - ink}) // stored inverted
		file = jpegWith(file, 0xe2, iccPrefix+"\x01\x01"+string(inkProfile()))
		l := 100 * (1 - float64(ink)/255)
		light := l / 903.3
		if l > 8 {
			light = math.Pow((l+16)/116, 3)
		}
		v := srgb.Encoded(light)
		expect(t, decode(t, file), 8, 8, 0.01, func(x, y int) [3]float64 { return [3]float64{v, v, v} })
	}
}

// TestTableProfile: an RGB profile in which only green counts, by CIELAB's L.
func TestTableProfile(t *testing.T) {
	img := gradient(13, 9)
	profile := labTableProfile("mntrRGB Lab ", 3, func(i int) byte { return byte(255 * (i / 2 % 2)) })
	file := pngWith(pngFile(t, img), "iCCP", iccp(profile))
	expect(t, decode(t, file), 13, 9, 0.01, func(x, y int) [3]float64 {
		v := srgb.Encoded(lightOfL(100 * bytesOf(img)(x, y)[1]))
		return [3]float64{v, v, v}
	})
}

// TestParametricCurves compares the five kinds with their formulas.
func TestParametricCurves(t *testing.T) {
	for kind, c := range []struct {
		parameters []float64
		want       func(v float64) float64
	}{
		{[]float64{2.2}, func(v float64) float64 { return math.Pow(v, 2.2) }},
		{[]float64{2, 2, -0.5}, func(v float64) float64 { return math.Pow(max(2*v-0.5, 0), 2) }},
		{[]float64{2, 0.5, -0.25, 0.125}, func(v float64) float64 { return math.Pow(max(0.5*v-0.25, 0), 2) + 0.125 }},
		{[]float64{3, 0.5, 0.5, 0.25, 0.5}, func(v float64) float64 {
			if v < 0.5 {
				return 0.25 * v
			}
			return math.Pow(0.5*v+0.5, 3)
		}},
		{[]float64{3, 0.5, 0.25, 0.25, 0.5, 0.125, 0.0625}, func(v float64) float64 {
			if v < 0.5 {
				return 0.25*v + 0.0625
			}
			return math.Pow(0.5*v+0.25, 3) + 0.125
		}},
	} {
		tag := append([]byte{'p', 'a', 'r', 'a', 0, 0, 0, 0, 0, byte(kind), 0, 0}, appendFixed(nil, c.parameters...)...)
		curve, err := readCurve(tag)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 101 {
			v := float64(i) / 100
			if got, want := curve(v), c.want(v); math.Abs(got-want) > 1e-4 {
				t.Fatalf("kind %d at %v is %v, not %v", kind, v, got, want)
			}
		}
		if _, err := readCurve(tag[:len(tag)-1]); err == nil {
			t.Errorf("kind %d: a cut curve was read", kind)
		}
	}
}

// TestDamagedProfile: a profile that cannot be read is as good as none.
func TestDamagedProfile(t *testing.T) {
	img := gradient(13, 9)
	whole := matrixProfile(srgbPrimaries, gammaCurve(1.5))
	tooMany := bytes.Clone(whole)
	binary.BigEndian.PutUint32(tooMany[iccHeaderSize:], 1<<30)
	longCurve := bytes.Clone(whole)
	binary.BigEndian.PutUint32(longCurve[len(longCurve)-8:], 1<<31)
	outside := bytes.Clone(whole)
	binary.BigEndian.PutUint32(outside[iccHeaderSize+4+4:], math.MaxUint32-8)
	table := inkProfile()
	table[iccHeaderSize+4+iccTagSize+10] = 255 // grid points
	for name, profile := range map[string][]byte{
		"empty": {}, "text": []byte("no profile"), "cut": whole[:200], "too many tags": tooMany,
		"a curve longer than the file": longCurve, "a tag outside": outside, "a table larger than the file": table,
		"gray without a curve": grayProfile(nil),
	} {
		t.Run(name, func(t *testing.T) {
			file := pngWith(pngFile(t, img), "iCCP", iccp(profile))
			expect(t, decode(t, file), 13, 9, exact, bytesOf(img))
			if p, err := newProfile(profile); p != nil || (err == nil) != (len(profile) == 0) {
				t.Errorf("the profile was read as %v, %v", p, err)
			}
		})
	}
}
