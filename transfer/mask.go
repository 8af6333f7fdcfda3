package transfer

import (
	"fmt"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
)

// Guidance (Gatys, Ecker, Bethge, Hertzmann and Shechtman 2017, "Controlling Perceptual Factors in Neural
// Style Transfer", section 4): each painting is confined to a region by moments weighted with a mask. At a
// layer, the mask is the share of a unit's receptive field that it covers: an average of 3x3 for each
// convolution, of 2x2 for each pooling. Near a border units therefore count in part for both sides, the
// more so the deeper they lie.

// product multiplies two masks, resampling the second to the size of the first. Nil is one everywhere.
func product(a, b *canvas.Plane) *canvas.Plane {
	if a == nil || b == nil {
		if a == nil {
			return b
		}
		return a
	}
	p := &canvas.Plane{Width: a.Width, Height: a.Height,
		Pix: canvas.Resample(b.Pix, b.Width, b.Height, a.Width, a.Height, canvas.Bilinear)}
	for i, v := range a.Pix {
		p.Pix[i] *= v
	}
	return p
}

// cover returns the mean of a mask, 1 if it is nil.
func cover(mask *canvas.Plane) float64 {
	if mask == nil {
		return 1
	}
	sum := 0.0
	for _, v := range mask.Pix {
		sum += float64(v)
	}
	return sum / float64(len(mask.Pix))
}

// checkMask returns an error if a mask has invalid values or is entirely black.
func checkMask(what string, mask *canvas.Plane) error {
	if mask == nil {
		return nil
	}
	for i, v := range mask.Pix {
		if !(v >= 0 && v <= 1) {
			return fmt.Errorf("%s has the value %v at column %d, row %d; values must lie in 0..1", what, v, i%mask.Width, i/mask.Width)
		}
	}
	if cover(mask) == 0 {
		return fmt.Errorf("%s is entirely black: there is nothing to paint", what)
	}
	return nil
}

// guide holds the planes of weights of one mask at a list of layers, placed one after another.
type guide struct {
	mask   *canvas.Plane // nil: all positions have equal weight, and there are no planes
	size   size          // of the picture
	layers []placed
	net    *feature.Network
	offset int64 // of the first plane in the arena
}

// bytes returns the memory of the planes.
func (g *guide) bytes() int64 {
	var n int64
	if g.mask != nil {
		for _, l := range g.layers {
			n += g.planeBytes(l)
		}
	}
	return n
}

func (g *guide) planeBytes(l placed) int64 {
	return engine.Align(4 * int64(g.net.Shape(l.layer, g.size.height, g.size.width).Positions()))
}

// place writes the planes to the arena. Without a mask they are nil.
func (g *guide) place(dev engine.Device, arena engine.Arena) ([]engine.Plane, error) {
	planes := make([]engine.Plane, len(g.layers))
	if g.mask == nil {
		return planes, nil
	}
	height, width, offset := g.size.height, g.size.width, g.offset
	pix := canvas.Resample(g.mask.Pix, g.mask.Width, g.mask.Height, width, height, canvas.Bilinear)
	for i, l := range g.layers {
		shape := g.net.Shape(l.layer, height, width)
		planes[i] = arena.Plane(offset, shape.Height, shape.Width)
		if err := dev.WritePlane(planes[i], takeDown(g.net, l.layer, pix, height, width)); err != nil {
			return nil, err
		}
		offset += g.planeBytes(l)
	}
	return planes, nil
}

// takeDown returns the weights of a layer's positions for a mask [height,width] of the picture.
func takeDown(net *feature.Network, to feature.Layer, mask []float32, height, width int) []float32 {
	for _, l := range net.Layers() {
		switch l.Kind {
		case feature.Conv:
			mask = average3x3(mask, height, width)
		case feature.Pool:
			mask = average2x2(mask, height, width)
			height, width = height/2, width/2
		}
		if l == to {
			return mask
		}
	}
	panic("transfer: no layer " + to.String())
}

// average3x3 returns the mean of each position and its existing neighbours.
func average3x3(m []float32, height, width int) []float32 {
	rows, out := make([]float32, len(m)), make([]float32, len(m))
	for y := range height {
		for x := range width {
			row := m[y*width:][:width]
			rows[y*width+x] = average3(row[max(x-1, 0)], row[x], row[min(x+1, width-1)], x == 0, x == width-1)
		}
	}
	for y := range height {
		above, here, below := rows[max(y-1, 0)*width:], rows[y*width:], rows[min(y+1, height-1)*width:]
		for x := range width {
			out[y*width+x] = average3(above[x], here[x], below[x], y == 0, y == height-1)
		}
	}
	return out
}

// average3 returns the mean of three numbers, the first or last of which may be absent.
func average3(before, here, after float32, first, last bool) float32 {
	switch {
	case first && last:
		return here
	case first:
		return (here + after) / 2
	case last:
		return (before + here) / 2
	}
	return (before + here + after) / 3
}

// average2x2 returns the means of 2x2 squares. An odd last row or column is dropped.
func average2x2(m []float32, height, width int) []float32 {
	out := make([]float32, (height/2)*(width/2))
	for y := range height / 2 {
		for x := range width / 2 {
			i := 2*y*width + 2*x
			out[y*(width/2)+x] = (m[i] + m[i+1] + m[i+width] + m[i+width+1]) / 4
		}
	}
	return out
}

// planesOf selects the planes of a term's layers from those of all style layers.
func (g *guide) planesOf(planes []engine.Plane, layers []placed) []engine.Plane {
	own := make([]engine.Plane, len(layers))
	for i, l := range layers {
		for k, s := range g.layers {
			if s.layer == l.layer {
				own[i] = planes[k]
			}
		}
	}
	return own
}
