package enginetest

import (
	"errors"
	"math"
	"slices"
	"time"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
)

type dirty struct{ engine.Device }

func (d dirty) NewArena(bytes int64) (engine.Arena, error) {
	a, err := d.Device.NewArena(bytes)
	if err == nil {
		d.Fill(a.Vector(0, int(bytes/4)), 1)
	}
	return a, err
}

// leaky writes the first number of the page that follows a vector.
type leaky struct {
	engine.Device
	arena  engine.Arena
	behind map[engine.Vector]int64
}

type leakyArena struct {
	engine.Arena
	device *leaky
}

func (d *leaky) NewArena(bytes int64) (engine.Arena, error) {
	a, err := d.Device.NewArena(bytes)
	d.arena, d.behind = a, map[engine.Vector]int64{}
	return leakyArena{a, d}, err
}

func (a leakyArena) Vector(offset int64, n int) engine.Vector {
	v := a.Arena.Vector(offset, n)
	a.device.behind[v] = engine.Align(offset + 4*int64(n))
	return v
}

func (d *leaky) Scale(dst engine.Vector, a float32) error {
	d.Device.Scale(dst, a)
	page := d.arena.Vector(d.behind[dst], engine.Alignment/4)
	numbers := make([]float32, page.Len())
	d.Read(numbers, page)
	numbers[0] = 0
	return d.Write(page, numbers)
}

type lenient struct{ engine.Device }

func (d lenient) Axpy(dst engine.Vector, a float32, x engine.Vector) error {
	if dst.Len() != x.Len() {
		return nil
	}
	return d.Device.Axpy(dst, a, x)
}

type blind struct{ engine.Device }

func (d blind) NormInf(dst engine.Scalar, x engine.Vector) error {
	m := 0.0
	for _, v := range reference.Float64(x) {
		if math.Abs(v) > m {
			m = math.Abs(v)
		}
	}
	reference.SetScalar(dst, m)
	return nil
}

type cleaning struct{ engine.Device }

func (d cleaning) Clamp(dst engine.Vector, low, high float32) error {
	numbers := make([]float32, dst.Len())
	d.Read(numbers, dst)
	for i, v := range numbers {
		if !(v > low) {
			numbers[i] = low
		}
		if v > high {
			numbers[i] = high
		}
	}
	return d.Write(dst, numbers)
}

// changing is a device that alters results.
type changing struct{ engine.Device }

type rough struct{ changing }

func (d rough) Dot(dst engine.Scalar, x, y engine.Vector) error {
	return d.altered(dst, func() error { return d.Device.Dot(dst, x, y) }, func(v float64) float64 { return float64(float32(v)) })
}

// altered does what sets or adds to a result, and then alters that by f.
func (d changing) altered(dst engine.Scalar, do func() error, f func(float64) float64) error {
	if err := do(); err != nil {
		return err
	}
	results := make([]float64, dst.Of.Len())
	d.ReadScalars(results, dst.Of)
	reference.SetScalar(dst, f(results[dst.At]))
	return nil
}

type uncorrected struct{ engine.Device }

func (d uncorrected) Adam(op engine.AdamStep) error {
	op.Correction2 = 1
	return d.Device.Adam(op)
}

type unreflected struct{ engine.Device }

func (d unreflected) NewConvolution(in, out int, weight, bias []float32, padding engine.Padding) (engine.Convolution, error) {
	if padding == engine.PadReflect {
		padding = engine.PadReplicate
	}
	return d.Device.NewConvolution(in, out, weight, bias, padding)
}

type transposed struct{ engine.Device }

func (d transposed) NewStem(out int, weight, bias []float32, pre engine.Preprocessing, padding engine.Padding) (engine.Stem, error) {
	m := &pre.Matrix
	m[0][1], m[1][0] = m[1][0], m[0][1]
	return d.Device.NewStem(out, weight, bias, pre, padding)
}

type forgetful struct{ engine.Device }

func (d forgetful) Backward(op engine.Backward) error {
	op.Add = false
	return d.Device.Backward(op)
}

func (d forgetful) StemBackward(op engine.StemBackward) error {
	op.Add = false
	return d.Device.StemBackward(op)
}

func (d forgetful) Unpool(op engine.Unpool) error {
	op.Add = false
	return d.Device.Unpool(op)
}

func (d forgetful) AddAffine(op engine.AddAffine) error {
	op.Add = false
	return d.Device.AddAffine(op)
}

func (d forgetful) AddDifference(op engine.AddDifference) error {
	op.Add = false
	return d.Device.AddDifference(op)
}

func (d forgetful) Scatter(op engine.Scatter) error {
	op.Add = false
	return d.Device.Scatter(op)
}

type unmasked struct{ engine.Device }

func (d unmasked) Backward(op engine.Backward) error {
	op.Mask = nil
	return d.Device.Backward(op)
}

type generous struct{ engine.Device }

func (d generous) Pool(op engine.Pool) error {
	kind := op.Pooling
	op.Pooling = engine.AveragePooling
	d.Device.Pool(op)
	op.Pooling, op.Mask = kind, nil
	return d.Device.Pool(op)
}

func (d generous) Forward(op engine.Forward) error {
	if op.Pool != nil {
		kind := op.Pooling
		op.Pooling = engine.AveragePooling
		d.Device.Forward(op)
		op.Pooling, op.Mask = kind, nil
	}
	return d.Device.Forward(op)
}

type eager struct{ engine.Device }

// more is one row more where source and destination are whole.
func more(rows engine.Rows, src, dst engine.Map) engine.Rows {
	if h := src.Shape().Height; rows.Len() > 0 && rows.To < h && src.Window() == h && dst.Window() == h {
		rows.To++
	}
	return rows
}

func (d eager) CopyRows(op engine.CopyRows) error {
	op.Rows = more(op.Rows, op.Src, op.Dst)
	return d.Device.CopyRows(op)
}

func (d eager) Rectify(op engine.Rectify) error {
	op.Rows = more(op.Rows, op.Src, op.Dst)
	return d.Device.Rectify(op)
}

type destructive struct{ engine.Device }

func (d destructive) AddDifference(op engine.AddDifference) error {
	d.Device.AddDifference(op)
	return d.MaskBy(engine.MaskBy{By: op.Src, Rows: op.Rows, Dst: op.Src})
}

type windowed struct{ engine.Device }

func (d windowed) AddAffine(op engine.AddAffine) error {
	d.Device.AddAffine(op)
	if op.Rows.From == 0 || op.Rows.Len() == 0 {
		return nil
	}
	first := engine.Rows{From: op.Rows.From, To: op.Rows.From + 1}
	s := op.Dst.Shape()
	numbers := make([]float32, s.Channels*s.Width)
	d.ReadMap(numbers, op.Dst, first)
	numbers[0] = math.Nextafter32(numbers[0], 0)
	return d.WriteMap(op.Dst, first, numbers)
}

// adding adds to results that are to be set.
type adding struct{ changing }

func (d adding) Dot(dst engine.Scalar, x, y engine.Vector) error {
	was := make([]float64, dst.Of.Len())
	d.ReadScalars(was, dst.Of)
	return d.altered(dst, func() error { return d.Device.Dot(dst, x, y) }, func(v float64) float64 { return v + was[dst.At] })
}

// neighbourly writes the result beside the one that it is to write.
type neighbourly struct{ engine.Device }

func (d neighbourly) Norm1(dst engine.Scalar, x engine.Vector) error {
	dst.At = (dst.At + 1) % dst.Of.Len()
	return d.Device.Norm1(dst, x)
}

// sharing returns the same statistics at every read.
type sharing struct {
	engine.Device
	read map[int]engine.Statistics
}

func (d sharing) ReadMoments(m engine.Moments) (engine.Statistics, error) {
	s, err := d.Device.ReadMoments(m)
	if old, ok := d.read[m.Channels()]; ok {
		old.Weight = s.Weight
		copy(old.Sum, s.Sum)
		copy(old.Gram, s.Gram)
		return old, err
	}
	d.read[m.Channels()] = s
	return s, err
}

type unmoved struct{ engine.Device }

func (d unmoved) Gather(op engine.Gather) error {
	op.Offset = 0
	return d.Device.Gather(op)
}

func (d unmoved) Scatter(op engine.Scatter) error {
	op.Offset = 0
	return d.Device.Scatter(op)
}

// hoarding adds to what should have been cleared.
type hoarding struct{ engine.Device }

func (d hoarding) Scatter(op engine.Scatter) error {
	op.Add = true
	return d.Device.Scatter(op)
}

// newestLast takes the pairs in the wrong order.
type newestLast struct{ engine.Device }

func (d newestLast) Direction(op engine.Direction) error {
	op.S, op.Y, op.Rho = slices.Clone(op.S), slices.Clone(op.Y), slices.Clone(op.Rho)
	slices.Reverse(op.S)
	slices.Reverse(op.Y)
	slices.Reverse(op.Rho)
	return d.Device.Direction(op)
}

// flat forgets the slope.
type flat struct{ engine.Device }

func (d flat) Direction(op engine.Direction) error {
	slope := make([]float64, op.Slope.Of.Len())
	d.ReadScalars(slope, op.Slope.Of)
	err := d.Device.Direction(op)
	reference.SetScalar(op.Slope, slope[op.Slope.At])
	return err
}

// boastful has arenas of every size.
type boastful struct{ engine.Device }

func (d boastful) NewArena(bytes int64) (engine.Arena, error) {
	return d.Device.NewArena(min(bytes, 1<<30))
}

// fussy has stems that are closed once only.
type fussy struct{ engine.Device }

type fussyStem struct {
	engine.Stem
	closed bool
}

func (d fussy) NewStem(out int, weight, bias []float32, pre engine.Preprocessing, padding engine.Padding) (engine.Stem, error) {
	s, err := d.Device.NewStem(out, weight, bias, pre, padding)
	return &fussyStem{Stem: s}, err
}

func (s *fussyStem) Close() error {
	if s.closed {
		return errors.New("already closed")
	}
	s.closed = true
	return s.Stem.Close()
}

type late struct{ engine.Device }

func (d late) Between(from, to engine.Mark) (time.Duration, error) {
	t, err := d.Device.Between(from, to)
	return t * 1000, err
}

type backwards struct{ engine.Device }

func (d backwards) Between(from, to engine.Mark) (time.Duration, error) {
	return d.Device.Between(to, from)
}

type rushing struct{ threaded }

func (d rushing) Dot(dst engine.Scalar, x, y engine.Vector) error {
	return changing{d.Device}.altered(dst, func() error { return d.Device.Dot(dst, x, y) },
		func(v float64) float64 { return v * (1 + 0x1p-52*float64(d.threads)) })
}
