package cpu

import (
	"math"
	"math/rand/v2"
	"testing"
)

// guard is how many numbers on either side of a buffer a kernel must leave alone.
const guard = 48

// sentinel poisons every result that it reaches.
var sentinel = math.Float32frombits(0x7fc0dead)

// fixture makes buffers between guards, at starts that are not a multiple of a register.
type fixture struct {
	t    *testing.T
	rng  *rand.Rand
	all  [][]float32
	word [][]uint16
	hold []int
	held []int
}

func newFixture(t *testing.T, seed uint64) *fixture {
	return &fixture{t: t, rng: rand.New(rand.NewPCG(seed, 7))}
}

// floats returns n numbers in (-1,1) that are often equal and often zero.
func (f *fixture) floats(n int) []float32 {
	start := guard + f.rng.IntN(16)
	b := make([]float32, start+n+guard)
	for i := range b {
		b[i] = sentinel
	}
	s := b[start : start+n : start+n]
	for i := range s {
		switch f.rng.IntN(8) {
		case 0:
			s[i] = 0
		case 1:
			s[i] = 0.5
		default:
			s[i] = 2*f.rng.Float32() - 1
		}
	}
	f.all, f.hold = append(f.all, b), append(f.hold, start)
	return s
}

func (f *fixture) bits(n int) []uint16 {
	start := guard + f.rng.IntN(16)
	b := make([]uint16, start+n+guard)
	for i := range b {
		b[i] = 0xdead
	}
	s := b[start : start+n : start+n]
	for i := range s {
		s[i] = uint16(f.rng.Uint32())
	}
	f.word, f.held = append(f.word, b), append(f.held, start)
	return s
}

// checkGuards fails where a kernel wrote outside its buffers.
func (f *fixture) checkGuards() {
	f.t.Helper()
	for i, b := range f.all {
		for j, v := range b {
			if (j < guard || j >= len(b)-guard) && math.Float32bits(v) != 0x7fc0dead {
				f.t.Fatalf("buffer %d of %d numbers: number %d was written", i, len(b), j-f.hold[i])
			}
		}
	}
	for i, b := range f.word {
		for j, v := range b {
			if (j < guard || j >= len(b)-guard) && v != 0xdead {
				f.t.Fatalf("mask %d of %d words: word %d was written", i, len(b), j-f.held[i])
			}
		}
	}
}

func clone[T any](s []T) []T { return append([]T(nil), s...) }

func (f *fixture) near(what string, got, want []float32, tolerance float64) {
	f.t.Helper()
	for i := range want {
		if !(math.Abs(float64(got[i])-float64(want[i])) <= tolerance*(1+math.Abs(float64(want[i])))) {
			f.t.Fatalf("%s: number %d is %g, want %g", what, i, got[i], want[i])
		}
	}
}

func (f *fixture) same(what string, got, want []uint16) {
	f.t.Helper()
	for i := range want {
		if got[i] != want[i] {
			f.t.Fatalf("%s: word %d is %016b, want %016b", what, i, got[i], want[i])
		}
	}
}

// eachKernels runs a test on every instruction set of this processor, portable Go included (which is
// then compared with itself, but for the guards).
func eachKernels(t *testing.T, rounds int, test func(f *fixture, k, want *kernels)) {
	for _, k := range available() {
		t.Run(k.name, func(t *testing.T) {
			for seed := range rounds {
				f := newFixture(t, uint64(seed))
				test(f, k, portable())
				f.checkGuards()
			}
		})
	}
}

func TestMultiply(t *testing.T) {
	eachKernels(t, 60, func(f *fixture, k, want *kernels) {
		tiles, blocks := 1+f.rng.IntN(maxTiles), 1+f.rng.IntN(5)
		aStride := tiles*lanes + f.rng.IntN(40)
		dstStride := tiles*lanes + f.rng.IntN(40)
		a := f.floats((blocks-1)*aStride + tiles*lanes)
		u := f.floats(blocks * lanes * panel)
		dst := f.floats(dstStride + tiles*lanes)
		for _, add := range []bool{false, true} {
			expect := clone(dst)
			want.multiply(expect, dstStride, a, aStride, u, tiles, blocks, add, nil, 0)
			k.multiply(dst, dstStride, a, aStride, u, tiles, blocks, add, nil, 0)
			f.near("multiply", dst, expect, 2e-6)
		}
	})
}

// TestMultiplyTiles asks that a tile's bits do not depend on the tiles beside it: blocks of tiles may
// then be cut as suits the caches.
func TestMultiplyTiles(t *testing.T) {
	eachKernels(t, 10, func(f *fixture, k, _ *kernels) {
		blocks := 1 + f.rng.IntN(4)
		a, u := f.floats(blocks*maxTiles*lanes), f.floats(blocks*lanes*panel)
		whole, part := f.floats(2*maxTiles*lanes), f.floats(2*maxTiles*lanes)
		k.multiply(whole, maxTiles*lanes, a, maxTiles*lanes, u, maxTiles, blocks, false, nil, 0)
		for t := 0; t < maxTiles; {
			n := min(1+f.rng.IntN(6), maxTiles-t)
			k.multiply(part[t*lanes:], maxTiles*lanes, a[t*lanes:], maxTiles*lanes, u, n, blocks, false, nil, 0)
			t += n
		}
		f.near("multiply in parts", part, whole, 0)
		split := f.floats(2 * maxTiles * lanes)
		for b := range blocks {
			k.multiply(split, maxTiles*lanes, a[b*maxTiles*lanes:], maxTiles*lanes, u[b*lanes*panel:], maxTiles, 1, b > 0, nil, 0)
		}
		f.near("multiply in pieces of the sum", split, whole, 0)
	})
}

func TestTransformInput(t *testing.T) {
	eachKernels(t, 30, func(f *fixture, k, want *kernels) {
		tiles := 1 + f.rng.IntN(9)
		stride := tiles*lanes + f.rng.IntN(40)
		var rows [patchSize][]float32
		for y := range rows {
			rows[y] = f.floats((tileSize*tiles + 2) * lanes)
		}
		dst := f.floats((frequencies-1)*stride + tiles*lanes)
		expect := clone(dst)
		want.transformInput(expect, stride, &rows, tiles)
		k.transformInput(dst, stride, &rows, tiles)
		f.near("input transform", dst, expect, 1e-5)
	})
}

func TestTransformFilters(t *testing.T) {
	eachKernels(t, 30, func(f *fixture, k, want *kernels) {
		n := 1 + f.rng.IntN(5)
		stride := n*lanes + f.rng.IntN(40)
		g := f.floats(n * 9 * lanes)
		dst := f.floats((frequencies-1)*stride + n*lanes)
		expect := clone(dst)
		want.transformFilters(expect, stride, g, n)
		k.transformFilters(dst, stride, g, n)
		f.near("filter transform", dst, expect, 1e-6)
	})
}

func (f *fixture) products(tiles, stride int) []float32 {
	return f.floats((frequencies-1)*stride + tiles*lanes)
}

func TestTransformForward(t *testing.T) {
	eachKernels(t, 80, func(f *fixture, k, want *kernels) {
		tiles := 1 + f.rng.IntN(9)
		stride := tiles*lanes + f.rng.IntN(40)
		got := forwardRun{m: f.products(tiles, stride), stride: stride, tiles: tiles, bias: f.floats(lanes)}
		if f.rng.IntN(4) == 0 { // exact numbers: ties in the pooling
			for i := range got.m {
				got.m[i] = float32(f.rng.IntN(3) - 1)
			}
			clear(got.bias)
		}
		got.linear = f.rng.IntN(4) == 0
		pooled := !got.linear && f.rng.IntN(2) == 0
		got.average = pooled && f.rng.IntN(2) == 0
		stored, masked := !pooled || f.rng.IntN(2) == 0, !got.linear && f.rng.IntN(2) == 0
		expect := got
		for i := range tileSize {
			if stored {
				got.dst[i] = f.floats(tileSize * tiles * lanes)
				expect.dst[i] = clone(got.dst[i])
			}
			if masked {
				got.mask[i] = f.bits(tileSize * tiles)
				expect.mask[i] = clone(got.mask[i])
			}
			if pooled && i < 2 {
				got.pool[i] = f.floats(2 * tiles * lanes)
				expect.pool[i] = clone(got.pool[i])
			}
		}
		want.transformForward(&expect)
		k.transformForward(&got)
		for i := range tileSize {
			f.near("output", got.dst[i], expect.dst[i], 2e-5)
			f.same("mask", got.mask[i], expect.mask[i])
			if i < 2 {
				f.near("pooled", got.pool[i], expect.pool[i], 2e-5)
			}
		}
	})
}

func TestTransformBackward(t *testing.T) {
	eachKernels(t, 40, func(f *fixture, k, want *kernels) {
		tiles := 1 + f.rng.IntN(9)
		stride := tiles*lanes + f.rng.IntN(40)
		got := backwardRun{m: f.products(tiles, stride), stride: stride, tiles: tiles, add: f.rng.IntN(2) == 0}
		expect := got
		masked := f.rng.IntN(2) == 0
		for i := range tileSize {
			got.dst[i] = f.floats(tileSize * tiles * lanes)
			expect.dst[i] = clone(got.dst[i])
			if masked {
				got.mask[i] = f.bits(tileSize * tiles)
				expect.mask[i] = got.mask[i]
			}
		}
		want.transformBackward(&expect)
		k.transformBackward(&got)
		for i := range tileSize {
			f.near("output", got.dst[i], expect.dst[i], 2e-5)
		}
	})
}

func TestUnpoolKernel(t *testing.T) {
	eachKernels(t, 40, func(f *fixture, k, want *kernels) {
		n := 1 + f.rng.IntN(40)
		src, mask, dst := f.floats((n+1)/2*lanes), f.bits(n), f.floats(n*lanes)
		expect := clone(dst)
		want.unpool(expect, src, mask, 0.25, n)
		k.unpool(dst, src, mask, 0.25, n)
		f.near("unpool", dst, expect, 0)
	})
}

func TestMomentsKernel(t *testing.T) {
	eachKernels(t, 40, func(f *fixture, k, want *kernels) {
		n := f.rng.IntN(70)
		a, b := f.floats(n*lanes), f.floats(n*lanes)
		if f.rng.IntN(2) == 0 {
			b = a
		}
		sum := (*[lanes * lanes]float32)(f.floats(lanes * lanes))
		expect := *sum
		want.moments(&expect, a, b, n)
		k.moments(sum, a, b, n)
		f.near("moments", sum[:], expect[:], 1e-5)
	})
}

func TestStemForwardKernel(t *testing.T) {
	eachKernels(t, 60, func(f *fixture, k, want *kernels) {
		n := 1 + f.rng.IntN(40)
		var rows [9][]float32
		for i := range rows {
			rows[i] = f.floats(n + 2)
		}
		weight, bias := f.floats(27*panel), f.floats(panel)
		dstStride, maskStride := n*lanes+f.rng.IntN(30), n+f.rng.IntN(30)
		dst := f.floats(dstStride + n*lanes)
		rectify := f.rng.IntN(3) > 0
		var mask []uint16
		if rectify && f.rng.IntN(2) == 0 {
			mask = f.bits(maskStride + n)
		}
		expect, expectMask := clone(dst), clone(mask)
		want.stemForward(expect, dstStride, expectMask, maskStride, &rows, weight, bias, n, rectify)
		k.stemForward(dst, dstStride, mask, maskStride, &rows, weight, bias, n, rectify)
		f.near("stem", dst, expect, 1e-5)
		f.same("stem's mask", mask, expectMask)
	})
}

func TestStemBackwardKernel(t *testing.T) {
	eachKernels(t, 40, func(f *fixture, k, want *kernels) {
		n := 1 + f.rng.IntN(40)
		var rows, dst, expect [3][]float32
		for i := range rows {
			rows[i] = f.floats((n + 2) * lanes)
			dst[i] = f.floats(n)
			expect[i] = clone(dst[i])
		}
		weight := f.floats(27 * lanes)
		want.stemBackward(&expect, &rows, weight, n)
		k.stemBackward(&dst, &rows, weight, n)
		for i := range dst {
			f.near("stem's gradient", dst[i], expect[i], 2e-5)
		}
	})
}

func TestVectorKernels(t *testing.T) {
	eachKernels(t, 80, func(f *fixture, k, want *kernels) {
		n := f.rng.IntN(150)
		x, y, dst := f.floats(n), f.floats(n), f.floats(n)
		sums := func(k *kernels) []float32 {
			return []float32{float32(k.dot(x, y)), float32(k.squaredDistance(x, y))}
		}
		f.near("sums", sums(k), sums(want), 1e-5)
		steps := map[string]func(k *kernels, dst []float32){
			"axpy":           func(k *kernels, dst []float32) { k.axpy(dst, 0.3, x) },
			"scale":          func(k *kernels, dst []float32) { k.scale(dst, 0.3) },
			"lerp":           func(k *kernels, dst []float32) { k.lerp(dst, x, 0.3) },
			"difference":     func(k *kernels, dst []float32) { k.difference(dst, x, y, 0.3, false) },
			"add difference": func(k *kernels, dst []float32) { k.difference(dst, x, y, 0.3, true) },
		}
		for name, step := range steps {
			expect := clone(dst)
			step(want, expect)
			step(k, dst)
			f.near(name, dst, expect, 1e-6)
		}
	})
}

func TestAdamKernel(t *testing.T) {
	eachKernels(t, 40, func(f *fixture, k, want *kernels) {
		n := f.rng.IntN(150)
		x, g, m, v := f.floats(n), f.floats(n), f.floats(n), f.floats(n)
		for i := range v {
			v[i] *= v[i]
		}
		p := adamParameters{beta1: 0.1, beta2: 0.01, rate: 0.02, root: 1.5, epsilon: 1e-8}
		ex, em, ev := clone(x), clone(m), clone(v)
		want.adam(ex, g, em, ev, &p)
		k.adam(x, g, m, v, &p)
		f.near("M", m, em, 1e-6)
		f.near("V", v, ev, 1e-6)
		f.near("X", x, ex, 1e-5)
	})
}
