package engine

import "fmt"

// Shape is the size of a feature map: Channels x Height x Width.
// The papers' feature map F_l is the matrix [Channels, Height*Width].
type Shape struct {
	Channels, Height, Width int
}

// Positions returns Height*Width, M_l of Gatys et al. 2015.
func (s Shape) Positions() int { return s.Height * s.Width }

// Elements returns Channels*Height*Width.
func (s Shape) Elements() int { return s.Channels * s.Height * s.Width }

// Pooled returns the shape after a 2x2 pooling with stride 2.
// An odd last row or column is dropped, as PyTorch does with ceil_mode=False.
func (s Shape) Pooled() Shape {
	return Shape{s.Channels, s.Height / 2, s.Width / 2}
}

// String returns the shape as "64x512x512".
func (s Shape) String() string {
	return fmt.Sprintf("%dx%dx%d", s.Channels, s.Height, s.Width)
}

// Rows is the half-open window [From, To) of a map's rows.
// Row numbers are absolute: row 0 is the top row of the complete map, whatever part of it is in memory.
type Rows struct {
	From, To int
}

// Len returns the number of rows.
func (r Rows) Len() int { return r.To - r.From }

// All returns the window of every row of a map of shape s.
func All(s Shape) Rows { return Rows{0, s.Height} }

// TileRows is the height of the tiles that kernels compute. A window of rows given to a
// convolution must start at a multiple of TileRows and end at one or at the map's last row, so that a map
// computed in bands has the same bits as one computed at once.
const TileRows = 4

// Aligned reports whether r consists of complete tiles of a map of the given height.
func (r Rows) Aligned(height int) bool {
	return r.From >= 0 && r.From <= r.To && r.To <= height &&
		r.From%TileRows == 0 && (r.To%TileRows == 0 || r.To == height)
}

// PieceRows returns the height of the pieces into which sums over a map of the given width are divided.
// Within a piece sums run in float32, across pieces in float64 and in the order of the rows; that limits
// the error and keeps the bits the same for every plan and number of threads. Windows given to a
// reduction must start at a multiple of PieceRows. It is a power of two and at least TileRows; a piece of a
// wide map is a strip of TileRows rows, that of a narrow one holds about a thousand positions.
func PieceRows(width int) int {
	rows := TileRows
	for rows*width < minPiecePositions && rows < maxPieceRows {
		rows *= 2
	}
	return rows
}

const (
	// Below about a thousand positions adding a 512x512 piece in float64 costs more than computing it.
	minPiecePositions = 1024
	maxPieceRows      = 64
)

// Padding is what a convolution reads beyond the border of its input.
type Padding uint8

const (
	// PadZero reads zeros. All published VGG networks were trained with it.
	PadZero Padding = iota
	// PadReplicate reads the nearest pixel of the border.
	PadReplicate
	// PadReflect mirrors about the border pixel, which is not repeated: -1 reads 1. A map with a
	// single row or column reads that one.
	PadReflect
)

// String returns "zero", "replicate" or "reflect".
func (p Padding) String() string {
	switch p {
	case PadZero:
		return "zero"
	case PadReplicate:
		return "replicate"
	case PadReflect:
		return "reflect"
	}
	return fmt.Sprintf("Padding(%d)", uint8(p))
}

// Index returns which of the n positions of a row or column is read at position i, for -1 <= i <= n,
// or -1 for a zero.
func (p Padding) Index(i, n int) int {
	if 0 <= i && i < n {
		return i
	}
	switch p {
	case PadReplicate:
		return min(max(i, 0), n-1)
	case PadReflect:
		if i < 0 {
			i = -i
		} else {
			i = 2*(n-1) - i
		}
		return min(max(i, 0), n-1)
	}
	return -1
}

// Pooling is how a 2x2 pooling with stride 2 combines four activations.
type Pooling uint8

const (
	// MaxPooling keeps the largest; VGG was trained with it. Of equal activations the first in reading order
	// wins and alone receives the gradient, as in PyTorch.
	MaxPooling Pooling = iota
	// AveragePooling keeps the mean, which Gatys et al. 2015 prefer for synthesis.
	AveragePooling
)

// String returns "max" or "average".
func (p Pooling) String() string {
	switch p {
	case MaxPooling:
		return "max"
	case AveragePooling:
		return "average"
	}
	return fmt.Sprintf("Pooling(%d)", uint8(p))
}
