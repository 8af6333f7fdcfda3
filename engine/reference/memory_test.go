package reference

import (
	"strings"
	"testing"

	"github.com/impasto/impasto/engine"
)

// mustPanic runs do and checks that it panics with want.
func mustPanic(t *testing.T, want string, do func()) {
	t.Helper()
	defer func() {
		t.Helper()
		got, _ := recover().(string)
		if !strings.Contains(got, want) {
			t.Errorf("panic says %q, want %q", got, want)
		}
	}()
	do()
}

func arenaOf(t *testing.T, d engine.Device, pages int64) engine.Arena {
	a, err := d.NewArena(pages * engine.Alignment)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestRowsThatAreNotHeld(t *testing.T) {
	d := New32()
	a := arenaOf(t, d, 3)
	shape := engine.Shape{Channels: 1, Height: 12, Width: 2}
	ring, whole := a.Map(0, shape, 4), a.Map(engine.Alignment, shape, 12)
	read := func(m engine.Map, from, to int) {
		d.ReadMap(make([]float32, 2*(to-from)), m, engine.Rows{From: from, To: to})
	}
	mustPanic(t, "row 0 of map 1x12x2 (window 4) at 0 is read and was never written", func() { read(ring, 0, 1) })
	d.WriteMap(ring, engine.Rows{From: 0, To: 4}, make([]float32, 8))
	d.WriteMap(ring, engine.Rows{From: 4, To: 6}, make([]float32, 4))
	read(ring, 2, 6)
	mustPanic(t, "row 1 of map 1x12x2 (window 4) at 0 is read and its slot holds row 5", func() { read(ring, 1, 2) })
	mustPanic(t, "rows [0,5) of 1x12x2 with a window of 4", func() { read(ring, 0, 5) })

	d.WriteMap(whole, engine.Rows{From: 0, To: 9}, make([]float32, 18))
	mask := a.Mask(2*engine.Alignment, shape)
	d.Rectify(engine.Rectify{Src: whole, Rows: engine.Rows{From: 0, To: 4}, Dst: ring, Mask: mask})
	conv := (&table{Device: d}).newConvolution(1, 1, make([]float32, 9), make([]float32, 1), engine.PadZero)
	mustPanic(t, "row 4 of mask", func() {
		d.Backward(engine.Backward{Conv: conv, Src: whole, Rows: engine.Rows{From: 4, To: 8}, Dst: ring, Mask: mask})
	})
	mustPanic(t, "row 9 of map", func() {
		d.Backward(engine.Backward{Conv: conv, Src: whole, Rows: engine.Rows{From: 8, To: 12}, Dst: ring})
	})
}

func TestBuffersThatShareBytes(t *testing.T) {
	d := New64()
	a := arenaOf(t, d, 3)
	norm := engine.Scalar{Of: a.Scalars(2*engine.Alignment, 1)}
	shape := engine.Shape{Channels: 8, Height: 16, Width: 10} // 5120 bytes: reaches the second page
	first, second := a.Map(0, shape, 16), a.Vector(engine.Alignment, 1000)
	numbers := make([]float32, shape.Elements())
	d.Read(numbers[:1000], second) // a new arena holds zeros
	d.WriteMap(first, engine.All(shape), numbers)
	d.ReadMap(numbers, first, engine.All(shape))
	mustPanic(t, "number 0 of vector [1000] at 4096 is read and another buffer has taken its place", func() { d.Norm1(norm, second) })
	d.Fill(second, 1)
	d.Norm1(norm, a.Vector(engine.Alignment, 1000))
	if got := (&table{Device: d}).result(norm); got != 1000 {
		t.Errorf("the same vector placed again has norm %v, want 1000", got)
	}
	mustPanic(t, "row 0 of map 8x16x10 (window 16) at 0 is read and another buffer has taken its place", func() {
		d.ReadMap(numbers, first, engine.All(shape))
	})
	d.WriteMap(first, engine.All(shape), numbers)
	other := a.Map(engine.Alignment, engine.Shape{Channels: 8, Height: 16, Width: 5}, 16)
	mustPanic(t, "one operation uses map 8x16x10 (window 16) at 0 and writes", func() {
		d.Pool(engine.Pool{Src: first, Rows: engine.All(shape), Dst: a.Map(engine.Alignment, shape.Pooled(), 8)})
	})
	mustPanic(t, "number 0 of vector [5] at 4096 is read and another buffer has taken its place", func() {
		d.Norm1(norm, a.Vector(engine.Alignment, 5))
	})
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	mustPanic(t, "used after its arena was closed", func() { d.ReadMap(numbers[:5], other, engine.Rows{From: 0, To: 1}) })
}

func TestImageIsAVector(t *testing.T) {
	d := New64()
	a := arenaOf(t, d, 1)
	image := a.Image(0, 2, 3)
	SetFloat64(image, []float64{1e-20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17})
	vector := a.Vector(0, 18)
	d.Scale(vector, 2)
	if got := Float64(image); got[0] != 2e-20 || got[17] != 34 {
		t.Errorf("image holds %v after its vector was doubled", got)
	}
}

func TestReductionsOutOfOrder(t *testing.T) {
	d := New32()
	a := arenaOf(t, d, 2)
	shape := engine.Shape{Channels: 1, Height: 256, Width: 1}
	f := a.Map(0, shape, 256)
	d.WriteMap(f, engine.All(shape), make([]float32, 256))
	m := a.Moments(engine.Alignment, 1)
	rows := func(from, to int) engine.AddMoments {
		return engine.AddMoments{Moments: m, Src: f, Rows: engine.Rows{From: from, To: to}}
	}
	d.AddMoments(rows(0, 128))
	mustPanic(t, "moments: rows [64,256) come after row 127", func() { d.AddMoments(rows(64, 256)) })
	d.AddMoments(rows(128, 256))
	d.AddMoments(rows(0, 64))
	if s, _ := d.ReadMoments(m); s.Weight != 256+64 {
		t.Errorf("weight of all positions is %v, want 320", s.Weight)
	}
}

func TestDoesNotFit(t *testing.T) {
	a := arenaOf(t, New32(), 1)
	mustPanic(t, "do not fit an arena of 4096", func() { a.Vector(0, 1025) })
	mustPanic(t, "offset 4 is not a multiple of 4096", func() { a.Vector(4, 1) })
}

// What is placed as a whole is lost where another buffer is written over it, until it is set again.
func TestPlacesThatAreTaken(t *testing.T) {
	d := New64()
	a := arenaOf(t, d, 7)
	shape := engine.Shape{Channels: 2, Height: 1, Width: 1}
	f, g := a.Map(4*engine.Alignment, shape, 1), a.Map(5*engine.Alignment, shape, 1)
	moments, affine := a.Moments(0, 2), a.Affine(engine.Alignment, 2)
	row, points := a.Scalars(2*engine.Alignment, 2), a.Points(3*engine.Alignment, 1)
	d.WriteMap(f, engine.All(shape), make([]float32, 2))
	statistics := engine.Statistics{Weight: 1, Sum: make([]float64, 2), Gram: make([]float64, 4)}
	cases := []struct {
		what     string
		set, use func()
	}{
		{"moments of 2 channels at 0",
			func() { d.WriteMoments(moments, statistics) },
			func() { d.AddMoments(engine.AddMoments{Moments: moments, Src: f, Rows: engine.All(shape)}) }},
		{"moments of 2 channels at 0",
			func() { d.ResetMoments(moments) },
			func() { d.ReadMoments(moments) }},
		{"affine map of 2 channels at 4096",
			func() { d.WriteAffine(affine, make([]float64, 4), make([]float64, 2)) },
			func() { d.AddAffine(engine.AddAffine{Affine: affine, Src: f, Rows: engine.All(shape), Dst: g}) }},
		{"number 1 of row of results [2] at 8192",
			func() { d.ResetScalars(row) },
			func() {
				d.AddSquaredDistance(engine.AddSquaredDistance{Sum: engine.Scalar{Of: row, At: 1}, Src: f, Target: f, Rows: engine.All(shape)})
			}},
		{"number 0 of row of results [2] at 8192",
			func() { d.ResetScalars(row) },
			func() { d.ReadScalars(make([]float64, 2), row) }},
		{"1 points at 12288",
			func() { d.WritePoints(points, []int32{0}) },
			func() {
				d.Scatter(engine.Scatter{Src: a.Vector(6*engine.Alignment, 2), Stride: 2, Points: points, Rows: engine.All(shape), Dst: f})
			}},
	}
	for _, c := range cases {
		c.use() // a new arena holds zeros
	}
	for _, c := range cases {
		c.set()
		c.use()
		d.Fill(a.Vector(0, 4*engine.Alignment/4), 1)
		mustPanic(t, c.what+" is read and another buffer has taken its place", c.use)
		c.set()
		c.use()
	}
}

func TestScalarsOverOperands(t *testing.T) {
	d := New64()
	a := arenaOf(t, d, 1)
	v, row := a.Vector(0, 4), a.Scalars(0, 1)
	mustPanic(t, "one operation uses vector [4] at 0 and writes row of results [1] at 0 over it", func() { d.Norm1(engine.Scalar{Of: row}, v) })
}

// A squared distance sees its rows in order; a result that is reset begins another.
func TestSumsOutOfOrder(t *testing.T) {
	d := New32()
	a := arenaOf(t, d, 2)
	shape := engine.Shape{Channels: 1, Height: 256, Width: 1}
	f, row := a.Map(0, shape, 256), a.Scalars(engine.Alignment, 2)
	d.WriteMap(f, engine.All(shape), make([]float32, 256))
	add := func(at, from, to int) {
		d.AddSquaredDistance(engine.AddSquaredDistance{Sum: engine.Scalar{Of: row, At: at}, Src: f, Target: f, Rows: engine.Rows{From: from, To: to}})
	}
	add(0, 64, 128)
	mustPanic(t, "squared distance: rows [64,128) come after row 127", func() { add(0, 64, 128) })
	add(1, 64, 128)
	d.ResetScalars(row)
	add(0, 64, 128)
}

func TestConvolutionThatIsClosed(t *testing.T) {
	d := newTable(t)
	shape := engine.Shape{Channels: 1, Height: 1, Width: 1}
	c, f, g := d.newConvolution(1, 1, make([]float32, 9), make([]float32, 1), engine.PadZero), d.newMap(shape), d.newMap(shape)
	d.set(f, []float64{1})
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	mustPanic(t, "convolution 1->1 used after it was closed", func() {
		d.Forward(engine.Forward{Conv: c, Src: f, Rows: engine.All(shape), Dst: g})
	})
}
