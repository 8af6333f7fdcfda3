package study

import (
	"fmt"
	"image"
	"testing"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine/reference"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/weights"
)

// positive returns a VGG-16 up to relu4_1 with positive weights and one channel per layer: every pixel in a receptive
// field then changes the activation.
func positive() *weights.Model {
	m := &weights.Model{Name: "positive", Architecture: "vgg16"}
	m.Input.Stated, m.Input.Matrix = true, [3][3]float32{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}
	in := 3
	for b, n := range []int{2, 2, 3, 1} {
		for i := range n {
			c := weights.Convolution{Name: fmt.Sprintf("conv%d_%d", b+1, i+1), In: in, Out: 1,
				Weight: make([]float32, in*9), Bias: make([]float32, 1)}
			for j := range c.Weight {
				c.Weight[j] = 1 / float32(in*9)
			}
			m.Convolutions = append(m.Convolutions, c)
			in = 1
		}
	}
	return m
}

// TestFieldOf finds each receptive field by changing one pixel at a time along a row and comparing the activation in the
// middle of the map.
func TestFieldOf(t *testing.T) {
	const side = 96
	m := opened(t, positive(), impasto.Settings{Memory: 1 << 30, Device: reference.New64()})
	net, err := feature.NetworkOf(m.Network())
	if err != nil {
		t.Fatal(err)
	}
	layers := []string{"conv1_1", "relu1_2", "pool1", "relu2_1", "relu2_2", "pool2", "relu3_1", "relu3_3", "pool3", "relu4_1"}
	look := func(moved int) []*Maps {
		p := canvas.New(side, side/2)
		if moved >= 0 {
			p.Channel(1)[side/4*side+moved] = 1
		}
		maps, err := Look(t.Context(), m, p, layers...)
		if err != nil {
			t.Fatal(err)
		}
		return maps
	}
	seen := make([]image.Rectangle, len(layers)) // X only
	for i := range side {
		for j, m := range look(i) {
			column, row := m.Shape.Width/2, m.Shape.Height/2
			if m.Data[row*m.Shape.Width+column] != 0 {
				seen[j] = seen[j].Union(image.Rect(i, 0, i+1, 1))
			}
		}
	}
	for j, name := range layers {
		l, err := net.Layer(name)
		if err != nil {
			t.Fatal(err)
		}
		shape := net.Shape(l, side/2, side)
		got := FieldOf(net, l).At(shape.Width/2, 0).Intersect(image.Rect(0, -side, side, side))
		if got.Min.X != seen[j].Min.X || got.Max.X != seen[j].Max.X {
			t.Errorf("%s: columns %d to %d by arithmetic, %d to %d by moving pixels", l, got.Min.X, got.Max.X, seen[j].Min.X, seen[j].Max.X)
		}
	}
}
