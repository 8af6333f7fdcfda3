package canvas

import (
	"fmt"
	"image"
	"math"
)

// A Picture is a picture in planar float32 RGB.
//
// Pix has the shape [3][Height][Width], rows from the top, pixels from the left:
// channel c (0 red, 1 green, 2 blue) of the pixel at column x, row y is
// Pix[(c*Height+y)*Width+x]. Values are sRGB-encoded; 0 is black and 1 is full intensity.
// A picture from a file lies in [0, 1]; an iterate of an optimisation may leave that range.
type Picture struct {
	Width, Height int
	Pix           []float32
}

// New returns a black picture of width x height pixels. It panics if one of them is
// less than 1.
func New(width, height int) *Picture {
	checkSize(width, height)
	return &Picture{Width: width, Height: height, Pix: make([]float32, 3*width*height)}
}

// Channel returns channel c (0 red, 1 green, 2 blue), [Height][Width]. It shares the
// picture's memory.
func (p *Picture) Channel(c int) []float32 {
	n := p.Width * p.Height
	return p.Pix[c*n : (c+1)*n : (c+1)*n]
}

// Clone returns a copy that shares no memory with p.
func (p *Picture) Clone() *Picture {
	q := New(p.Width, p.Height)
	copy(q.Pix, p.Pix)
	return q
}

// Clamp limits every value to [0, 1]. NaN stays NaN.
func (p *Picture) Clamp() {
	for i, v := range p.Pix {
		if v < 0 {
			p.Pix[i] = 0
		} else if v > 1 {
			p.Pix[i] = 1
		}
	}
}

// Luma returns the brightness Y' = 0.299 R' + 0.587 G' + 0.114 B' of every pixel
// (ITU-R BT.601; the Y of the YIQ space), computed on the encoded values.
func (p *Picture) Luma() *Plane {
	l := NewPlane(p.Width, p.Height)
	r, g, b := p.Channel(0), p.Channel(1), p.Channel(2)
	for i := range l.Pix {
		l.Pix[i] = float32(0.299*float64(r[i]) + 0.587*float64(g[i]) + 0.114*float64(b[i]))
	}
	return l
}

// check panics if the picture's size does not match its memory.
func (p *Picture) check() {
	checkSize(p.Width, p.Height)
	if len(p.Pix) != 3*p.Width*p.Height {
		panic(fmt.Sprintf("canvas: a picture of %dx%d has %d values, want %d", p.Width, p.Height, len(p.Pix), 3*p.Width*p.Height))
	}
}

// A Plane is one channel of numbers, such as a mask or a map of strengths. Pix has the
// shape [Height][Width]; a plane from a file lies in [0, 1].
type Plane struct {
	Width, Height int
	Pix           []float32
}

// NewPlane returns a plane of zeros, width x height. It panics if one of them is less
// than 1.
func NewPlane(width, height int) *Plane {
	checkSize(width, height)
	return &Plane{Width: width, Height: height, Pix: make([]float32, width*height)}
}

// FromImage returns img as a picture, with transparency laid over white. The values are
// taken as sRGB; 16-bit images keep their 16 bits. It panics if img is empty.
func FromImage(img image.Image) *Picture {
	checkSize(img.Bounds().Dx(), img.Bounds().Dy())
	p, err := develop(newRaster(img, fullRange), 1, nil)
	if err != nil {
		panic("canvas: " + err.Error())
	}
	return p
}

// Image returns p as an 8-bit opaque image, values clamped to [0, 1] and rounded to the
// nearest of 256 levels. It returns an error if a value is NaN or infinite.
func (p *Picture) Image() (*image.RGBA, error) {
	if err := p.checkFinite(); err != nil {
		return nil, err
	}
	return p.samples8(), nil
}

// checkFinite returns an error that names the first value that is NaN or infinite.
func (p *Picture) checkFinite() error {
	p.check()
	for i, v := range p.Pix {
		if v-v != 0 {
			i %= p.Width * p.Height
			return fmt.Errorf("the value at column %d, row %d is %v: the optimisation diverged", i%p.Width, i/p.Width, v)
		}
	}
	return nil
}

// Fit returns the size of a width x height picture scaled to a long side of longSide
// pixels, the short side rounded and at least 1. A smaller picture keeps its size unless
// enlarge is set. It panics if a size is less than 1.
func Fit(width, height, longSide int, enlarge bool) (w, h int) {
	checkSize(width, height)
	checkSize(longSide, longSide)
	long := max(width, height)
	if long == longSide || (long < longSide && !enlarge) {
		return width, height
	}
	scale := func(side int) int {
		return max(1, int(math.Floor(float64(side)*float64(longSide)/float64(long)+0.5)))
	}
	return scale(width), scale(height)
}

func checkSize(width, height int) {
	if width < 1 || height < 1 {
		panic(fmt.Sprintf("canvas: invalid size %dx%d", width, height))
	}
}
