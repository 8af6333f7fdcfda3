package enginetest

import (
	"flag"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
	"pgregory.net/rapid"
)

// A suite is as good as the mistakes that it finds: each mutant is the reference with one mistake, and
// names the checks that must find it.
var mutants = []struct {
	mistake string
	found   []string
	make    func(d engine.Device) engine.Device
}{
	{"a fresh arena is not zero", []string{"Arena"}, func(d engine.Device) engine.Device { return dirty{d} }},
	{"a write behind a vector", []string{"Vectors"}, func(d engine.Device) engine.Device { return &leaky{Device: d} }},
	{"no panic on vectors of two lengths", []string{"Misuse"}, func(d engine.Device) engine.Device { return lenient{d} }},
	{"NaN is not seen", []string{"NotANumber"}, func(d engine.Device) engine.Device { return blind{d} }},
	{"NaN is clamped away", []string{"NotANumber"}, func(d engine.Device) engine.Device { return cleaning{d} }},
	{"a sum in float32", []string{"VectorReductions"}, func(d engine.Device) engine.Device { return rough{d} }},
	{"Adam without its second correction", []string{"VectorSteps"}, func(d engine.Device) engine.Device { return uncorrected{d} }},
	{"reflection taken for replication", []string{"Forward", "ForwardPooled", "Backward"}, func(d engine.Device) engine.Device { return unreflected{d} }},
	{"colours in another order", []string{"StemForward", "StemBackward"}, func(d engine.Device) engine.Device { return transposed{d} }},
	{"Add is forgotten", []string{"Backward", "StemBackward", "Unpool", "Affine", "Difference"}, func(d engine.Device) engine.Device { return forgetful{d} }},
	{"a mask is forgotten", []string{"Backward", "Forward"}, func(d engine.Device) engine.Device { return unmasked{d} }},
	{"routes to all that is positive", []string{"Pool", "ForwardPooled"}, func(d engine.Device) engine.Device { return generous{d} }},
	{"one row too many", []string{"CopyRows", "Rectify"}, func(d engine.Device) engine.Device { return eager{d} }},
	{"an input is changed", []string{"Difference"}, func(d engine.Device) engine.Device { return destructive{d} }},
	{"bits that depend on the window", []string{"Bands"}, func(d engine.Device) engine.Device { return windowed{d} }},
	{"weights are forgotten", []string{"Moments", "SquaredDistance", "Affine", "Difference"}, func(d engine.Device) engine.Device { return unweighted{d} }},
	{"moments that are not symmetric", []string{"Moments"}, func(d engine.Device) engine.Device { return skewed{d} }},
	{"moments that are rounded", []string{"MomentsOfIntegers"}, func(d engine.Device) engine.Device { return rounding{d} }},
	{"a reset that does nothing", []string{"Moments", "SquaredDistance"}, func(d engine.Device) engine.Device { return lasting{d} }},
	{"the gradient of a distance keeps its constant", []string{"MomentDistance"}, func(d engine.Device) engine.Device { return constant{d} }},
	{"nine points taken for four", []string{"Variation"}, func(d engine.Device) engine.Device { return fourPoints{d} }},
	{"a product whose mirror is rounded otherwise", []string{"MatMul"}, func(d engine.Device) engine.Device { return lopsided{d} }},
	{"a transposition is forgotten", []string{"MatMul"}, func(d engine.Device) engine.Device { return untransposed{d} }},
}

func TestMutantsAreFound(t *testing.T) {
	setFlag(t, "rapid.shrinktime", "0s") // the smallest example of a mistake made on purpose is of no use
	setFlag(t, "rapid.nofailfile", "true")
	for _, m := range mutants {
		t.Run(m.mistake, func(t *testing.T) {
			for _, name := range m.found {
				i := slices.IndexFunc(checks, func(c check) bool { return c.name == name })
				r := record(func(t rapid.TB) { checks[i].run(t, m.make(reference.New32())) })
				if !r.failed {
					t.Errorf("check %s does not find it", name)
				}
			}
		})
	}
	t.Run("bits that depend on threads", func(t *testing.T) {
		r := record(func(t rapid.TB) {
			checkThreads(t, func(threads int) engine.Device { return rushing{threaded{reference.New32(), threads}} })
		})
		if !r.failed {
			t.Error("RunThreads does not find it")
		}
	})
}

func setFlag(t *testing.T, name, value string) {
	old := flag.Lookup(name).Value.String()
	if err := flag.Set(name, value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { flag.Set(name, old) })
}

// recorder is a test that may fail without failing the one around it.
type recorder struct {
	rapid.TB
	failed bool
	log    string
}

// record runs f in a goroutine of its own, as FailNow ends it.
func record(f func(t rapid.TB)) *recorder {
	r := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(r)
	}()
	<-done
	return r
}

func (r *recorder) Helper()                           {}
func (r *recorder) Name() string                      { return "mutant" }
func (r *recorder) Log(args ...any)                   { r.log += fmt.Sprintln(args...) }
func (r *recorder) Logf(format string, args ...any)   { r.log += fmt.Sprintf(format+"\n", args...) }
func (r *recorder) Error(args ...any)                 { r.Log(args...); r.Fail() }
func (r *recorder) Errorf(format string, args ...any) { r.Logf(format, args...); r.Fail() }
func (r *recorder) Fatal(args ...any)                 { r.Log(args...); r.FailNow() }
func (r *recorder) Fatalf(format string, args ...any) { r.Logf(format, args...); r.FailNow() }
func (r *recorder) Fail()                             { r.failed = true }
func (r *recorder) FailNow()                          { r.failed = true; runtime.Goexit() }
func (r *recorder) Failed() bool                      { return r.failed }

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

func (d *leaky) Scale(dst engine.Vector, a float32) {
	d.Device.Scale(dst, a)
	page := d.arena.Vector(d.behind[dst], engine.Alignment/4)
	numbers := make([]float32, page.Len())
	d.Read(numbers, page)
	numbers[0] = 0
	d.Write(page, numbers)
}

type lenient struct{ engine.Device }

func (d lenient) Axpy(dst engine.Vector, a float32, x engine.Vector) {
	if dst.Len() == x.Len() {
		d.Device.Axpy(dst, a, x)
	}
}

type blind struct{ engine.Device }

func (d blind) NormInf(x engine.Vector) (m float64) {
	for _, v := range reference.Float64(x) {
		if math.Abs(v) > m {
			m = math.Abs(v)
		}
	}
	return m
}

type cleaning struct{ engine.Device }

func (d cleaning) Clamp(dst engine.Vector, low, high float32) {
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
	d.Write(dst, numbers)
}

type rough struct{ engine.Device }

func (d rough) Dot(x, y engine.Vector) float64 { return float64(float32(d.Device.Dot(x, y))) }

type uncorrected struct{ engine.Device }

func (d uncorrected) Adam(op engine.AdamStep) {
	op.Correction2 = 1
	d.Device.Adam(op)
}

type unreflected struct{ engine.Device }

func (d unreflected) NewConvolution(in, out int, weight, bias []float32, padding engine.Padding) engine.Convolution {
	if padding == engine.PadReflect {
		padding = engine.PadReplicate
	}
	return d.Device.NewConvolution(in, out, weight, bias, padding)
}

type transposed struct{ engine.Device }

func (d transposed) NewStem(out int, weight, bias []float32, pre engine.Preprocessing, padding engine.Padding) engine.Stem {
	m := &pre.Matrix
	m[0][1], m[1][0] = m[1][0], m[0][1]
	return d.Device.NewStem(out, weight, bias, pre, padding)
}

type forgetful struct{ engine.Device }

func (d forgetful) Backward(op engine.Backward)           { op.Add = false; d.Device.Backward(op) }
func (d forgetful) StemBackward(op engine.StemBackward)   { op.Add = false; d.Device.StemBackward(op) }
func (d forgetful) Unpool(op engine.Unpool)               { op.Add = false; d.Device.Unpool(op) }
func (d forgetful) AddAffine(op engine.AddAffine)         { op.Add = false; d.Device.AddAffine(op) }
func (d forgetful) AddDifference(op engine.AddDifference) { op.Add = false; d.Device.AddDifference(op) }

type unmasked struct{ engine.Device }

func (d unmasked) Backward(op engine.Backward) { op.Mask = nil; d.Device.Backward(op) }

type generous struct{ engine.Device }

func (d generous) Pool(op engine.Pool) {
	kind := op.Pooling
	op.Pooling = engine.AveragePooling
	d.Device.Pool(op)
	op.Pooling, op.Mask = kind, nil
	d.Device.Pool(op)
}

func (d generous) Forward(op engine.Forward) {
	if op.Pool != nil {
		kind := op.Pooling
		op.Pooling = engine.AveragePooling
		d.Device.Forward(op)
		op.Pooling, op.Mask = kind, nil
	}
	d.Device.Forward(op)
}

type eager struct{ engine.Device }

// more is one row more where source and destination are whole.
func more(rows engine.Rows, src, dst engine.Map) engine.Rows {
	if h := src.Shape().Height; rows.Len() > 0 && rows.To < h && src.Window() == h && dst.Window() == h {
		rows.To++
	}
	return rows
}

func (d eager) CopyRows(op engine.CopyRows) {
	op.Rows = more(op.Rows, op.Src, op.Dst)
	d.Device.CopyRows(op)
}

func (d eager) Rectify(op engine.Rectify) {
	op.Rows = more(op.Rows, op.Src, op.Dst)
	d.Device.Rectify(op)
}

type destructive struct{ engine.Device }

func (d destructive) AddDifference(op engine.AddDifference) {
	d.Device.AddDifference(op)
	d.MaskBy(engine.MaskBy{By: op.Src, Rows: op.Rows, Dst: op.Src})
}

type windowed struct{ engine.Device }

func (d windowed) AddAffine(op engine.AddAffine) {
	d.Device.AddAffine(op)
	if op.Rows.From == 0 || op.Rows.Len() == 0 {
		return
	}
	first := engine.Rows{From: op.Rows.From, To: op.Rows.From + 1}
	s := op.Dst.Shape()
	numbers := make([]float32, s.Channels*s.Width)
	d.ReadMap(numbers, op.Dst, first)
	numbers[0] = math.Nextafter32(numbers[0], 0)
	d.WriteMap(op.Dst, first, numbers)
}

type constant struct{ engine.Device }

func (d constant) MomentDistance(op engine.MomentDistance) (distance, weight float64) {
	distance, weight = d.Device.MomentDistance(op)
	if s := d.ReadMoments(op.Moments); s.Weight > 0 {
		a := make([]float64, len(s.Gram))
		for i, v := range s.Gram {
			a[i] = op.Scale / s.Weight * (v/s.Weight - op.Target[i])
		}
		d.SetAffine(op.Affine, a, op.Target[:len(s.Sum)])
	}
	return distance, weight
}

type unweighted struct{ engine.Device }

func (d unweighted) AddMoments(op engine.AddMoments) { op.Weight = nil; d.Device.AddMoments(op) }
func (d unweighted) AddAffine(op engine.AddAffine)   { op.Weight = nil; d.Device.AddAffine(op) }
func (d unweighted) AddDifference(op engine.AddDifference) {
	op.Weight = nil
	d.Device.AddDifference(op)
}
func (d unweighted) AddSquaredDistance(op engine.AddSquaredDistance) {
	op.Weight = nil
	d.Device.AddSquaredDistance(op)
}

type skewed struct{ engine.Device }

func (d skewed) ReadMoments(m engine.Moments) engine.Statistics {
	s := d.Device.ReadMoments(m)
	if len(s.Gram) > 1 {
		s.Gram[1] = math.Nextafter(s.Gram[1], 0)
	}
	return s
}

type rounding struct{ engine.Device }

func (d rounding) ReadMoments(m engine.Moments) engine.Statistics {
	s := d.Device.ReadMoments(m)
	for i, v := range s.Gram {
		s.Gram[i] = v * (1 + 1e-7)
	}
	return s
}

type lasting struct{ engine.Device }

func (d lasting) ResetMoments(engine.Moments) {}
func (d lasting) ResetSum(engine.Sum)         {}

type fourPoints struct{ engine.Device }

func (d fourPoints) AddVariation(op engine.AddVariation) {
	if op.Kind == engine.VariationNine {
		op.Kind = engine.VariationL2
		op.Scale *= 2.0 / 3 / float64(op.Image.Len())
	}
	d.Device.AddVariation(op)
}

type lopsided struct{ engine.Device }

func (d lopsided) MatMul(op engine.MatMul) {
	d.Device.MatMul(op)
	if len(op.Dst) > 1 {
		op.Dst[1] = math.Nextafter32(op.Dst[1], 0)
	}
}

type untransposed struct{ engine.Device }

func (d untransposed) MatMul(op engine.MatMul) {
	if !op.Symmetric {
		op.TransposeB = false
	}
	d.Device.MatMul(op)
}

type rushing struct{ threaded }

func (d rushing) Dot(x, y engine.Vector) float64 {
	return d.Device.Dot(x, y) * (1 + 0x1p-52*float64(d.threads))
}
