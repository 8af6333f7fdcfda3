package cpu

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"testing"

	"github.com/impasto/impasto/engine"
)

// TestPortableBits pins the bits of plain Go. They must be the same on every architecture and at every
// GOAMD64, where the compiler may fuse a multiplication and an addition unless rounding is explicit.
// After a change of the arithmetic that is meant, take the new number from the failure.
func TestPortableBits(t *testing.T) {
	const want = 0xcca1f816a457e77e
	w := newTwin(t, "portable", 2, 5)
	d := w.devices[0]
	shape := engine.Shape{Channels: 19, Height: 22, Width: 17}
	rows := engine.All(shape)
	h := fnv.New64a()
	keep := func(values ...float32) {
		for _, v := range values {
			_ = binary.Write(h, binary.LittleEndian, math.Float32bits(v))
		}
	}
	keep64 := func(values ...float64) {
		for _, v := range values {
			_ = binary.Write(h, binary.LittleEndian, math.Float64bits(v))
		}
	}
	image := w.arenas[0].Image(twinBytes/2, shape.Height, shape.Width)
	slope := w.arenas[0].Image(twinBytes/2+2*engine.Alignment, shape.Height, shape.Width)
	first, second := w.arenas[0].Vector(twinBytes/2+4*engine.Alignment, image.Len()), w.arenas[0].Vector(twinBytes/2+6*engine.Alignment, image.Len())
	d.Write(image, w.floats(image.Len()))
	x, y, g, mask := w.maps(shape)[0], w.maps(shape)[0], w.maps(shape)[0], w.masks(shape)[0]
	pre := engine.Preprocessing{Matrix: [3][3]float32{{0.3, 0.1, 0.2}, {0.7, 0.3, 0.1}, {0.1, 0.9, 0.6}}, Offset: [3]float32{0.1, 0.2, 0.3}}
	stem, conv := w.stem(0, 19, pre, engine.PadReplicate), w.convolution(19, 19, engine.PadReflect)[0]
	d.StemForward(engine.StemForward{Stem: stem, Image: image, Rows: rows, Dst: x, Mask: mask})
	d.Forward(engine.Forward{Conv: conv, Src: x, Rows: rows, Dst: y})
	d.Backward(engine.Backward{Conv: conv, Src: y, Rows: rows, Dst: g, Mask: mask, Add: true})
	keep(w.read(0, g)...)
	moments, affine := w.arenas[0].Moments(twinBytes/2+8*engine.Alignment, 19), w.arenas[0].Affine(twinBytes/2+12*engine.Alignment, 19)
	row := w.arenas[0].Scalars(twinBytes/2+20*engine.Alignment, 3)
	sum := engine.Scalar{Of: row, At: 0}
	d.AddMoments(engine.AddMoments{Moments: moments, Src: x, Rows: rows})
	s, err := d.ReadMoments(moments)
	if err != nil {
		t.Fatal(err)
	}
	keep64(s.Gram...)
	keep64(s.Sum...)
	d.WriteAffine(affine, s.Gram, s.Sum)
	d.AddAffine(engine.AddAffine{Affine: affine, Src: x, Rows: rows, Dst: g, Add: true})
	d.AddDifference(engine.AddDifference{Src: x, Target: y, Scale: 0.3, Rows: rows, Dst: g, Add: true})
	d.AddSquaredDistance(engine.AddSquaredDistance{Sum: sum, Src: x, Target: g, Rows: rows})
	keep(w.read(0, g)...)
	d.StemBackward(engine.StemBackward{Stem: stem, Src: g, Rows: rows, Dst: slope, Add: true})
	for kind := engine.AbsoluteVariation; kind <= engine.NinePointVariation; kind++ {
		d.AddTotalVariation(engine.AddTotalVariation{Kind: kind, Image: image, Scale: 0.7, Sum: sum, Gradient: slope})
	}
	d.Dot(engine.Scalar{Of: row, At: 1}, image, slope)
	d.Norm1(engine.Scalar{Of: row, At: 2}, slope)
	results := make([]float64, 3)
	d.ReadScalars(results, row)
	keep64(results...)
	d.Adam(engine.AdamStep{X: image, G: slope, M: first, V: second, Beta1: 0.9, Beta2: 0.99, Rate: 0.02, Epsilon: 1, Correction1: 0.3, Correction2: 0.2})
	d.Lerp(slope, image, 0.3)
	numbers := make([]float32, slope.Len())
	d.Read(numbers, slope)
	keep(numbers...)
	if got := h.Sum64(); got != want {
		t.Errorf("bits hash to %#x, want %#x", got, uint64(want))
	}
}
