package canvas

import (
	"image"
	"image/color"
)

// A raster reads a decoded image row by row, as float32 samples in the file's own colours.
type raster struct {
	width, height int
	channels      int // 1 gray, 3 RGB, 4 CMYK (1 is full ink)
	alpha         bool
	row           func(y int, l *line)
}

// A line is the scratch memory for one row of a raster: its channels and its alpha
// (filled only where the raster has alpha), all in [0, 1], colours not premultiplied.
type line struct {
	c     [4][]float32
	alpha []float32
}

func newLine(width int) *line {
	buf := make([]float32, 5*width)
	l := &line{alpha: buf[4*width:]}
	for i := range l.c {
		l.c[i] = buf[i*width : (i+1)*width : (i+1)*width]
	}
	return l
}

// newRaster returns a raster for img. YCbCr images are read with the coefficients m.
func newRaster(img image.Image, m *yccMatrix) raster {
	b := img.Bounds()
	r := raster{width: b.Dx(), height: b.Dy(), channels: 3}
	switch img := img.(type) {
	case *image.Gray:
		r.channels = 1
		r.row = func(y int, l *line) { bytesToFloats(l.c[:1], nil, img.Pix[y*img.Stride:]) }
	case *image.Gray16:
		r.channels = 1
		r.row = func(y int, l *line) { wordsToFloats(l.c[:1], nil, img.Pix[y*img.Stride:]) }
	case *image.NRGBA:
		r.alpha = !img.Opaque()
		r.row = func(y int, l *line) { bytesToFloats(l.c[:3], l.alpha, img.Pix[y*img.Stride:]) }
	case *image.NRGBA64:
		r.alpha = !img.Opaque()
		r.row = func(y int, l *line) { wordsToFloats(l.c[:3], l.alpha, img.Pix[y*img.Stride:]) }
	case *image.RGBA:
		r.alpha = !img.Opaque()
		r.row = func(y int, l *line) {
			bytesToFloats(l.c[:3], l.alpha, img.Pix[y*img.Stride:])
			l.divideByAlpha(r.alpha)
		}
	case *image.RGBA64:
		r.alpha = !img.Opaque()
		r.row = func(y int, l *line) {
			wordsToFloats(l.c[:3], l.alpha, img.Pix[y*img.Stride:])
			l.divideByAlpha(r.alpha)
		}
	case *image.CMYK:
		r.channels = 4
		r.row = func(y int, l *line) { bytesToFloats(l.c[:4], nil, img.Pix[y*img.Stride:]) }
	case *image.Paletted:
		r.alpha = !img.Opaque()
		r.row = palettedRow(img)
	case *image.YCbCr:
		if b.Min != (image.Point{}) {
			return genericRaster(img)
		}
		r.row = func(y int, l *line) { m.row(img, y, l) }
	case *image.NYCbCrA:
		if b.Min != (image.Point{}) {
			return genericRaster(img)
		}
		r.alpha = !img.Opaque()
		r.row = func(y int, l *line) {
			m.row(&img.YCbCr, y, l)
			bytesToFloats([][]float32{l.alpha}, nil, img.A[y*img.AStride:])
		}
	default:
		return genericRaster(img)
	}
	return r
}

// genericRaster reads any image through its interface: slow, but correct for all.
func genericRaster(img image.Image) raster {
	b := img.Bounds()
	row := func(y int, l *line) {
		for x := range l.alpha {
			c := color.NRGBA64Model.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA64)
			l.set(x, c)
		}
	}
	return raster{width: b.Dx(), height: b.Dy(), channels: 3, alpha: true, row: row}
}

func palettedRow(img *image.Paletted) func(y int, l *line) {
	var table [256]color.NRGBA64 // an index beyond the palette is transparent black
	for i, c := range img.Palette {
		if i < len(table) {
			table[i] = color.NRGBA64Model.Convert(c).(color.NRGBA64)
		}
	}
	return func(y int, l *line) {
		for x, index := range img.Pix[y*img.Stride:][:len(l.alpha)] {
			l.set(x, table[index])
		}
	}
}

func (l *line) set(x int, c color.NRGBA64) {
	l.c[0][x] = float32(c.R) / 65535
	l.c[1][x] = float32(c.G) / 65535
	l.c[2][x] = float32(c.B) / 65535
	l.alpha[x] = float32(c.A) / 65535
}

// divideByAlpha undoes premultiplied alpha.
func (l *line) divideByAlpha(has bool) {
	if !has {
		return
	}
	for x, a := range l.alpha {
		if a == 0 || a == 1 {
			continue
		}
		for c := range 3 {
			l.c[c][x] = min(l.c[c][x]/a, 1)
		}
	}
}

// bytesToFloats spreads interleaved 8-bit samples over planes, the last of them alpha if
// there is one.
func bytesToFloats(planes [][]float32, alpha []float32, src []byte) {
	n := len(planes)
	if alpha != nil {
		n++
	}
	for c, plane := range planes {
		for x := range plane {
			plane[x] = float32(src[x*n+c]) / 255
		}
	}
	for x := range alpha {
		alpha[x] = float32(src[x*n+n-1]) / 255
	}
}

// wordsToFloats is bytesToFloats for 16-bit big-endian samples.
func wordsToFloats(planes [][]float32, alpha []float32, src []byte) {
	n := len(planes)
	if alpha != nil {
		n++
	}
	word := func(i int) float32 { return float32(uint16(src[2*i])<<8|uint16(src[2*i+1])) / 65535 }
	for c, plane := range planes {
		for x := range plane {
			plane[x] = word(x*n + c)
		}
	}
	for x := range alpha {
		alpha[x] = word(x*n + n - 1)
	}
}
