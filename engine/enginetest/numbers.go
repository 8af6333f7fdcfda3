package enginetest

import (
	"fmt"
	"math"
	"slices"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/reference"
)

// twinVector is a vector on both devices, filled with the same numbers.
type twinVector struct {
	on  [sides]engine.Vector
	was []float32
}

func (b *bench) vector(values []float32) (v twinVector) {
	v.was = values
	n := len(values)
	v.on = placed(b, fmt.Sprintf("a vector [%d]", n),
		func(engine.Device) int64 { return 4 * int64(n) },
		func(a engine.Arena, offset int64) engine.Vector { return a.Vector(offset, n) })
	for i, d := range b.device {
		d.Write(v.on[i], values)
	}
	return v
}

// get returns the numbers of v on the device under test.
func (b *bench) get(v engine.Vector) []float32 {
	dst := make([]float32, v.Len())
	b.device[tested].Read(dst, v)
	return dst
}

// close checks that v equals the reference's, each number within its tolerance.
func (b *bench) close(what string, v twinVector, tolerance func(i int) float64) {
	b.Helper()
	want := reference.Float64(v.on[truth])
	for i, got := range b.get(v.on[tested]) {
		if !(math.Abs(float64(got)-want[i]) <= tolerance(i)) {
			b.Fatalf("%s of %d numbers: number %d is %v, want %v to %.2g", what, len(want), i, got, want[i], tolerance(i))
		}
	}
}

// intact checks that an operation did not change its input.
func (b *bench) intact(what string, vectors ...twinVector) {
	b.Helper()
	for _, v := range vectors {
		for i, got := range b.get(v.on[tested]) {
			if got != v.was[i] {
				b.Fatalf("%s: number %d of an input was %v and is %v", what, i, v.was[i], got)
			}
		}
	}
}

// twinImage is an image on both devices; its numbers are those of vector.
type twinImage struct {
	on            [sides]engine.Image
	vector        twinVector
	height, width int
}

func (b *bench) image(height, width int, values []float32) (m twinImage) {
	m.height, m.width, m.vector.was = height, width, values
	m.on = placed(b, fmt.Sprintf("an image %dx%d", height, width),
		func(engine.Device) int64 { return 12 * int64(height*width) },
		func(a engine.Arena, offset int64) engine.Image { return a.Image(offset, height, width) })
	for i, d := range b.device {
		m.vector.on[i] = m.on[i]
		d.Write(m.on[i], values)
	}
	return m
}

// plane returns weights of positions on both devices, or none.
func (b *bench) plane(height, width int) (p [sides]engine.Plane, weights []float32) {
	if !rapid.Bool().Draw(b.T, "weighted") {
		return p, slices.Repeat([]float32{1}, height*width)
	}
	weights = b.normal(height * width)
	for i := range weights {
		if i%3 == 0 {
			weights[i] = 0 // as in most masks
		}
	}
	p = placed(b, fmt.Sprintf("a plane %dx%d", height, width),
		func(engine.Device) int64 { return 4 * int64(height*width) },
		func(a engine.Arena, offset int64) engine.Plane { return a.Plane(offset, height, width) })
	for i, d := range b.device {
		d.WritePlane(p[i], weights)
	}
	return p, weights
}

// scalars places a row of results.
func (b *bench) scalars(n int) [sides]engine.Scalars {
	return placed(b, fmt.Sprintf("a row of %d results", n),
		func(d engine.Device) int64 { return d.ScalarsBytes(n) },
		func(a engine.Arena, offset int64) engine.Scalars { return a.Scalars(offset, n) })
}

// results returns the results in a row, on either device.
func (b *bench) results(row [sides]engine.Scalars) (values [sides][]float64) {
	for i, d := range b.device {
		values[i] = make([]float64, row[i].Len())
		d.ReadScalars(values[i], row[i])
	}
	return values
}

// moments places moments that have not been set.
func (b *bench) moments(channels int) [sides]engine.Moments {
	return placed(b, fmt.Sprintf("moments of %d channels", channels),
		func(d engine.Device) int64 { return d.MomentsBytes(channels) },
		func(a engine.Arena, offset int64) engine.Moments { return a.Moments(offset, channels) })
}

// statistics returns moments of either device.
func (b *bench) statistics(m [sides]engine.Moments) (s [sides]engine.Statistics) {
	for i, d := range b.device {
		s[i], _ = d.ReadMoments(m[i])
	}
	return s
}

// affine places an affine map that has not been set.
func (b *bench) affine(channels int) [sides]engine.Affine {
	return placed(b, fmt.Sprintf("an affine map of %d channels", channels),
		func(d engine.Device) int64 { return d.AffineBytes(channels) },
		func(a engine.Arena, offset int64) engine.Affine { return a.Affine(offset, channels) })
}

// points places positions of a map on both devices.
func (b *bench) points(positions []int32) [sides]engine.Points {
	p := placed(b, fmt.Sprintf("%d points", len(positions)),
		func(d engine.Device) int64 { return d.PointsBytes(len(positions)) },
		func(a engine.Arena, offset int64) engine.Points { return a.Points(offset, len(positions)) })
	for i, d := range b.device {
		d.WritePoints(p[i], positions)
	}
	return p
}
