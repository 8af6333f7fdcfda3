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
			defer d.Close()
			a, err := d.NewArena(int64(size) * int64(size) * 64 * 4 * 3)
			if err != nil {
				b.Fatal(err)
			}
			defer a.Close()
			for _, w := range styleWorks(d, a, size) {
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

func styleWorks(d *device, a engine.Arena, size int) []*vggBench {
	rng := rand.New(rand.NewPCG(2, 2))
	numbers := make([]float32, 64*27)
	for i := range numbers {
		numbers[i] = 2*rng.Float32() - 1
	}
	shape := engine.Shape{Channels: 64, Height: size, Width: size}
	stem := d.NewStem(64, numbers, numbers[:64], engine.Preprocessing{Matrix: [3][3]float32{{1}, {0, 1}, {0, 0, 1}}}, engine.PadZero)
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
	for i, channels := range []int{64, 128, 256, 512, 512} {
		s := engine.Shape{Channels: channels, Height: size >> i, Width: size >> i}
		x, y := a.Map(0, s, s.Height), y
		y = a.Map(half, s, s.Height)
		m, f := d.NewMoments(channels), d.NewAffine(channels)
		matrix := make([]float64, channels*channels)
		for i := range matrix {
			matrix[i] = float64(i%channels+i/channels) / 1e6
		}
		d.SetAffine(f, matrix, make([]float64, channels))
		flops := float64(s.Positions()) * float64(channels*channels)
		works = append(works,
			&vggBench{name: fmt.Sprintf("moments %d", i+1), flops: flops, run: func() { d.AddMoments(engine.AddMoments{Moments: m, Src: x, Rows: engine.All(s)}) }},
			&vggBench{name: fmt.Sprintf("affine %d", i+1), flops: 2 * flops, run: func() {
				d.AddAffine(engine.AddAffine{Affine: f, Src: x, Rows: engine.All(s), Dst: y, Add: true})
			}},
		)
	}
	return works
}
