package loss

import (
	"fmt"

	"github.com/impasto/impasto/engine"
)

// Hypercolumns are the features of several layers at chosen points of a picture, as one matrix on the
// device with one row per point: for losses that compare points with points, such as nearest neighbours
// and optimal transport (Kolkin et al. 2019, section 2). The maps need not be kept: the taps gather rows of
// the matrix as the rows of the maps pass, and scatter the gradient of the matrix on the way back.
//
// Points are positions of the finest layer's map. In a map that is coarser by 2^k, point (y, x) reads
// position (y >> k, x >> k), without interpolation. All positions of a map may be points.
//
// A term that uses them includes their Bytes in its own, places them, returns their taps, and computes
// Gradient from Features between Reduce and AddGradient.
type Hypercolumns struct {
	dev    engine.Device
	shapes []engine.Shape
	points int
	width  int // channels of all layers
	taps   []column

	features, gradient engine.Vector
}

// column is the part of one layer.
type column struct {
	of     *Hypercolumns
	points engine.Points
	offset int // of its channels in a row
}

// NewHypercolumns returns hypercolumns for a number of points in maps of the given shapes, layers of one picture.
func NewHypercolumns(dev engine.Device, shapes []engine.Shape, points int) *Hypercolumns {
	h := &Hypercolumns{dev: dev, shapes: shapes, points: points}
	for _, s := range shapes {
		h.taps = append(h.taps, column{of: h, offset: h.width})
		h.width += s.Channels
	}
	return h
}

// Width returns the length of a row of the matrix: the channels of all layers, in order.
func (h *Hypercolumns) Width() int { return h.width }

// Bytes returns the size of points, matrix and gradient in an arena.
func (h *Hypercolumns) Bytes() int64 {
	return 2*h.matrixBytes() + int64(len(h.shapes))*engine.Align(h.dev.PointsBytes(h.points))
}

func (h *Hypercolumns) matrixBytes() int64 { return engine.Align(4 * int64(h.points) * int64(h.width)) }

// Place puts them into an arena, where Bytes bytes at offset belong to them.
func (h *Hypercolumns) Place(arena engine.Arena, offset int64) {
	h.features = arena.Vector(offset, h.points*h.width)
	h.gradient = arena.Vector(offset+h.matrixBytes(), h.points*h.width)
	offset += 2 * h.matrixBytes()
	for i := range h.taps {
		h.taps[i].points = arena.Points(offset, h.points)
		offset += engine.Align(h.dev.PointsBytes(h.points))
	}
}

// Finest returns the index of the layer whose positions the points are: the first of those with the most.
func (h *Hypercolumns) Finest() int {
	finest := 0
	for i, s := range h.shapes {
		if s.Positions() > h.shapes[finest].Positions() {
			finest = i
		}
	}
	return finest
}

// Choose sets the points, each y*width+x of the finest layer's map. A point may occur twice. Choose must be
// called after Place, and may be called again between evaluations.
func (h *Hypercolumns) Choose(positions []int32) error {
	if len(positions) != h.points {
		panic(fmt.Sprintf("loss: %d positions for %d points", len(positions), h.points))
	}
	finest := h.shapes[h.Finest()]
	at := make([]int32, len(positions))
	for i, s := range h.shapes {
		shift := 0
		for finest.Height>>shift > s.Height || finest.Width>>shift > s.Width {
			shift++
		}
		for k, p := range positions {
			// A pooling drops an odd last row or column, so the last positions read the one before.
			y := min(int(p)/finest.Width>>shift, s.Height-1)
			x := min(int(p)%finest.Width>>shift, s.Width-1)
			at[k] = int32(y*s.Width + x)
		}
		if err := h.dev.WritePoints(h.taps[i].points, at); err != nil {
			return err
		}
	}
	return nil
}

// Tap returns the tap of the i-th layer; it is valid after Place.
func (h *Hypercolumns) Tap(i int) Tap { return &h.taps[i] }

// Features returns the matrix [points, Width], which is filled when all rows of all layers have passed.
func (h *Hypercolumns) Features() engine.Vector { return h.features }

// Gradient returns the matrix [points, Width] of the gradient, which must be written before the backward
// pass.
func (h *Hypercolumns) Gradient() engine.Vector { return h.gradient }

// Reduce gathers the features of rows.
func (c *column) Reduce(src engine.Map, rows engine.Rows) error {
	return c.of.dev.Gather(engine.Gather{Src: src, Rows: rows, Points: c.points, Dst: c.of.features, Stride: c.of.width, Offset: c.offset})
}

// AddGradient scatters the gradient to rows.
func (c *column) AddGradient(dst, _ engine.Map, rows engine.Rows, add bool) error {
	return c.of.dev.Scatter(engine.Scatter{Src: c.of.gradient, Stride: c.of.width, Offset: c.offset, Points: c.points, Rows: rows, Dst: dst, Add: add})
}
