package transfer

import (
	"fmt"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/feature"
)

// Guidance (Gatys, Ecker, Bethge, Hertzmann and Shechtman 2017, "Controlling Perceptual Factors in Neural
// Style Transfer", section 4): each painting is told to a region of its own, by moments weighted with a
// mask. A mask is taken down to a layer as the share of a unit's receptive field that it covers: an average
// of 3x3 for each convolution, of 2x2 for each pooling. Close to a border units therefore count in part for
// both sides, the more so the deeper they lie.

// region is a part of the photograph and what it is to look like.
type region struct {
	paintings []int         // which are blended
	mask      *canvas.Plane // of the photograph; nil: all of it
	share     float64       // in the style's weight
}

// regions lists the parts of the photograph that have a style of their own. Their shares are the parts of
// the photograph that their masks cover, times the painting's weight over the mean weight: a pixel is
// pulled as hard as it would be without masks, however small its region.
func (j *Job) regions() []region {
	if j.Masks == nil {
		r := region{mask: j.StrengthMap, share: 1}
		for i := range j.Style.paintings {
			r.paintings = append(r.paintings, i)
		}
		if r.mask != nil {
			r.share = cover(r.mask)
		}
		return []region{r}
	}
	total := 0.0
	for _, w := range j.Style.weights {
		total += w
	}
	var all []region
	for i, w := range j.Style.weights {
		if w > 0 {
			mask := product(j.Masks[i], j.StrengthMap)
			r := region{paintings: []int{i}, mask: mask, share: w * float64(len(j.Style.weights)) / total}
			if mask != nil {
				r.share *= cover(mask)
			}
			all = append(all, r)
		}
	}
	return all
}

// product multiplies two masks, the second resampled to the size of the first. Nil is one everywhere.
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

// cover returns the mean of a mask.
func cover(mask *canvas.Plane) float64 {
	sum := 0.0
	for _, v := range mask.Pix {
		sum += float64(v)
	}
	return sum / float64(len(mask.Pix))
}

// checkMask returns an error where a mask cannot weigh anything.
func checkMask(what string, mask *canvas.Plane) error {
	if mask == nil {
		return nil
	}
	for i, v := range mask.Pix {
		if !(v >= 0 && v <= 1) {
			return fmt.Errorf("%s: the value %v at column %d, row %d; masks lie in 0..1", what, v, i%mask.Width, i/mask.Width)
		}
	}
	if cover(mask) == 0 {
		return fmt.Errorf("%s: the mask is black all over: nothing is left", what)
	}
	return nil
}

// checkMasks returns an error where masks and paintings do not fit each other.
func (j *Job) checkMasks() error {
	if j.Masks != nil && (j.Style == nil || len(j.Masks) != len(j.Style.paintings)) {
		n := 0
		if j.Style != nil {
			n = len(j.Style.paintings)
		}
		return fmt.Errorf("content-mask: %d masks for %d paintings; each painting needs one", len(j.Masks), n)
	}
	for i, m := range j.Masks {
		if err := checkMask(fmt.Sprintf("content-mask %d", i+1), m); err != nil {
			return err
		}
	}
	if err := checkMask("strength-map", j.StrengthMap); err != nil {
		return err
	}
	for i := range j.Masks {
		if m := product(j.Masks[i], j.StrengthMap); m != nil && cover(m) == 0 {
			return fmt.Errorf("content-mask %d: the strength map is black all over it: nothing is left", i+1)
		}
	}
	return nil
}

// maskNotes returns a line for each mask whose shape is not that of its picture.
func (j *Job) maskNotes() []string {
	var notes []string
	note := func(what string, mask *canvas.Plane, of *canvas.Picture) {
		if mask != nil && (mask.Width != of.Width || mask.Height != of.Height) {
			notes = append(notes, fmt.Sprintf("%s is %dx%d and its picture %dx%d: it is resampled",
				what, mask.Width, mask.Height, of.Width, of.Height))
		}
	}
	for i, m := range j.Masks {
		note(fmt.Sprintf("content-mask %d", i+1), m, j.Content)
	}
	note("strength-map", j.StrengthMap, j.Content)
	for i, m := range j.Style.masks {
		note(fmt.Sprintf("style-mask %d", i+1), m, j.Style.paintings[i])
	}
	return notes
}

// guide is the planes of weights that one mask has at a row of layers, placed behind each other.
type guide struct {
	mask          *canvas.Plane // nil: all positions count alike, and there are no planes
	height, width int           // of the picture
	layers        []placed
	net           *feature.Network
}

// bytes is the memory that the planes take.
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
	return engine.Align(4 * int64(g.net.Shape(l.layer, g.height, g.width).Positions()))
}

// place writes the planes to the arena from offset on. Without a mask they are nil.
func (g *guide) place(dev engine.Device, arena engine.Arena, offset int64) []engine.Plane {
	planes := make([]engine.Plane, len(g.layers))
	if g.mask == nil {
		return planes
	}
	pix := canvas.Resample(g.mask.Pix, g.mask.Width, g.mask.Height, g.width, g.height, canvas.Bilinear)
	for i, l := range g.layers {
		shape := g.net.Shape(l.layer, g.height, g.width)
		planes[i] = arena.Plane(offset, shape.Height, shape.Width)
		dev.WritePlane(planes[i], takeDown(g.net, l.layer, pix, g.height, g.width))
		offset += g.planeBytes(l)
	}
	return planes
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

// average3x3 returns the means of each position and its neighbours, of those that exist.
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

// average3 returns the mean of three numbers, of which the first or the last may not exist.
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

// average2x2 returns the means of squares of 2x2. An odd last row or column is dropped.
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
