package canvas

import (
	"fmt"
	"math"
)

// A Filter is the kernel that resampling weighs neighbours with.
type Filter int

// The kernels. When a picture is reduced they are widened by the factor of reduction, so
// that no detail finer than the new pixels survives as moire.
const (
	// Lanczos is the sinc function in a window of three lobes: the sharpest, for
	// photographs and paintings.
	Lanczos Filter = iota
	// Bicubic is the cubic convolution of Keys (1981) with a = -0.75. Enlarging with it is
	// what PyTorch calls bicubic (align_corners=False).
	Bicubic
	// CatmullRom is the cubic convolution with a = -0.5, which reproduces parabolas and
	// overshoots less than Bicubic.
	CatmullRom
	// Bilinear is the tent: it never overshoots.
	Bilinear
)

// kernels is the table of filters: name, half width and value at distance x >= 0.
var kernels = [...]struct {
	name    string
	support float64
	at      func(x float64) float64
}{
	Lanczos:    {"lanczos", 3, func(x float64) float64 { return sinc(x) * sinc(x/3) }},
	Bicubic:    {"bicubic", 2, func(x float64) float64 { return cubic(x, -0.75) }},
	CatmullRom: {"catmull-rom", 2, func(x float64) float64 { return cubic(x, -0.5) }},
	Bilinear:   {"bilinear", 1, func(x float64) float64 { return 1 - x }},
}

// String returns the filter's name, such as "lanczos".
func (f Filter) String() string {
	if f < 0 || int(f) >= len(kernels) {
		return fmt.Sprintf("Filter(%d)", int(f))
	}
	return kernels[f].name
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// cubic is the kernel of Keys, "Cubic convolution interpolation for digital image
// processing", IEEE ASSP 29(6), 1981, with the slope a at distance 1.
func cubic(x, a float64) float64 {
	if x < 1 {
		return ((a+2)*x-(a+3))*x*x + 1
	}
	return ((a*x-5*a)*x+8*a)*x - 4*a
}

// Taps say for every pixel of a resampled row (or column) which pixels it is made of:
// pixel i is the sum over k < Width of Weights[i*Width+k] times pixel First[i]+k. Indices
// may lie outside the row; there the pixel at the edge stands in.
type Taps struct {
	First   []int
	Width   int
	Weights []float32 // [len(First)][Width], each row adding up to 1
}

// Taps returns the taps from n pixels to m, with the edges of both rows aligned: the centre
// of pixel i lies at (i+0.5)*n/m - 0.5 (PyTorch: align_corners=False). It panics if n or m
// is less than 1.
func (f Filter) Taps(n, m int) Taps {
	checkSize(n, m)
	kernel := kernels[f]
	ratio := float64(n) / float64(m)
	widen := max(ratio, 1)
	support := kernel.support * widen
	t := Taps{First: make([]int, m), Width: int(math.Ceil(2*support)) + 1}
	t.Weights = make([]float32, m*t.Width)
	row := make([]float64, t.Width)
	for i := range m {
		centre := (float64(i)+0.5)*ratio - 0.5
		t.First[i] = int(math.Ceil(centre - support))
		sum := 0.0
		for k := range row {
			row[k] = 0
			if x := math.Abs(float64(t.First[i]+k)-centre) / widen; x < kernel.support {
				row[k] = kernel.at(x)
			}
			sum += row[k]
		}
		for k, w := range row {
			t.Weights[i*t.Width+k] = float32(w / sum)
		}
	}
	return t
}

// margins returns how far the taps reach beyond the two ends of a row of n pixels.
func (t *Taps) margins(n int) (before, after int) {
	last := len(t.First) - 1
	return max(0, -t.First[0]), max(0, t.First[last]+t.Width-n)
}
