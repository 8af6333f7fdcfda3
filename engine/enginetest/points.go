package enginetest

import (
	"math"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
)

// matrixOf draws points of a map, some of them more than once, and the matrix of their features.
type matrixOf struct {
	positions      []int32
	stride, offset int
}

func (b *bench) matrixOf(s engine.Shape) (m matrixOf) {
	m.positions = make([]int32, rapid.SampledFrom([]int{0, 1, 2, 3, 17, 64, 65, 150}).Draw(b.T, "points"))
	for k := range m.positions {
		m.positions[k] = int32(b.random.IntN(s.Positions()))
	}
	m.offset = rapid.IntRange(0, 20).Draw(b.T, "offset")
	m.stride = m.offset + s.Channels + rapid.IntRange(0, 20).Draw(b.T, "stride")
	return m
}

func (m matrixOf) numbers() int { return len(m.positions) * m.stride }

func checkGather(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		shape := b.shape()
		rows := b.anyRows(shape.Height)
		src := b.holding(shape, rows, b.values())
		m := b.matrixOf(shape)
		points, dst := b.points(m.positions), b.vector(b.normal(m.numbers()))
		for i, d := range b.device {
			d.Gather(engine.Gather{Src: src.on[i], Rows: rows, Points: points[i], Dst: dst.on[i], Stride: m.stride, Offset: m.offset})
		}
		b.close("gather", dst, exact)
		b.unchanged("gather", src)
	})
}

// checkScatter checks that Scatter gives the bits of adding one point after the other, and is the adjoint of Gather.
func checkScatter(t rapid.TB, device engine.Device) {
	try(t, device, func(b *bench) {
		shape := b.shape()
		rows := b.anyRows(shape.Height)
		m, d := b.matrixOf(shape), b.device[tested]
		points, src := b.points(m.positions), b.vector(b.values()(m.numbers()))
		dst := b.holding(shape, rows, b.scaled(float32(largest(src.was))))
		op := engine.Scatter{Src: src.on[tested], Stride: m.stride, Offset: m.offset, Points: points[tested], Rows: rows, Dst: dst.on[tested], Add: b.flag("add")}
		d.Scatter(op)
		got := b.read(dst)
		for i, want := range b.scattered(op, src.was, m.positions, dst) {
			if math.Float32bits(got[i]) != math.Float32bits(want) {
				b.Fatalf("scatter to %v: number %d is %v, want %v (rows [%d,%d), add %v)", shape, i, got[i], want, rows.From, rows.To, op.Add)
			}
		}
		b.intact("scatter", src)

		x, y := b.whole(shape, b.normal), b.vector(make([]float32, m.numbers()))
		op.Add = false
		d.Scatter(op)
		d.Gather(engine.Gather{Src: x.on[tested], Rows: rows, Points: points[tested], Dst: y.on[tested], Stride: m.stride, Offset: m.offset})
		gathered := dot(b.get(y.on[tested]), src.was)
		held, scattered := b.read(dst), 0.0
		for c := range shape.Channels {
			for r := rows.From; r < rows.To; r++ {
				for column := range shape.Width {
					scattered += float64(held[dst.at(c, r, column)]) * float64(x.was[x.at(c, r, column)])
				}
			}
		}
		tolerance := sumError * epsilon * norm(src.was) * norm(x.was)
		b.nearNumber("<x, scatter(y)> against <gather(x), y>", scattered, gathered, tolerance)
	})
}

// scattered returns the contents of dst after op, computed on the host in float32.
func (b *bench) scattered(op engine.Scatter, src []float32, positions []int32, dst twinMap) []float32 {
	want := append([]float32(nil), dst.was...)
	s := dst.shape
	for c := range s.Channels {
		for y := op.Rows.From; y < op.Rows.To && !op.Add; y++ {
			clear(want[dst.at(c, y, 0):][:s.Width])
		}
		for k, p := range positions {
			if y := int(p) / s.Width; op.Rows.From <= y && y < op.Rows.To {
				want[dst.at(c, y, int(p)%s.Width)] += src[k*op.Stride+op.Offset+c]
			}
		}
	}
	return want
}
