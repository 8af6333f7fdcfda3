package enginetest

import (
	"io"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
)

// RunThreads checks that 1, 2, 3 and 7 threads, and a second run, give the same bits; with -short 1 and 3 threads.
func RunThreads(t *testing.T, open func(threads int) engine.Device) {
	t.Run("Threads", func(t *testing.T) { checkThreads(t, open) })
}

func checkThreads(t rapid.TB, open func(threads int) engine.Device) {
	var want []outcome
	counts := []int{1, 2, 3, 7}
	if testing.Short() {
		counts = []int{1, 3}
	}
	for _, threads := range counts {
		device := open(threads)
		if got := device.Threads(); got != threads {
			t.Errorf("a device opened with %d threads has %d", threads, got)
		}
		for range 2 {
			got := program(t, device)
			if want == nil {
				want = got
			}
			demandSame(t, got, want, "%d threads", threads)
		}
		if err := device.Close(); err != nil {
			t.Errorf("closing the device: %v", err)
		}
	}
}

// checkConcurrent runs several goroutines on one device, each on its own buffers.
func checkConcurrent(t rapid.TB, device engine.Device) {
	want := program(t, device)
	var got [2][]outcome
	var group sync.WaitGroup
	for i := range got {
		group.Go(func() { got[i] = program(t, device) })
	}
	group.Wait()
	for i := range got {
		demandSame(t, got[i], want, "goroutine %d of several", i)
	}
}

// outcome is the result of one operation of the program, to the bit.
type outcome struct {
	what string
	bits []uint64
}

func demandSame(t rapid.TB, got, want []outcome, format string, args ...any) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf(format+": the program did not end", args...)
		return
	}
	for i, w := range want {
		for j := range w.bits {
			if got[i].bits[j] != w.bits[j] {
				t.Errorf(format+": number %d of %s is %x, want %x", append(args, j, w.what, got[i].bits[j], w.bits[j])...)
				return // the rest was computed from it
			}
		}
	}
}

// run is one run of the program: a small network forward and backward, with every kind of operation.
type run struct {
	engine.Device
	arena    engine.Arena
	next     int64
	random   *rand.Rand
	outcomes []outcome
	open     []io.Closer
}

// program returns everything that a device computes from fixed numbers.
func program(t rapid.TB, device engine.Device) []outcome {
	device = sound(t, device)
	arena, err := device.NewArena(arenaBytes)
	if err != nil {
		return nil
	}
	r := &run{Device: device, arena: arena, random: rand.New(rand.NewPCG(7, 7))}
	r.network()
	r.deep()
	r.transport()
	r.scales()
	r.steps()
	for _, c := range append(r.open, arena) {
		if err := c.Close(); err != nil {
			t.Errorf("closing %T: %v", c, err)
		}
	}
	return r.outcomes
}

func (r *run) take(bytes int64) int64 {
	at := r.next
	r.next += engine.Align(bytes)
	return at
}

func (r *run) normal(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(r.random.NormFloat64())
	}
	return v
}

func (r *run) newMap(s engine.Shape) engine.Map {
	return r.arena.Map(r.take(r.MapBytes(s, s.Height)), s, s.Height)
}

func (r *run) newMask(s engine.Shape) engine.Mask { return r.arena.Mask(r.take(r.MaskBytes(s)), s) }

func (r *run) vector(n int) engine.Vector {
	v := r.arena.Vector(r.take(4*int64(n)), n)
	r.Write(v, r.normal(n))
	return v
}

func (r *run) moments(channels int) engine.Moments {
	return r.arena.Moments(r.take(r.MomentsBytes(channels)), channels)
}

func (r *run) scalars(n int) engine.Scalars { return r.arena.Scalars(r.take(r.ScalarsBytes(n)), n) }

func (r *run) convolution(in, out int, padding engine.Padding) engine.Convolution {
	weight := r.normal(9 * in * out)
	for i := range weight {
		weight[i] /= float32(math.Sqrt(float64(9 * in)))
	}
	c, _ := r.NewConvolution(in, out, weight, r.normal(out), padding)
	r.open = append(r.open, c)
	return c
}

func (r *run) note(what string, values ...float64) {
	o := outcome{what: what}
	for _, v := range values {
		o.bits = append(o.bits, math.Float64bits(v))
	}
	r.outcomes = append(r.outcomes, o)
}

func (r *run) noteMap(what string, m engine.Map) {
	values := make([]float32, m.Shape().Elements())
	r.ReadMap(values, m, engine.All(m.Shape()))
	r.note(what, widen(values)...)
}

func (r *run) noteScalars(what string, row engine.Scalars) {
	values := make([]float64, row.Len())
	r.ReadScalars(values, row)
	r.note(what, values...)
}

func (r *run) noteVector(what string, v engine.Vector) {
	values := make([]float32, v.Len())
	r.Read(values, v)
	r.note(what, widen(values)...)
}

func widen(values []float32) []float64 {
	wide := make([]float64, len(values))
	for i, v := range values {
		wide[i] = float64(v)
	}
	return wide
}

// network runs image, stem, convolution, convolution with pooling, moments; and back to the image.
func (r *run) network() {
	const h, w = 37, 29
	first, second := engine.Shape{Channels: 33, Height: h, Width: w}, engine.Shape{Channels: 40, Height: h, Width: w}
	pooled := second.Pooled()
	image := r.arena.Image(r.take(12*h*w), h, w)
	gradient := r.arena.Image(r.take(12*h*w), h, w)
	r.Write(image, r.normal(3*h*w))
	pre := engine.Preprocessing{Matrix: [3][3]float32{{0, 0, 4}, {0, 4, 1}, {4, 0, 0}}, Offset: [3]float32{-2, -1, -2}}
	stem, _ := r.NewStem(33, r.normal(27*33), r.normal(33), pre, engine.PadReplicate)
	r.open = append(r.open, stem)
	one, two := r.convolution(33, 33, engine.PadZero), r.convolution(33, 40, engine.PadReflect)
	a, b, c := r.newMap(first), r.newMap(first), r.newMap(pooled)
	ma, mb, mc := r.newMask(first), r.newMask(first), r.newMask(second)
	all := engine.Rows{To: h}
	r.StemForward(engine.StemForward{Stem: stem, Image: image, Rows: all, Dst: a, Mask: ma})
	r.Forward(engine.Forward{Conv: one, Src: a, Rows: all, Dst: b, Mask: mb})
	r.Forward(engine.Forward{Conv: two, Src: b, Rows: all, Mask: mc, Pool: c})
	r.noteMap("the first map", a)
	r.noteMap("the second map", b)
	r.noteMap("the pooled map", c)

	gc, gb, ga := r.newMap(pooled), r.newMap(first), r.newMap(first)
	r.loss("the pooled map", c, gc)
	r.loss("the second map", b, gb)
	r.Backward(engine.Backward{Conv: two, Src: gc, Routes: mc, Rows: all, Dst: gb, Add: true, Mask: mb})
	r.Backward(engine.Backward{Conv: one, Src: gb, Rows: all, Dst: ga, Mask: ma})
	r.StemBackward(engine.StemBackward{Stem: stem, Src: ga, Rows: all, Dst: gradient})
	r.noteMap("the second gradient", gb)
	r.noteMap("the first gradient", ga)
	row := r.scalars(int(engine.NinePointVariation) + 1)
	for kind := engine.AbsoluteVariation; kind <= engine.NinePointVariation; kind++ {
		r.AddTotalVariation(engine.AddTotalVariation{Kind: kind, Image: image, Scale: 0.3, Sum: engine.Scalar{Of: row, At: int(kind)}, Gradient: gradient})
	}
	r.noteScalars("the total variations", row)
	r.noteVector("the gradient by the image", gradient)
}

// loss makes g the gradient of a function of the moments of f and of its distance from another map.
func (r *run) loss(what string, f, g engine.Map) {
	s := f.Shape()
	n := s.Channels
	weight := r.arena.Plane(r.take(4*int64(s.Positions())), s.Height, s.Width)
	r.WritePlane(weight, r.normal(s.Positions()))
	target := r.newMap(s)
	r.WriteMap(target, engine.All(s), r.normal(s.Elements()))
	moments, painting := r.moments(n), r.moments(n)
	affine, row := r.arena.Affine(r.take(r.AffineBytes(n)), n), r.scalars(3)
	r.AddMoments(engine.AddMoments{Moments: moments, Src: f, Weight: weight, Rows: engine.All(s)})
	r.AddSquaredDistance(engine.AddSquaredDistance{Sum: engine.Scalar{Of: row}, Src: f, Target: target, Weight: weight, Rows: engine.All(s)})
	m, _ := r.ReadMoments(moments)
	r.note("the moments of "+what, append(append([]float64{m.Weight}, m.Sum...), m.Gram...)...)
	a := make([]float64, n*n)
	for i, v := range m.Gram {
		a[i] = v / float64(s.Elements())
	}
	r.WriteMoments(painting, engine.Statistics{Weight: 3, Sum: m.Sum, Gram: a})
	r.MomentDistance(engine.MomentDistance{Moments: moments, Painting: painting, Affine: affine, Scale: 1,
		Distance: engine.Scalar{Of: row, At: 1}, Weight: engine.Scalar{Of: row, At: 2}})
	r.noteScalars("the distances of "+what, row)
	r.AddAffine(engine.AddAffine{Affine: affine, Src: f, Rows: engine.All(s), Dst: g})
	r.noteMap("the gradient of the distance of the moments of "+what, g)
	r.WriteAffine(affine, a, m.Sum)
	r.AddAffine(engine.AddAffine{Affine: affine, Src: f, Weight: weight, Rows: engine.All(s), Dst: g})
	r.AddDifference(engine.AddDifference{Src: f, Target: target, Scale: 0.1, Weight: weight, Rows: engine.All(s), Dst: g, Add: true})
	r.noteMap("the gradient by "+what, g)
}

// deep runs many channels on few positions, which devices divide differently.
func (r *run) deep() {
	in, out := engine.Shape{Channels: 130, Height: 5, Width: 6}, engine.Shape{Channels: 100, Height: 5, Width: 6}
	conv := r.convolution(in.Channels, out.Channels, engine.PadZero)
	x, y, z, g := r.newMap(in), r.newMap(out), r.newMap(out), r.newMap(in)
	pooled, back, mask := r.newMap(out.Pooled()), r.newMap(out), r.newMask(out)
	r.WriteMap(x, engine.All(in), r.normal(in.Elements()))
	r.Forward(engine.Forward{Conv: conv, Src: x, Rows: engine.All(in), Linear: true, Dst: y})
	r.Rectify(engine.Rectify{Src: y, Rows: engine.All(out), Dst: z})
	r.Pool(engine.Pool{Src: y, Rows: engine.All(out), Dst: pooled, Mask: mask, Pooling: engine.AveragePooling})
	r.Unpool(engine.Unpool{Src: pooled, Mask: mask, Pooling: engine.AveragePooling, Rows: engine.All(out), Dst: back})
	r.MaskBy(engine.MaskBy{By: z, Rows: engine.All(out), Dst: back})
	r.Backward(engine.Backward{Conv: conv, Src: back, Rows: engine.All(in), Dst: g})
	points := r.arena.Points(r.take(r.PointsBytes(4)), 4)
	r.WritePoints(points, []int32{29, 3, 3, 17})
	picked := r.vector(4 * 110)
	r.Gather(engine.Gather{Src: z, Rows: engine.All(out), Points: points, Dst: picked, Stride: 110, Offset: 7})
	r.Scatter(engine.Scatter{Src: picked, Stride: 110, Offset: 2, Points: points, Rows: engine.All(out), Dst: z, Add: true})
	r.noteVector("the features at points", picked)
	r.noteMap("the deep map", z)
	r.noteMap("the deep gradient", g)
}

// steps runs the vector operations on a vector of many pieces, and a product of matrices.
func (r *run) steps() {
	const n = 70_001
	x, g, m, v := r.vector(n), r.vector(n), r.vector(n), r.vector(n)
	r.Clamp(v, 0, 1)
	row := r.scalars(4)
	r.Dot(engine.Scalar{Of: row, At: 0}, x, g)
	r.Norm1(engine.Scalar{Of: row, At: 1}, x)
	r.NormInf(engine.Scalar{Of: row, At: 2}, g)
	r.Axpy(m, 0.3, g)
	r.Lerp(m, x, 0.7)
	r.Scale(g, 1.7)
	r.Adam(engine.AdamStep{X: x, G: g, M: m, V: v, Beta1: 0.9, Beta2: 0.999, Rate: 0.02, Epsilon: 1e-8, Correction1: 0.1, Correction2: 0.001})
	r.Momentum(engine.MomentumStep{X: x, G: g, V: m, Decay: 0.9, Rate: 0.01})
	direction := r.vector(n)
	r.Direction(engine.Direction{D: direction, G: g, S: []engine.Vector{x, v}, Y: []engine.Vector{m, x}, Rho: []float64{1e-5, -1e-5}, Gamma: 0.5,
		Slope: engine.Scalar{Of: row, At: 3}})
	r.noteScalars("the products", row)
	r.noteVector("the direction", direction)
	product := r.vector(65 * 70)
	r.MatMul(engine.MatMul{Dst: product, A: r.vector(65 * 90), B: r.vector(90 * 70), Rows: 65, Inner: 90, Columns: 70, Scale: 0.5, Diagonal: 2})
	r.noteVector("the matrix product", product)
	r.noteVector("the steps", x)
	r.noteVector("the momentum", m)
}
