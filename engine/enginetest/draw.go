package enginetest

import (
	"math"

	"pgregory.net/rapid"

	"github.com/impasto/impasto/engine"
)

// Sizes on either side of tiles (4), blocks of channels (16), pairs of them (32), and pieces.
var (
	lengths       = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 16, 17, 23, 31, 32, 33, 47, 61, 67}
	channelCounts = []int{1, 2, 3, 5, 8, 15, 16, 17, 31, 32, 33, 47, 48, 64, 65, 70}
	vectorLengths = []int{0, 1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 255, 1023, 1024, 1025, 4099, 20011}
)

// upTo draws one of the values that are at most limit.
func (b *bench) upTo(what string, values []int, limit int) int {
	n := 1
	for n < len(values) && values[n] <= limit {
		n++
	}
	return rapid.SampledFrom(values[:n]).Draw(b.T, what)
}

// size draws the height and the width of a map of at most limit positions.
func (b *bench) size(limit int) (height, width int) {
	height = b.upTo("height", lengths, limit)
	return height, b.upTo("width", lengths, limit/height)
}

// maxProducts limits the work of a convolution: the reference takes milliseconds for it.
const maxProducts = 2 << 20

func (b *bench) shape() engine.Shape {
	h, w := b.size(1200)
	return engine.Shape{Channels: b.upTo("channels", channelCounts, 60000/(h*w)), Height: h, Width: w}
}

// pooledShape draws a shape that is not empty after a pooling.
func (b *bench) pooledShape() engine.Shape {
	s := b.shape()
	s.Height, s.Width = max(s.Height, 2), max(s.Width, 2)
	return s
}

// tiles draws a window of complete tiles.
func (b *bench) tiles(height int) engine.Rows {
	return b.window(height, engine.TileRows)
}

// window draws a window that starts at a multiple of step and ends at one or at the height.
func (b *bench) window(height, step int) engine.Rows {
	steps := (height + step - 1) / step
	from := rapid.IntRange(0, steps-1).Draw(b.T, "first tile")
	to := rapid.IntRange(from+1, steps).Draw(b.T, "last tile")
	return engine.Rows{From: from * step, To: min(to*step, height)}
}

// anyRows draws a window that need not be aligned.
func (b *bench) anyRows(height int) engine.Rows {
	from := rapid.IntRange(0, height-1).Draw(b.T, "from")
	return engine.Rows{From: from, To: rapid.IntRange(from, height).Draw(b.T, "to")}
}

func (b *bench) padding() engine.Padding {
	return rapid.SampledFrom([]engine.Padding{engine.PadZero, engine.PadReplicate, engine.PadReflect}).Draw(b.T, "padding")
}

func (b *bench) pooling() engine.Pooling {
	return rapid.SampledFrom([]engine.Pooling{engine.MaxPooling, engine.AveragePooling}).Draw(b.T, "pooling")
}

func (b *bench) flag(what string) bool { return rapid.Bool().Draw(b.T, what) }

// normal returns normally distributed numbers.
func (b *bench) normal(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(b.random.NormFloat64())
	}
	return v
}

// coarse returns small integers: many are equal, many are zero.
func (b *bench) coarse(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(b.random.IntN(7) - 3)
	}
	return v
}

// values draws the contents of a map.
func (b *bench) values() func(n int) []float32 {
	switch rapid.SampledFrom([]string{"normal", "coarse", "large", "small"}).Draw(b.T, "values") {
	case "coarse":
		return b.coarse
	case "large":
		return b.scaled(1e6)
	case "small":
		return b.scaled(1e-6)
	}
	return b.normal
}

func (b *bench) scaled(by float32) func(n int) []float32 {
	return func(n int) []float32 {
		v := b.normal(n)
		for i := range v {
			v[i] *= by
		}
		return v
	}
}

// largest returns the largest absolute value.
func largest(values []float32) (m float64) {
	for _, v := range values {
		m = max(m, math.Abs(float64(v)))
	}
	return m
}
