package canvas

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/internal/srgb"
)

// resampled is the definition that resample is tested against: for each pixel of the
// result the kernel is applied to the complete plane, edges repeated, in float64, in two
// dimensions at once.
func resampled(src []float64, width, height, w, h int, f Filter) []float64 {
	kernel := kernels[f]
	weigh := func(n, m, i int) map[int]float64 {
		ratio := float64(n) / float64(m)
		widen := max(1, ratio)
		centre := (float64(i)+0.5)*ratio - 0.5
		weights, sum := map[int]float64{}, 0.0
		for j := -8 * n * (1 + int(widen)); j <= 8*n*(1+int(widen)); j++ {
			x := math.Abs(float64(j)-centre) / widen
			if x < kernel.support {
				weights[min(max(j, 0), n-1)] += kernel.at(x)
				sum += kernel.at(x)
			}
		}
		for j := range weights {
			weights[j] /= sum
		}
		return weights
	}
	out := make([]float64, w*h)
	for y := range h {
		down := weigh(height, h, y)
		for x := range w {
			for i, wx := range weigh(width, w, x) {
				for j, wy := range down {
					out[y*w+x] += wx * wy * src[j*width+i]
				}
			}
		}
	}
	return out
}

func randomPlanes(r *rand.Rand, n int) []float32 {
	pix := make([]float32, n)
	for i := range pix {
		pix[i] = r.Float32()*3 - 1
	}
	return pix
}

func drawFilter(t *rapid.T) Filter {
	return Filter(rapid.IntRange(0, len(kernels)-1).Draw(t, "filter"))
}

// TestResample compares Resample with the definition, on values in and out of [0, 1].
func TestResample(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 20)
		width, height, w, h := side.Draw(t, "width"), side.Draw(t, "height"), side.Draw(t, "w"), side.Draw(t, "h")
		planes := rapid.IntRange(1, 3).Draw(t, "planes")
		f := drawFilter(t)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		pix := randomPlanes(r, planes*width*height)
		got := Resample(pix, width, height, w, h, f)
		for c := range planes {
			src := make([]float64, width*height)
			for i := range src {
				src[i] = float64(pix[c*width*height+i])
			}
			for i, want := range resampled(src, width, height, w, h, f) {
				if v := got[c*w*h+i]; math.Abs(float64(v)-want) > 4e-6 {
					t.Fatalf("plane %d, column %d, row %d is %v, not %v", c, i%w, i/w, v, want)
				}
			}
		}
	})
}

// TestResize compares Resize with the definition, in light.
func TestResize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 16)
		width, height, w, h := side.Draw(t, "width"), side.Draw(t, "height"), side.Draw(t, "w"), side.Draw(t, "h")
		f := drawFilter(t)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		p := &Picture{Width: width, Height: height, Pix: randomPlanes(r, 3*width*height)}
		got := Resize(p, w, h, f)
		for c := range 3 {
			light := make([]float64, width*height)
			for i, v := range p.Channel(c) {
				light[i] = srgb.Light(min(max(float64(v), 0), 1))
			}
			for i, v := range resampled(light, width, height, w, h, f) {
				want := srgb.Encoded(min(max(v, 0), 1))
				// Near black the curve is so steep that rounding shows more.
				if got := float64(got.Channel(c)[i]); math.Abs(got-want) > 2e-5 {
					t.Fatalf("channel %d, column %d, row %d is %v, not %v", c, i%w, i/w, got, want)
				}
			}
		}
	})
}

// TestPyTorch compares with torch.nn.functional.interpolate(size=(5, 7),
// align_corners=False) of PyTorch 2.9.1 in float64.
func TestPyTorch(t *testing.T) {
	pix := make([]float32, 12)
	for i := range pix {
		pix[i] = float32(i*5%7-1) / 4
	}
	for f, want := range map[Filter][]float64{
		Bicubic: {
			-0.534688958, 0.119923105, 0.965963921, 0.9538125, 0.472296283, 0.163622813, -0.025608236,
			0.293347394, 0.575313411, 0.911425656, 0.78321875, 0.362087099, -0.022443513, -0.267109512,
			1.299608236, 1.110377187, 0.801703717, 0.5, 0.198296283, -0.110377187, -0.299608236,
			1.267109512, 1.022443513, 0.637912901, 0.21678125, 0.088574344, 0.424686589, 0.706652606,
			1.025608236, 0.836377187, 0.527703717, 0.0461875, 0.034036079, 0.880076895, 1.534688958,
		},
		Bilinear: {
			-0.25, 0.196428571, 0.910714286, 0.75, 0.464285714, 0.178571429, 0,
			0.35, 0.546428571, 0.860714286, 0.65, 0.364285714, 0.078571429, -0.1,
			1.25, 1.071428571, 0.785714286, 0.5, 0.214285714, -0.071428571, -0.25,
			1.1, 0.921428571, 0.635714286, 0.35, 0.139285714, 0.453571429, 0.65,
			1, 0.821428571, 0.535714286, 0.25, 0.089285714, 0.803571429, 1.25,
		},
	} {
		got := Resample(pix, 4, 3, 7, 5, f)
		for i, v := range want {
			if math.Abs(float64(got[i])-v) > 1e-6 {
				t.Errorf("%v: value %d is %v, not %v", f, i, got[i], v)
			}
		}
	}
}

func TestConstant(t *testing.T) {
	for f := range kernels {
		for _, v := range []float32{0, 0.003, 0.2, 0.75, 1} {
			p := New(17, 11)
			for i := range p.Pix {
				p.Pix[i] = v
			}
			for _, size := range [][2]int{{5, 3}, {40, 31}, {1, 1}, {17, 12}} {
				for _, got := range Resize(p, size[0], size[1], Filter(f)).Pix {
					if math.Abs(float64(got-v)) > 2e-6 {
						t.Fatalf("%v: %v became %v at %v", Filter(f), v, got, size)
					}
				}
			}
		}
	}
}

// TestLight: a fine checkerboard seen from afar has the light of half white, which is
// 0.735 encoded, not 0.5.
func TestLight(t *testing.T) {
	p := New(64, 64)
	for i := range p.Pix {
		p.Pix[i] = float32((i%64 + i/64) % 2)
	}
	for _, v := range Resize(p, 8, 8, Lanczos).Pix {
		if math.Abs(float64(v)-srgb.Encoded(0.5)) > 0.02 {
			t.Fatalf("half white became %v, not %v", v, srgb.Encoded(0.5))
		}
	}
	r := rand.New(rand.NewPCG(3, 3))
	for i := range p.Pix {
		p.Pix[i] = r.Float32()
	}
	mean := func(p *Picture) (sum float64) {
		for _, v := range p.Pix {
			sum += srgb.Light(float64(v))
		}
		return sum / float64(len(p.Pix))
	}
	if a, b := mean(p), mean(Resize(p, 16, 16, Bilinear)); math.Abs(a-b) > 0.01 {
		t.Errorf("the mean of light %v became %v", a, b)
	}
}

// TestThreads: the same bits, whatever the number of threads.
func TestThreads(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	p := &Picture{Width: 61, Height: 47, Pix: randomPlanes(r, 3*61*47)}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := Resize(p, 33, 80, Lanczos)
	for _, threads := range []int{2, 3, 7} {
		runtime.GOMAXPROCS(threads)
		if many := Resize(p, 33, 80, Lanczos); !slices.Equal(one.Pix, many.Pix) {
			t.Errorf("%d threads gave other bits than one", threads)
		}
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		w, h, long int
		enlarge    bool
		w2, h2     int
	}{
		{4000, 3000, 512, false, 512, 384}, {3000, 4000, 512, false, 384, 512}, {300, 200, 512, false, 300, 200},
		{300, 200, 600, true, 600, 400}, {512, 100, 512, true, 512, 100}, {10_000, 1, 100, false, 100, 1},
		{1000, 667, 512, false, 512, 342}, {1, 1, 5, true, 5, 5}, {150, 101, 100, false, 100, 67},
	} {
		if w, h := Fit(c.w, c.h, c.long, c.enlarge); w != c.w2 || h != c.h2 {
			t.Errorf("%+v: %dx%d", c, w, h)
		}
	}
}

// TestBugs: mistakes of the caller panic.
func TestBugs(t *testing.T) {
	for name, f := range map[string]func(){
		"New": func() { New(0, 1) }, "Resize": func() { Resize(New(2, 2), 0, 2, Lanczos) },
		"Resample":  func() { Resample(make([]float32, 5), 2, 2, 3, 3, Bilinear) },
		"Fit":       func() { Fit(3, 3, 0, true) },
		"odd sizes": func() { Resize(&Picture{Width: 2, Height: 2, Pix: make([]float32, 11)}, 1, 1, Lanczos) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func TestLuma(t *testing.T) {
	p := New(2, 1)
	copy(p.Pix, []float32{1, 0.5, 0, 0.5, 0, 0.5})
	if l := p.Luma(); math.Abs(float64(l.Pix[0])-0.299) > 1e-7 || math.Abs(float64(l.Pix[1])-0.5) > 1e-7 {
		t.Errorf("luma is %v", l.Pix)
	}
}

// TestClone: a copy shares nothing.
func TestClone(t *testing.T) {
	p := New(2, 2)
	q, same := p.Clone(), Resample(p.Pix, 2, 2, 2, 2, Bilinear)
	q.Pix[0], same[0] = 1, 1
	if p.Pix[0] != 0 {
		t.Error("a copy shares memory")
	}
}

// BenchmarkResize reduces 12 megapixels to sizes at which pictures are painted.
func BenchmarkResize(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 5))
	p := New(4000, 3000)
	for i := range p.Pix {
		p.Pix[i] = r.Float32()
	}
	for _, f := range []Filter{Lanczos, Bilinear} {
		for _, long := range []int{512, 2048} {
			b.Run(fmt.Sprintf("%v/%d", f, long), func(b *testing.B) {
				w, h := Fit(p.Width, p.Height, long, false)
				b.SetBytes(int64(4 * len(p.Pix)))
				b.ReportAllocs()
				for b.Loop() {
					Resize(p, w, h, f)
				}
			})
		}
	}
}

// BenchmarkResample resamples an iterate from one scale to the next.
func BenchmarkResample(b *testing.B) {
	pix := randomPlanes(rand.New(rand.NewPCG(6, 6)), 3*512*384)
	b.ReportAllocs()
	for b.Loop() {
		Resample(pix, 512, 384, 724, 543, Bicubic)
	}
}
