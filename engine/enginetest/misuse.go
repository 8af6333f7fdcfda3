package enginetest

import (
	"io"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
)

// checkMisuse checks that mistakes of the caller panic, and that the device keeps working.
func checkMisuse(t rapid.TB, device engine.Device) {
	arena, err := device.NewArena(16 * engine.Alignment)
	if err != nil {
		t.Fatal(err)
	}
	shape := engine.Shape{Channels: 2, Height: 8, Width: 3}
	place := func(page int64, s engine.Shape, window int) engine.Map {
		return arena.Map(page*engine.Alignment, s, window)
	}
	src, dst, ring := place(0, shape, 8), place(1, shape, 8), place(2, shape, 4)
	two, three := arena.Moments(6*engine.Alignment, 2), arena.Moments(7*engine.Alignment, 3)
	two2, row, points := arena.Affine(8*engine.Alignment, 2), arena.Scalars(9*engine.Alignment, 2), arena.Points(10*engine.Alignment, 2)
	result := engine.Scalar{Of: row, At: 1}
	device.WriteMap(src, engine.All(shape), make([]float32, shape.Elements()))
	other := place(3, engine.Shape{Channels: 2, Height: 8, Width: 4}, 8)
	conv, _ := device.NewConvolution(2, 2, make([]float32, 36), make([]float32, 2), engine.PadZero)
	short, long := arena.Vector(4*engine.Alignment, 3), arena.Vector(5*engine.Alignment, 4)
	one := engine.Taps{First: []int{0}, Width: 1, Weights: []float32{1}}
	resampler, _ := device.NewResampler(engine.Resampling{Height: 1, Width: 1, ToHeight: 1, ToWidth: 1, Across: one, Down: one})
	device.WriteMoments(three, engine.Statistics{Weight: 1, Sum: make([]float64, 3), Gram: make([]float64, 9)})
	coupling, _ := device.NewCoupling(three, engine.ExactCoupling, 1)
	misuses := map[string]func(){
		"an image of another size": func() {
			device.Resample(engine.Resample{Resampler: resampler, Src: arena.Image(11*engine.Alignment, 1, 2), Dst: arena.Image(12*engine.Alignment, 1, 1)})
		},
		"windows for too few numbers": func() {
			device.NewResampler(engine.Resampling{Height: 1, Width: 1, ToHeight: 2, ToWidth: 1, Across: one, Down: one})
		},
		"a negative level": func() { device.Multilevel(engine.Multilevel{V: arena.Image(11*engine.Alignment, 1, 2), Levels: -1}) },
		"a coupling of other channels": func() {
			device.Transport(engine.Transport{Moments: two, Coupling: coupling, Affine: two2, Distance: result, Weight: engine.Scalar{Of: row}})
		},
		"rows that are not tiles": func() {
			device.Forward(engine.Forward{Conv: conv, Src: src, Rows: engine.Rows{From: 2, To: 8}, Dst: dst})
		},
		"another shape":               func() { device.Forward(engine.Forward{Conv: conv, Src: src, Rows: engine.All(shape), Dst: other}) },
		"more rows than a ring holds": func() { device.Backward(engine.Backward{Conv: conv, Src: src, Rows: engine.All(shape), Dst: ring}) },
		"a pooling to the full shape": func() { device.Pool(engine.Pool{Src: src, Rows: engine.All(shape), Dst: dst}) },
		"a window inside a piece": func() {
			device.AddMoments(engine.AddMoments{Moments: two, Src: src, Rows: engine.Rows{From: 4, To: 8}})
		},
		"moments of other channels": func() {
			device.AddMoments(engine.AddMoments{Moments: three, Src: src, Rows: engine.All(shape)})
		},
		"a distance of moments of other channels": func() {
			device.MomentDistance(engine.MomentDistance{Moments: two, Painting: three, Affine: two2, Distance: result, Weight: engine.Scalar{Of: row}})
		},
		"a result behind its row": func() { device.Norm1(engine.Scalar{Of: row, At: 2}, short) },
		"results for another row": func() { device.ReadScalars(make([]float64, 3), row) },
		"a matrix for other points": func() {
			device.Gather(engine.Gather{Src: src, Rows: engine.All(shape), Points: points, Dst: short, Stride: 2})
		},
		"channels beyond a matrix": func() {
			device.Scatter(engine.Scatter{Dst: src, Rows: engine.All(shape), Points: points, Src: long, Stride: 2, Offset: 1})
		},
		"moments of too few numbers":       func() { device.WriteMoments(two, engine.Statistics{Sum: make([]float64, 2), Gram: make([]float64, 3)}) },
		"an affine map of too few numbers": func() { device.WriteAffine(two2, make([]float64, 4), nil) },
		"too few positions":                func() { device.WritePoints(points, make([]int32, 1)) },
		"a pair without its other half": func() {
			device.Direction(engine.Direction{D: long, G: arena.Vector(11*engine.Alignment, 4), S: []engine.Vector{long}, Slope: result})
		},
		"vectors of two lengths":      func() { device.Axpy(short, 1, long) },
		"a host slice of one too few": func() { device.Read(make([]float32, 2), short) },
		"rows beyond a map":           func() { device.ReadMap(make([]float32, 6), src, engine.Rows{From: 8, To: 9}) },
		"too few weights":             func() { device.NewConvolution(2, 2, make([]float32, 35), make([]float32, 2), engine.PadZero) },
		"a buffer beyond its arena":   func() { arena.Vector(15*engine.Alignment, 1025) },
		"an offset inside a page":     func() { arena.Vector(8, 1) },
	}
	for what, misuse := range misuses {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", what)
				}
			}()
			misuse()
		}()
	}
	device.Fill(long, 2)
	if got := norm1(t, device, long); got != 8 {
		t.Errorf("after its caller's mistakes the device adds four twos up to %v", got)
	}
	for _, c := range []io.Closer{conv, resampler, coupling, arena} {
		if err := c.Close(); err != nil {
			t.Errorf("closing %T: %v", c, err)
		}
	}
}
