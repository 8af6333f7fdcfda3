package cpu

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/impasto/impasto/engine"
)

// BenchmarkStyle measures what surrounds the convolutions in an evaluation of the loss at 512 pixels: the
// stem, and moments and their gradients at the five layers of Gatys et al. 2015.
func BenchmarkStyle(b *testing.B) {
	for _, isa := range ISAs() {
		b.Run(isa, func(b *testing.B) {
			size := 512
			if isa == "portable" {
				size = 128
			}
			opened, err := New(Options{ISA: isa})
			if err != nil {
				b.Fatal(err)
			}
			d := opened.(*device)
			b.Cleanup(func() { d.Close() })
			a := benchArena(b, d, size)
			for _, w := range styleWorks(b, d, a, size) {
				b.Run(fmt.Sprintf("%s/%d", w.name, size), func(b *testing.B) {
					for b.Loop() {
						w.run()
					}
					b.ReportMetric(w.flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
				})
			}
		})
	}
}

func styleWorks(tb testing.TB, d *device, a engine.Arena, size int) []*vggBench {
	rng := rand.New(rand.NewPCG(2, 2))
	numbers := make([]float32, 64*27)
	for i := range numbers {
		numbers[i] = 2*rng.Float32() - 1
	}
	shape := engine.Shape{Channels: 64, Height: size, Width: size}
	stem, err := d.NewStem(64, numbers, numbers[:64], engine.Preprocessing{Matrix: [3][3]float32{{1}, {0, 1}, {0, 0, 1}}}, engine.PadZero)
	if err != nil {
		tb.Fatal(err)
	}
	half := d.MapBytes(shape, size)
	x, y := a.Map(0, shape, size), a.Map(half, shape, size)
	mask, image := a.Mask(2*half, shape), a.Image(half, size, size)
	rows := engine.All(shape)
	flops := 2 * 27 * 64 * float64(size*size)
	works := []*vggBench{
		{name: "stem forward", flops: flops, run: func() {
			d.StemForward(engine.StemForward{Stem: stem, Image: image, Rows: rows, Dst: x, Mask: mask})
		}},
		{name: "stem backward", flops: flops, run: func() {
			d.StemBackward(engine.StemBackward{Stem: stem, Src: x, Rows: rows, Dst: image})
		}},
	}
	next := 2*half + engine.Align(d.MaskBytes(shape))
	for i, channels := range []int{64, 128, 256, 512, 512} {
		s := engine.Shape{Channels: channels, Height: size >> i, Width: size >> i}
		x, y := a.Map(0, s, s.Height), y
		y = a.Map(half, s, s.Height)
		take := func(bytes int64) int64 {
			next += engine.Align(bytes)
			return next - engine.Align(bytes)
		}
		m, f := a.Moments(take(d.MomentsBytes(channels)), channels), a.Affine(take(d.AffineBytes(channels)), channels)
		painting, results := a.Moments(take(d.MomentsBytes(channels)), channels), a.Scalars(take(d.ScalarsBytes(2)), 2)
		matrix := make([]float64, channels*channels)
		for i := range matrix {
			matrix[i] = float64(i%channels+i/channels) / 1e6
		}
		d.WriteAffine(f, matrix, make([]float64, channels))
		d.WriteMoments(painting, engine.Statistics{Weight: 1, Sum: matrix[:channels], Gram: matrix})
		distance := engine.MomentDistance{Moments: m, Painting: painting, Affine: f, Scale: 1e-3,
			Distance: engine.Scalar{Of: results}, Weight: engine.Scalar{Of: results, At: 1}}
		flops := float64(s.Positions()) * float64(channels*channels)
		add := func() { d.AddMoments(engine.AddMoments{Moments: m, Src: x, Rows: engine.All(s)}) }
		add() // a distance of nothing takes no time
		works = append(works,
			&vggBench{name: fmt.Sprintf("moments %d", i+1), flops: flops, run: add},
			&vggBench{name: fmt.Sprintf("distance %d", i+1), flops: 4 * float64(channels*channels), run: func() { d.MomentDistance(distance) }},
			&vggBench{name: fmt.Sprintf("affine %d", i+1), flops: 2 * flops, run: func() {
				d.AddAffine(engine.AddAffine{Affine: f, Src: x, Rows: engine.All(s), Dst: y, Add: true})
			}},
		)
	}
	return works
}

// benchArena returns memory for maps of 64 channels of a size and what a style needs besides.
func benchArena(tb testing.TB, d engine.Device, size int) engine.Arena {
	a, err := d.NewArena(int64(size)*int64(size)*64*4*3 + 32<<20)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := a.Close(); err != nil {
			tb.Error(err)
		}
	})
	return a
}
