package cpu

import (
	"fmt"
	"testing"
	"time"
)

// peakRounds takes some ten microseconds: long beside the clock's resolution, short beside a time slice.
const peakRounds = 4000

// kernelWork is a kernel on data in the caches, with the operations on numbers that it needs (a
// multiply-add is two) and the bytes that it reads and writes.
type kernelWork struct {
	name       string
	operations float64
	bytes      float64
	run        func()
}

// BenchmarkKernels measures every kernel on every instruction set by its fastest round, since others
// may share the machine: operations a second, their share of the peak of multiply-adds, and bytes.
func BenchmarkKernels(b *testing.B) {
	for _, k := range available() {
		for _, w := range kernelWorks(k) {
			b.Run(k.name+"/"+w.name, func(b *testing.B) {
				peak, best := 1e9, 1e9
				for b.Loop() { // in turn, since the clock changes
					peak = min(peak, fastest(1, func() { k.peak(peakRounds) }))
					best = min(best, fastest(1, w.run))
				}
				peak = k.peak(peakRounds) / peak
				b.ReportMetric(w.operations/best/1e9, "GFLOP/s")
				b.ReportMetric(100*w.operations/best/peak, "%peak")
				b.ReportMetric(w.bytes/best/1e9, "GB/s")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// fastest returns the seconds of the fastest of rounds runs.
func fastest(rounds int, run func()) float64 {
	best := time.Hour
	for range rounds {
		start := time.Now()
		run()
		best = min(best, time.Since(start))
	}
	return best.Seconds()
}

func kernelWorks(k *kernels) []kernelWork {
	works := []kernelWork{{"peak", k.peak(peakRounds), 0, func() { k.peak(peakRounds) }}}
	for _, channels := range []int{64, 512} {
		for tiles := 1; tiles <= maxTiles; tiles++ {
			works = append(works, multiplyWork(k, channels, tiles))
		}
	}
	works = append(works, streamWork(k, 512, 1), streamWork(k, 512, 4))
	works = append(works, transformWorks(k)...)
	works = append(works, mapWorks(k)...)
	return append(works, vectorWorks(k)...)
}

func multiplyWork(k *kernels, channels, tiles int) kernelWork {
	const repeat = 20
	a, u := make([]float32, channels*tiles), make([]float32, channels*panel)
	dst := make([]float32, tiles*panel)
	return kernelWork{
		fmt.Sprintf("multiply/C=%d/tiles=%d", channels, tiles),
		2 * repeat * float64(channels*tiles*panel), 0,
		func() {
			for range repeat {
				k.multiply(dst, tiles*lanes, a, tiles*lanes, u, tiles, channels/lanes, false, nil, 0)
			}
		},
	}
}

// streamWork reads the transformed weights of a complete layer, each panel for some groups of tiles.
func streamWork(k *kernels, channels, groups int) kernelWork {
	size := channels * panel
	a, u := make([]float32, groups*channels*maxTiles), make([]float32, 4*channels*channels)
	for i := range u { // fresh pages would all be the same one of zeros
		u[i] = float32(i % 7)
	}
	dst := make([]float32, maxTiles*panel)
	return kernelWork{
		fmt.Sprintf("multiply/C=%d/stream/groups=%d", channels, groups),
		2 * float64(groups*maxTiles) * float64(len(u)), 4 * float64(len(u)),
		func() {
			for p := 0; p < len(u); p += size {
				for g := range groups {
					k.multiply(dst, maxTiles*lanes, a[g*channels*maxTiles:], maxTiles*lanes, u[p:], maxTiles, channels/lanes, false, nil, 0)
				}
			}
		},
	}
}

// transformWorks count the additions and multiply-adds of the separable transforms: 12 passes of 12,
// or 10 of 10, a tile and lane.
func transformWorks(k *kernels) []kernelWork {
	const tiles, stride, repeat = 28, 28*lanes*4 + lanes, 10
	m := make([]float32, frequencies*stride)
	var rows [patchSize][]float32
	for y := range rows {
		rows[y] = make([]float32, (tileSize*tiles+2)*lanes)
	}
	var dst, pool [tileSize][]float32
	var mask [tileSize][]uint16
	for y := range dst {
		dst[y], pool[y] = make([]float32, tileSize*tiles*lanes), make([]float32, 2*tiles*lanes)
		mask[y] = make([]uint16, tileSize*tiles)
	}
	bias := make([]float32, lanes)
	forward := forwardRun{m: m, stride: stride, tiles: tiles, bias: bias, dst: dst}
	masked, pooled, average := forward, forward, forward
	masked.mask = mask
	pooled.dst, pooled.mask, pooled.pool = [tileSize][]float32{}, mask, [2][]float32{pool[0], pool[1]}
	average = pooled
	average.average = true
	backward := backwardRun{m: m, stride: stride, tiles: tiles, dst: dst, mask: mask}
	add := backward
	add.add = true
	const pixels = tiles * lanes * repeat
	work := func(name string, passes, bytes float64, run func()) kernelWork {
		return kernelWork{"transform/" + name, passes * pixels, bytes * pixels, func() {
			for range repeat {
				run()
			}
		}}
	}
	return []kernelWork{
		work("input", 144, 4*(24+36), func() { k.transformInput(m, stride, &rows, tiles) }),
		work("forward", 100, 4*(36+16), func() { k.transformForward(&forward) }),
		work("forward masked", 100, 4*(36+16), func() { k.transformForward(&masked) }),
		work("forward max", 100, 4*(36+4), func() { k.transformForward(&pooled) }),
		work("forward average", 100, 4*(36+4), func() { k.transformForward(&average) }),
		work("backward", 100, 4*(36+16), func() { k.transformBackward(&backward) }),
		work("backward add", 100, 4*(36+32), func() { k.transformBackward(&add) }),
	}
}

func mapWorks(k *kernels) []kernelWork {
	const n = 512
	var rows [9][]float32
	var gradients, image [3][]float32
	for i := range rows {
		rows[i] = make([]float32, n+2)
	}
	for i := range gradients {
		gradients[i], image[i] = make([]float32, (n+2)*lanes), make([]float32, n)
	}
	weight, bias := make([]float32, 27*panel), make([]float32, panel)
	dst, other := make([]float32, n*panel), make([]float32, n*lanes)
	mask := make([]uint16, 2*n)
	sum := new([lanes * lanes]float32)
	return []kernelWork{
		{"moments", 2 * n * lanes * lanes, 8 * n * lanes, func() { k.moments(sum, dst, other, n) }},
		{"stem forward", 2 * n * 27 * panel, 4 * n * panel, func() {
			k.stemForward(dst, n*lanes, mask, n, &rows, weight, bias, n, true)
		}},
		{"stem backward", 2 * n * 27 * lanes, 4 * 3 * n * lanes, func() { k.stemBackward(&image, &gradients, weight, n) }},
		{"unpool", n * lanes, 6 * n * lanes, func() { k.unpool(other, dst, mask, 0.25, n) }},
	}
}

func vectorWorks(k *kernels) []kernelWork {
	const n = 10000
	x, y, m, v := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	p := &adamParameters{beta1: 0.1, beta2: 0.01, rate: 0.02, root: 1, epsilon: 1e-8}
	return []kernelWork{
		{"axpy", 2 * n, 12 * n, func() { k.axpy(x, 0.5, y) }},
		{"scale", n, 8 * n, func() { k.scale(x, 1) }},
		{"lerp", 3 * n, 12 * n, func() { k.lerp(x, y, 0.5) }},
		{"difference", 2 * n, 12 * n, func() { k.difference(x, y, m, 0.5, false) }},
		{"adam", 13 * n, 28 * n, func() { k.adam(x, y, m, v, p) }},
		{"dot", 2 * n, 8 * n, func() { k.dot(x, y) }},
		{"squaredDistance", 3 * n, 8 * n, func() { k.squaredDistance(x, y) }},
	}
}
