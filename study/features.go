package study

import (
	"cmp"
	"context"
	"image"
	"math"
	"slices"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
)

// Features describes the features of a picture at one layer.
type Features struct {
	Layer feature.Layer
	Shape engine.Shape
	Field Field

	Dead         float64 // share of values of the map that are not positive
	DeadChannels int     // channels without a positive value
	Mean, Norm   float64 // of all values; the norm is Euclidean

	// Channels are all channels in descending order of the norms of their maps. The square of the norm is the
	// channel's entry on the diagonal of the Gram matrix.
	Channels []Channel
}

// Channel is one channel of a layer.
type Channel struct {
	Index           int
	Norm, Mean, Max float64
	Active          float64   // share of positions where it is positive
	Map             []float32 // [H,W]
	Patches         []Patch   // with its largest values, in descending order; only for the channels shown
}

// Patch is the part of a picture that a position sees.
type Patch struct {
	X, Y  int             // the position in the layer's map
	Value float64         // at that position
	Seen  image.Rectangle // pixels that the position sees; may extend beyond the picture
}

// StudyFeatures computes the features of a picture at the given layers, as Look does, and finds up to the given number of
// patches for each of the strongest channels.
func StudyFeatures(ctx context.Context, m *impasto.Model, picture *canvas.Picture, layers []string, channels, patches int) ([]*Features, error) {
	net, err := feature.NetworkOf(m.Network())
	if err != nil {
		return nil, err
	}
	maps, err := Look(ctx, m, picture, layers...)
	if err != nil {
		return nil, err
	}
	studies := make([]*Features, len(maps))
	for i, m := range maps {
		studies[i] = newFeatures(m, FieldOf(net, m.Layer))
		for j := range studies[i].Channels[:min(channels, m.Shape.Channels)] {
			c := &studies[i].Channels[j]
			c.Patches = strongest(c.Map, m.Shape, studies[i].Field, patches)
		}
	}
	return studies, nil
}

func newFeatures(m *Maps, field Field) *Features {
	f := &Features{Layer: m.Layer, Shape: m.Shape, Field: field}
	squares, sum, dead := 0.0, 0.0, 0.0
	for i := range m.Shape.Channels {
		c := measure(i, m.Channel(i))
		f.Channels = append(f.Channels, c)
		squares += c.Norm * c.Norm
		sum += c.Mean
		dead += 1 - c.Active
		if c.Active == 0 {
			f.DeadChannels++
		}
	}
	n := float64(m.Shape.Channels)
	f.Dead, f.Mean, f.Norm = dead/n, sum/n, math.Sqrt(squares)
	slices.SortStableFunc(f.Channels, func(a, b Channel) int { return cmp.Compare(b.Norm, a.Norm) })
	return f
}

func measure(index int, values []float32) Channel {
	c := Channel{Index: index, Map: values, Max: math.Inf(-1)}
	squares, active := 0.0, 0
	for _, v32 := range values {
		v := float64(v32)
		c.Mean += v
		squares += float64(v * v)
		c.Max = max(c.Max, v)
		if v > 0 {
			active++
		}
	}
	n := float64(len(values))
	c.Mean, c.Norm, c.Active = c.Mean/n, math.Sqrt(squares), float64(active)/n
	return c
}

// strongest returns up to n patches at the largest positive values of a map. Of positions that see nearly the same
// pixels only the strongest is kept (non-maximum suppression): no two centres are nearer than half a receptive field in
// both directions.
func strongest(values []float32, shape engine.Shape, field Field, n int) []Patch {
	var order []int
	for i, v := range values {
		if v > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(values[b], values[a]) })
	apart := max(1, (field.Size/2+field.Stride-1)/field.Stride)
	var patches []Patch
	for _, i := range order {
		x, y := i%shape.Width, i/shape.Width
		near := slices.ContainsFunc(patches, func(p Patch) bool {
			return max(p.X-x, x-p.X) < apart && max(p.Y-y, y-p.Y) < apart
		})
		if near {
			continue
		}
		if patches = append(patches, Patch{x, y, float64(values[i]), field.At(x, y)}); len(patches) == n {
			break
		}
	}
	return patches
}
