package cpu

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
)

// This file tries what the compliance suite cannot see from outside: that every schedule computes the
// same, on shapes that fall badly across its blocks.

// twin runs one operation on this device and on the definition.
type twin struct {
	t       *testing.T
	rng     *rand.Rand
	devices [2]engine.Device
	arenas  [2]engine.Arena
	offset  int64
}

const twinBytes = 64 << 20

func newTwin(t *testing.T, isa string, threads int, seed uint64) *twin {
	t.Helper()
	d, err := New(Options{Threads: threads, ISA: isa})
	if err != nil {
		t.Fatal(err)
	}
	w := &twin{t: t, rng: rand.New(rand.NewPCG(seed, 3)), devices: [2]engine.Device{d, reference.New64()}}
	for i, d := range w.devices {
		if w.arenas[i], err = d.NewArena(twinBytes); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		for i, d := range w.devices {
			if err := w.arenas[i].Close(); err != nil {
				t.Error(err)
			}
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return w
}

func (w *twin) floats(n int) []float32 {
	s := make([]float32, n)
	for i := range s {
		s[i] = 2*w.rng.Float32() - 1
	}
	return s
}

func (w *twin) take(bytes func(d engine.Device) int64) int64 {
	at := w.offset
	w.offset += engine.Align(max(bytes(w.devices[0]), bytes(w.devices[1])))
	return at
}

// convolution returns a convolution of random weights on both devices.
func (w *twin) convolution(in, out int, padding engine.Padding) (c [2]engine.Convolution) {
	weight, bias := w.floats(9*in*out), w.floats(out)
	for i, d := range w.devices {
		var err error
		if c[i], err = d.NewConvolution(in, out, weight, bias, padding); err != nil {
			w.t.Fatal(err)
		}
	}
	return c
}

// stem returns a stem of random weights on one device.
func (w *twin) stem(i, out int, pre engine.Preprocessing, padding engine.Padding) engine.Stem {
	s, err := w.devices[i].NewStem(out, w.floats(27*out), w.floats(out), pre, padding)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// vectors returns a vector on both devices, with the same numbers.
func (w *twin) vectors(values []float32) (v [2]engine.Vector) {
	at := w.take(func(engine.Device) int64 { return 4 * int64(len(values)) })
	for i, d := range w.devices {
		v[i] = w.arenas[i].Vector(at, len(values))
		d.Write(v[i], values)
	}
	return v
}

func (w *twin) numbers(i int, v engine.Vector) []float32 {
	s := make([]float32, v.Len())
	w.devices[i].Read(s, v)
	return s
}

// maps returns a complete map on both devices, with the same random numbers.
func (w *twin) maps(s engine.Shape) (m [2]engine.Map) {
	at := w.take(func(d engine.Device) int64 { return d.MapBytes(s, s.Height) })
	values := w.floats(s.Elements())
	for i, d := range w.devices {
		m[i] = w.arenas[i].Map(at, s, s.Height)
		d.WriteMap(m[i], engine.All(s), values)
	}
	return m
}

func (w *twin) masks(s engine.Shape) (m [2]engine.Mask) {
	at := w.take(func(d engine.Device) int64 { return d.MaskBytes(s) })
	for i := range m {
		m[i] = w.arenas[i].Mask(at, s)
	}
	return m
}

func (w *twin) read(i int, m engine.Map) []float32 {
	s := make([]float32, m.Shape().Elements())
	w.devices[i].ReadMap(s, m, engine.All(m.Shape()))
	return s
}

func (w *twin) compare(what string, m [2]engine.Map, tolerance float64) {
	w.t.Helper()
	got, want := w.read(0, m[0]), w.read(1, m[1])
	scale := 1.0
	for _, v := range want {
		scale = max(scale, math.Abs(float64(v)))
	}
	for i := range want {
		if !(math.Abs(float64(got[i])-float64(want[i])) <= tolerance*scale) {
			w.t.Fatalf("%s %v: number %d is %g, want %g", what, m[0].Shape(), i, got[i], want[i])
		}
	}
}

// randomSchedule replaces the device's by one that cuts the tiles at random.
func randomSchedule(rng *rand.Rand) func(*filters, int) schedule {
	return func(f *filters, tiles int) schedule {
		return schedule{cooperate: rng.IntN(2) == 0, size: 1 + rng.IntN(tiles), slice: 1 + rng.IntN(f.panels)}
	}
}

func TestConvolutionAgainstDefinition(t *testing.T) {
	for _, isa := range ISAs() {
		t.Run(isa, func(t *testing.T) {
			for seed := range 60 {
				testConvolution(newTwin(t, isa, []int{1, 2, 3, 7}[seed%4], uint64(seed)))
			}
		})
	}
}

// testConvolution runs a random convolution with its ReLU and pooling forward, and backward again.
func testConvolution(w *twin) {
	rng := w.rng
	w.devices[0].(*device).schedule = randomSchedule(rng)
	w.devices[0].(*device).rawAbove = rng.IntN(2) * onUseChannels
	in, out := 1+rng.IntN(70), 1+rng.IntN(70)
	shape := engine.Shape{Channels: in, Height: 1 + rng.IntN(23), Width: 1 + rng.IntN(23)}
	if rng.IntN(8) == 0 {
		shape.Width = 130 + rng.IntN(20) // longer than a run of tiles
		in, shape.Channels, out = 5, 5, 20
	}
	outer := engine.Shape{Channels: out, Height: shape.Height, Width: shape.Width}
	padding, pooling := engine.Padding(rng.IntN(3)), engine.Pooling(rng.IntN(2))
	pooled, stored, add, masked := rng.IntN(2) == 0, rng.IntN(2) == 0, rng.IntN(2) == 0, rng.IntN(2) == 0
	pooledShape := outer.Pooled()
	if pooledShape.Positions() == 0 {
		pooled, pooledShape = false, outer
	}
	x, y, small := w.maps(shape), w.maps(outer), w.maps(pooledShape)
	gradient, smallGradient, h := w.maps(outer), w.maps(pooledShape), w.maps(shape)
	routes, mask := w.masks(outer), w.masks(shape)
	conv := w.convolution(in, out, padding)
	for i, d := range w.devices {
		d.Rectify(engine.Rectify{Src: x[i], Rows: engine.All(shape), Dst: x[i], Mask: mask[i]})
		f := engine.Forward{Conv: conv[i], Src: x[i], Rows: engine.All(shape), Mask: routes[i], Pooling: pooling}
		b := engine.Backward{Conv: conv[i], Src: gradient[i], Rows: engine.All(shape), Dst: h[i], Add: add}
		if pooled {
			f.Pool = small[i]
			b.Src, b.Routes, b.Pooling = smallGradient[i], routes[i], pooling
		}
		if stored || !pooled {
			f.Dst = y[i]
		}
		if masked {
			b.Mask = mask[i]
		}
		d.Forward(f)
		d.Backward(b)
	}
	w.compare("output", y, 1e-5)
	w.compare("pooled", small, 1e-5)
	w.compare("gradient", h, 1e-5)
}

// TestSchedulesAgree asks for the same bits from every way to share out the tiles.
func TestSchedulesAgree(t *testing.T) {
	for _, rawAbove := range []int{0, onUseChannels} {
		testSchedules(t, rawAbove)
	}
}

func testSchedules(t *testing.T, rawAbove int) {
	shape := engine.Shape{Channels: 40, Height: 21, Width: 19}
	var want []float32
	for seed := range 12 {
		w := newTwin(t, "", []int{1, 2, 3, 7}[seed%4], 1)
		d := w.devices[0]
		d.(*device).schedule = randomSchedule(rand.New(rand.NewPCG(uint64(seed), 1)))
		d.(*device).rawAbove = rawAbove
		c := w.convolution(40, 40, engine.PadZero)[0]
		x, y := w.maps(shape), w.maps(shape)
		d.Forward(engine.Forward{Conv: c, Src: x[0], Rows: engine.All(shape), Dst: y[0]})
		d.Backward(engine.Backward{Conv: c, Src: y[0], Rows: engine.All(shape), Dst: x[0], Add: true})
		got := w.read(0, x[0])
		if want == nil {
			want = got
		} else if !slices.Equal(got, want) {
			t.Fatalf("schedule %d gives other bits", seed)
		}
	}
}
