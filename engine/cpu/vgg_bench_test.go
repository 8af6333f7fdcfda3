package cpu

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/impasto/impasto/engine"
)

// vggLayer is a convolution of VGG-19 (Simonyan and Zisserman 2015, table 1, E) up to conv5_1.
type vggLayer struct {
	name    string
	in, out int
	scale   int  // of the image to the map
	pooled  bool // the last of its block
}

var vgg19 = []vggLayer{
	{"conv1_2", 64, 64, 1, true},
	{"conv2_1", 64, 128, 2, false},
	{"conv2_2", 128, 128, 2, true},
	{"conv3_1", 128, 256, 4, false},
	{"conv3_2", 256, 256, 4, false},
	{"conv3_3", 256, 256, 4, false},
	{"conv3_4", 256, 256, 4, true},
	{"conv4_1", 256, 512, 8, false},
	{"conv4_2", 512, 512, 8, false},
	{"conv4_3", 512, 512, 8, false},
	{"conv4_4", 512, 512, 8, true},
	{"conv5_1", 512, 512, 16, false},
}

// vggBench holds the operations of one layer.
type vggBench struct {
	name  string
	flops float64 // of the 36 products of matrices
	run   func()
	best  time.Duration
}

// BenchmarkVGG19 measures the convolutions of VGG-19, each by its fastest round since others may share
// the machine. It reports milliseconds for conv1_2 to conv5_1, forward and backward, and their share of
// the peak of multiply-adds: that of the products alone, which the transforms keep from 100 %.
func BenchmarkVGG19(b *testing.B) {
	for _, isa := range ISAs() {
		for _, size := range []int{128, 256, 512} {
			b.Run(fmt.Sprintf("%s/%d", isa, size), func(b *testing.B) {
				if isa == "portable" && size > 128 {
					b.Skip("takes minutes")
				}
				benchmarkVGG19(b, isa, size)
			})
		}
	}
}

func benchmarkVGG19(b *testing.B, isa string, size int) {
	opened, err := New(Options{ISA: isa})
	if err != nil {
		b.Fatal(err)
	}
	d := opened.(*device)
	b.Cleanup(func() { d.Close() })
	a := benchArena(b, d, size)
	var all []*vggBench
	for _, l := range vgg19 {
		all = append(all, vggWorks(b, d, a, l, size)...)
	}
	peak := 1.0
	for b.Loop() {
		for _, w := range all {
			start := time.Now()
			w.run()
			if t := time.Since(start); w.best == 0 || t < w.best {
				w.best = t
			}
		}
		peak = max(peak, d.kernels.peak(peakRounds)/fastest(3, func() { d.kernels.peak(peakRounds) }))
	}
	reportVGG19(b, all, peak*float64(d.Threads()))
}

func reportVGG19(b *testing.B, all []*vggBench, peak float64) {
	var total time.Duration
	var flops float64
	var table strings.Builder
	for _, w := range all {
		total += w.best
		flops += w.flops
		fmt.Fprintf(&table, "\n%-18s %8.2f ms %5.1f %%", w.name, float64(w.best.Microseconds())/1000, 100*w.flops/w.best.Seconds()/peak)
	}
	b.Logf("peak %.0f GFLOP/s%s", peak/1e9, table.String())
	b.ReportMetric(float64(total.Microseconds())/1000, "ms")
	b.ReportMetric(100*flops/total.Seconds()/peak, "%peak")
	b.ReportMetric(0, "ns/op")
}

// vggWorks returns a layer's forward and backward as the network runs them: what a block ends in is kept
// pooled only. Maps of all layers share memory.
func vggWorks(tb testing.TB, d *device, a engine.Arena, l vggLayer, size int) []*vggBench {
	rng := rand.New(rand.NewPCG(1, 1))
	random := func(n int) []float32 {
		s := make([]float32, n)
		for i := range s {
			s[i] = (2*rng.Float32() - 1) / 16
		}
		return s
	}
	in := engine.Shape{Channels: l.in, Height: size / l.scale, Width: size / l.scale}
	out := engine.Shape{Channels: l.out, Height: in.Height, Width: in.Width}
	conv, err := d.NewConvolution(l.in, l.out, random(9*l.in*l.out), random(l.out), engine.PadZero)
	if err != nil {
		tb.Fatal(err)
	}
	offset := int64(0)
	place := func(bytes int64) int64 {
		at := offset
		offset += engine.Align(bytes)
		return at
	}
	x := a.Map(place(d.MapBytes(in, in.Height)), in, in.Height)
	y := a.Map(place(d.MapBytes(out, out.Height)), out, out.Height)
	mask, below := a.Mask(place(d.MaskBytes(out)), out), a.Mask(place(d.MaskBytes(in)), in)
	d.WriteMap(x, engine.All(in), slices.Repeat(random(in.Positions()), in.Channels))
	forward := engine.Forward{Conv: conv, Src: x, Rows: engine.All(in), Dst: y, Mask: mask}
	backward := engine.Backward{Conv: conv, Src: y, Rows: engine.All(in), Dst: x, Mask: below}
	if l.pooled {
		pool := a.Map(place(d.MapBytes(out.Pooled(), in.Height)), out.Pooled(), in.Height/2)
		forward.Dst, forward.Pool = nil, pool
		backward.Src, backward.Routes = pool, mask
	}
	flops := 2 * float64(l.in*l.out) * frequencies * float64(tilesOf(in.Height)*tilesOf(in.Width))
	return []*vggBench{
		{name: l.name + " forward", flops: flops, run: func() { d.Forward(forward) }},
		{name: l.name + " backward", flops: flops, run: func() { d.Backward(backward) }},
	}
}
