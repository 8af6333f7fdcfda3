package cpu_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/cpu"
)

// images are what a resampling reads and writes, on a device of their own.
type images struct {
	engine.Device
	resampler             engine.Resampler
	large, small, by, out engine.Image
}

func newImages(t testing.TB, threads int, p *canvas.Picture, w, h int, f canvas.Filter) *images {
	t.Helper()
	d, err := cpu.New(cpu.Options{Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	large, small := engine.Align(int64(4*len(p.Pix))), engine.Align(int64(12*w*h))
	arena, err := d.NewArena(2*large + 2*small)
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.NewResampler(engine.Resampling{Height: p.Height, Width: p.Width, ToHeight: h, ToWidth: w,
		Across: engine.Taps(f.Taps(p.Width, w)), Down: engine.Taps(f.Taps(p.Height, h))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, c := range []interface{ Close() error }{r, arena, d} {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	s := &images{d, r, arena.Image(0, p.Height, p.Width), arena.Image(2*large, h, w), arena.Image(2*large+small, h, w), arena.Image(large, p.Height, p.Width)}
	if err := s.Write(s.large, p.Pix); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *images) resample(t testing.TB) {
	t.Helper()
	if err := s.Resample(engine.Resample{Resampler: s.resampler, Src: s.large, Dst: s.small}); err != nil {
		t.Fatal(err)
	}
	if err := s.ResampleBackward(engine.ResampleBackward{Resampler: s.resampler, Src: s.large, Resampled: s.small, Gradient: s.by, Dst: s.out}); err != nil {
		t.Fatal(err)
	}
}

// TestResamplerGivesTheBitsOfResize: the smaller picture whose loss counts is the one that canvas makes.
func TestResamplerGivesTheBitsOfResize(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, size := range [][4]int{{61, 47, 33, 80}, {61, 47, 20, 15}, {512, 384, 100, 75}, {3, 200, 1, 1}, {1, 1, 5, 4}} {
		p := canvas.New(size[0], size[1])
		for i := range p.Pix {
			p.Pix[i] = 3*rng.Float32() - 1
		}
		for f := canvas.Lanczos; f <= canvas.Bilinear; f++ {
			want := canvas.Resize(p, size[2], size[3], f).Pix
			for _, threads := range []int{1, 3} {
				s := newImages(t, threads, p, size[2], size[3], f)
				s.resample(t)
				got := make([]float32, s.small.Len())
				if err := s.Read(got, s.small); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%v by %v with %d threads: not what Resize gives", size, f, threads)
				}
			}
		}
	}
}

func TestResampleAllocatesNothing(t *testing.T) {
	s := newImages(t, 2, canvas.New(300, 200), 100, 70, canvas.Lanczos)
	if n := testing.AllocsPerRun(10, func() { s.resample(t) }); n > 0 {
		t.Errorf("resampling allocates %v times", n)
	}
}

// BenchmarkResample brings prints down to 512 pixels, and the gradient back.
func BenchmarkResample(b *testing.B) {
	for _, long := range []int{1024, 2048} {
		b.Run(fmt.Sprint(long), func(b *testing.B) {
			s := newImages(b, 0, canvas.New(long, long*3/4), 512, 384, canvas.Lanczos)
			for b.Loop() {
				s.resample(b)
			}
		})
	}
}
