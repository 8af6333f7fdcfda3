package reference

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/impasto/impasto/engine"
)

// table places buffers of the float64 device one behind the other.
type table struct {
	engine.Device
	arena engine.Arena
	next  int64
}

func newTable(t *testing.T) *table {
	device := New64()
	arena, err := device.NewArena(1 << 24)
	if err != nil {
		t.Fatal(err)
	}
	return &table{Device: device, arena: arena}
}

func (t *table) take(bytes int64) int64 {
	at := t.next
	t.next += engine.Align(bytes)
	return at
}

func (t *table) newMap(s engine.Shape) engine.Map {
	return t.arena.Map(t.take(t.MapBytes(s, s.Height)), s, s.Height)
}

func (t *table) newMask(s engine.Shape) engine.Mask { return t.arena.Mask(t.take(t.MaskBytes(s)), s) }

func (t *table) newImage(h, w int) engine.Image {
	return t.arena.Image(t.take(12*int64(h*w)), h, w)
}

func (t *table) newPlane(values []float32, h, w int) engine.Plane {
	p := t.arena.Plane(t.take(4*int64(h*w)), h, w)
	t.WritePlane(p, values)
	return p
}

func (t *table) newVector(values []float64) engine.Vector {
	v := t.arena.Vector(t.take(4*int64(len(values))), len(values))
	SetFloat64(v, values)
	return v
}

func (t *table) newMoments(channels int) engine.Moments {
	return t.arena.Moments(t.take(t.MomentsBytes(channels)), channels)
}

func (t *table) newAffine(channels int) engine.Affine {
	return t.arena.Affine(t.take(t.AffineBytes(channels)), channels)
}

func (t *table) newScalars(n int) engine.Scalars {
	return t.arena.Scalars(t.take(t.ScalarsBytes(n)), n)
}

func (t *table) newPoints(positions ...int32) engine.Points {
	p := t.arena.Points(t.take(t.PointsBytes(len(positions))), len(positions))
	t.WritePoints(p, positions)
	return p
}

func (t *table) newConvolution(in, out int, weight, bias []float32, padding engine.Padding) engine.Convolution {
	c, err := t.NewConvolution(in, out, weight, bias, padding)
	if err != nil {
		panic(err)
	}
	return c
}

// result returns one of a row of results.
func (t *table) result(s engine.Scalar) float64 {
	row := make([]float64, s.Of.Len())
	t.ReadScalars(row, s.Of)
	return row[s.At]
}

func (t *table) set(m engine.Map, values []float64) {
	SetMapFloat64(m, engine.All(m.Shape()), values)
}
func (t *table) get(m engine.Map) []float64 { return MapFloat64(m, engine.All(m.Shape())) }

func normal(r *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = r.NormFloat64()
	}
	return v
}

func normal32(r *rand.Rand, n int) []float32 { return convert[float32](normal(r, n)) }

// checkGradient compares gradient, the derivative of value at x, with central differences along single
// coordinates and along directions in which all coordinates move. The seeds of the tests are fixed, as
// a ReLU or a pooling has kinks that a difference must not straddle.
func checkGradient(t *testing.T, r *rand.Rand, x []float64, value func(x []float64) float64, gradient []float64) {
	t.Helper()
	const step = 1e-5
	along := func(what string, direction []float64) {
		moved := func(by float64) []float64 {
			m := make([]float64, len(x))
			for i := range m {
				m[i] = x[i] + by*direction[i]
			}
			return m
		}
		got := dot(gradient, direction)
		want := (value(moved(step)) - value(moved(-step))) / (2 * step)
		scale := math.Sqrt(dot(gradient, gradient) * dot(direction, direction))
		if math.Abs(got-want) > 1e-6*scale+1e-9 {
			t.Errorf("derivative along %s is %.10g, differences give %.10g", what, got, want)
		}
	}
	for range 5 {
		unit := make([]float64, len(x))
		i := r.IntN(len(x))
		unit[i] = 1
		along(fmt.Sprintf("coordinate %d", i), unit)
		along("all coordinates", normal(r, len(x)))
	}
}

var sizes = []struct{ height, width int }{{1, 1}, {1, 5}, {6, 1}, {2, 2}, {2, 3}, {3, 2}, {4, 4}, {5, 7}, {9, 6}}

// eachSize runs check for every size.
func eachSize(t *testing.T, check func(t *testing.T, r *rand.Rand, h, w int)) {
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size.height, size.width), func(t *testing.T) {
			check(t, rand.New(rand.NewPCG(1, uint64(size.height*100+size.width))), size.height, size.width)
		})
	}
}

// eachCase runs check for every size, padding and pooling.
func eachCase(t *testing.T, check func(t *testing.T, r *rand.Rand, h, w int, padding engine.Padding, pooling engine.Pooling)) {
	for padding := engine.PadZero; padding <= engine.PadReflect; padding++ {
		for pooling := engine.MaxPooling; pooling <= engine.AveragePooling; pooling++ {
			t.Run(fmt.Sprintf("%v,%v", padding, pooling), func(t *testing.T) {
				eachSize(t, func(t *testing.T, r *rand.Rand, h, w int) { check(t, r, h, w, padding, pooling) })
			})
		}
	}
}

func TestStemGradient(t *testing.T) {
	eachCase(t, func(t *testing.T, r *rand.Rand, h, w int, padding engine.Padding, _ engine.Pooling) {
		d := newTable(t)
		shape := engine.Shape{Channels: 5, Height: h, Width: w}
		var pre engine.Preprocessing
		for c := range 3 {
			copy(pre.Matrix[c][:], normal32(r, 3))
		}
		copy(pre.Offset[:], normal32(r, 3))
		stem, err := d.NewStem(5, normal32(r, 5*27), normal32(r, 5), pre, padding)
		if err != nil {
			t.Fatal(err)
		}
		image, gradient := d.newImage(h, w), d.newImage(h, w)
		y, mask, g := d.newMap(shape), d.newMask(shape), d.newMap(shape)
		seed := normal(r, shape.Elements())
		value := func(x []float64) float64 {
			SetFloat64(image, x)
			d.StemForward(engine.StemForward{Stem: stem, Image: image, Rows: engine.All(shape), Dst: y, Mask: mask})
			return dot(seed, d.get(y))
		}
		x := normal(r, image.Len())
		value(x)
		d.set(g, seed)
		d.MaskBy(engine.MaskBy{By: y, Rows: engine.All(shape), Dst: g})
		d.StemBackward(engine.StemBackward{Stem: stem, Src: g, Rows: engine.All(shape), Dst: gradient})
		checkGradient(t, r, x, value, Float64(gradient))
	})
}

func TestConvolutionGradient(t *testing.T) {
	eachCase(t, func(t *testing.T, r *rand.Rand, h, w int, padding engine.Padding, pooling engine.Pooling) {
		const in, out = 3, 4
		d := newTable(t)
		shape, outShape := engine.Shape{Channels: in, Height: h, Width: w}, engine.Shape{Channels: out, Height: h, Width: w}
		all := engine.All(shape)
		conv := d.newConvolution(in, out, normal32(r, in*out*9), normal32(r, out), padding)
		// The chain is rectify, convolution, ReLU and, where the map is large enough, pooling.
		raw, src, srcMask, y, mask := d.newMap(shape), d.newMap(shape), d.newMask(shape), d.newMap(outShape), d.newMask(outShape)
		g, gIn := d.newMap(outShape), d.newMap(shape)
		x, seed := normal(r, shape.Elements()), normal(r, outShape.Elements())
		forward := func(x []float64) {
			d.set(raw, x)
			d.Rectify(engine.Rectify{Src: raw, Rows: all, Dst: src, Mask: srcMask})
		}
		value := func(x []float64) float64 {
			forward(x)
			d.Forward(engine.Forward{Conv: conv, Src: src, Rows: all, Dst: y, Mask: mask})
			return dot(seed, d.get(y))
		}
		value(x)
		d.set(g, seed)
		d.MaskBy(engine.MaskBy{By: y, Rows: all, Dst: g})
		d.Backward(engine.Backward{Conv: conv, Src: g, Rows: all, Dst: gIn, Mask: srcMask})
		checkGradient(t, r, x, value, d.get(gIn))
		if h < 2 || w < 2 {
			return
		}

		pooled, gPooled := d.newMap(outShape.Pooled()), d.newMap(outShape.Pooled())
		seed = normal(r, outShape.Pooled().Elements())
		value = func(x []float64) float64 {
			forward(x)
			d.Forward(engine.Forward{Conv: conv, Src: src, Rows: all, Mask: mask, Pool: pooled, Pooling: pooling})
			return dot(seed, d.get(pooled))
		}
		value(x)
		d.set(gPooled, seed)
		d.Backward(engine.Backward{Conv: conv, Src: gPooled, Routes: mask, Pooling: pooling, Rows: all, Dst: gIn, Mask: srcMask})
		checkGradient(t, r, x, value, d.get(gIn))
	})
}

func TestPoolGradient(t *testing.T) {
	eachCase(t, func(t *testing.T, r *rand.Rand, h, w int, _ engine.Padding, pooling engine.Pooling) {
		if h < 2 || w < 2 {
			return
		}
		d := newTable(t)
		shape := engine.Shape{Channels: 2, Height: h, Width: w}
		src, mask, pooled, gPooled, g := d.newMap(shape), d.newMask(shape), d.newMap(shape.Pooled()), d.newMap(shape.Pooled()), d.newMap(shape)
		x, seed, already := normal(r, shape.Elements()), normal(r, shape.Pooled().Elements()), normal(r, shape.Elements())
		value := func(x []float64) float64 {
			d.set(src, x)
			d.Pool(engine.Pool{Src: src, Rows: engine.All(shape), Dst: pooled, Mask: mask, Pooling: pooling})
			return dot(seed, d.get(pooled)) + dot(already, x)
		}
		value(x)
		d.set(gPooled, seed)
		d.set(g, already)
		d.Unpool(engine.Unpool{Src: gPooled, Mask: mask, Pooling: pooling, Rows: engine.All(shape), Dst: g, Add: true})
		checkGradient(t, r, x, value, d.get(g))
	})
}

// A function of the moments with derivatives V by S and Q by G (symmetric) has the gradient
// w (2 Q F + V).
func TestMomentsGradient(t *testing.T) {
	eachSize(t, func(t *testing.T, r *rand.Rand, h, w int) {
		const channels = 3
		d := newTable(t)
		shape := engine.Shape{Channels: channels, Height: h, Width: w}
		f, g := d.newMap(shape), d.newMap(shape)
		weight := d.newPlane(normal32(r, h*w), h, w)
		moments, affine := d.newMoments(channels), d.newAffine(channels)
		q, v := normal(r, channels*channels), normal(r, channels)
		a := make([]float64, len(q))
		for i := range channels {
			for j := range channels {
				a[i*channels+j] = q[i*channels+j] + q[j*channels+i]
			}
		}
		value := func(x []float64) float64 {
			d.set(f, x)
			d.ResetMoments(moments)
			d.AddMoments(engine.AddMoments{Moments: moments, Src: f, Weight: weight, Rows: engine.All(shape)})
			s, _ := d.ReadMoments(moments)
			return dot(q, s.Gram) + dot(v, s.Sum)
		}
		x := normal(r, shape.Elements())
		value(x)
		d.WriteAffine(affine, a, v)
		d.AddAffine(engine.AddAffine{Affine: affine, Src: f, Weight: weight, Rows: engine.All(shape), Dst: g})
		checkGradient(t, r, x, value, d.get(g))
	})
}

func TestMomentDistanceGradient(t *testing.T) {
	eachSize(t, func(t *testing.T, r *rand.Rand, h, w int) {
		const channels = 3
		d := newTable(t)
		shape := engine.Shape{Channels: channels, Height: h, Width: w}
		f, g, other := d.newMap(shape), d.newMap(shape), d.newMap(shape)
		weight := d.newPlane(slices.Repeat([]float32{0.5}, h*w), h, w)
		moments, painting, affine, row := d.newMoments(channels), d.newMoments(channels), d.newAffine(channels), d.newScalars(2)
		d.set(other, normal(r, shape.Elements()))
		d.AddMoments(engine.AddMoments{Moments: painting, Src: other, Rows: engine.All(shape)})
		op := engine.MomentDistance{Moments: moments, Painting: painting, Affine: affine, Scale: 4, Distance: engine.Scalar{Of: row}, Weight: engine.Scalar{Of: row, At: 1}}
		value := func(x []float64) float64 {
			d.set(f, x)
			d.ResetMoments(moments)
			d.AddMoments(engine.AddMoments{Moments: moments, Src: f, Weight: weight, Rows: engine.All(shape)})
			d.MomentDistance(op)
			return d.result(op.Distance)
		}
		x := normal(r, shape.Elements())
		value(x)
		if got, want := d.result(op.Weight), float64(h*w)/2; got != want {
			t.Errorf("weight of the positions is %v, want %v", got, want)
		}
		d.AddAffine(engine.AddAffine{Affine: affine, Src: f, Weight: weight, Rows: engine.All(shape), Dst: g})
		checkGradient(t, r, x, value, d.get(g))
	})
}

func TestSquaredDistanceGradient(t *testing.T) {
	eachSize(t, func(t *testing.T, r *rand.Rand, h, w int) {
		d := newTable(t)
		shape := engine.Shape{Channels: 3, Height: h, Width: w}
		f, p, g := d.newMap(shape), d.newMap(shape), d.newMap(shape)
		weight := d.newPlane(normal32(r, h*w), h, w)
		d.set(p, normal(r, shape.Elements()))
		sum := engine.Scalar{Of: d.newScalars(1)}
		value := func(x []float64) float64 {
			d.set(f, x)
			d.ResetScalars(sum.Of)
			d.AddSquaredDistance(engine.AddSquaredDistance{Sum: sum, Src: f, Target: p, Weight: weight, Rows: engine.All(shape)})
			return 1.5 * d.result(sum)
		}
		x := normal(r, shape.Elements())
		value(x)
		d.AddDifference(engine.AddDifference{Src: f, Target: p, Scale: 3, Weight: weight, Rows: engine.All(shape), Dst: g})
		checkGradient(t, r, x, value, d.get(g))
	})
}

func TestTotalVariationGradient(t *testing.T) {
	for kind := engine.AbsoluteVariation; kind <= engine.NinePointVariation; kind++ {
		t.Run(fmt.Sprint(kind), func(t *testing.T) { checkTotalVariation(t, kind) })
	}
}

func checkTotalVariation(t *testing.T, kind engine.TotalVariation) {
	eachSize(t, func(t *testing.T, r *rand.Rand, h, w int) {
		d := newTable(t)
		image, gradient := d.newImage(h, w), d.newImage(h, w)
		sum := engine.Scalar{Of: d.newScalars(1)}
		value := func(x []float64) float64 {
			SetFloat64(image, x)
			d.Fill(gradient, 0)
			d.ResetScalars(sum.Of)
			d.AddTotalVariation(engine.AddTotalVariation{Kind: kind, Image: image, Scale: 0.7, Sum: sum, Gradient: gradient})
			return d.result(sum)
		}
		x := normal(r, image.Len())
		value(x)
		checkGradient(t, r, x, value, Float64(gradient))
	})
}
