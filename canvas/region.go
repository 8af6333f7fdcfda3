package canvas

import (
	"fmt"
	"slices"
)

// Regions splits a map that marks regions by colour into one mask a region, of ones and zeros: the n
// colours that cover most, from the darkest to the brightest. Every pixel belongs to the nearest of them,
// so that blurred borders and the noise of JPEG do no harm. It returns an error where the map has fewer
// than n colours that can be told apart, and panics if n is less than 1.
func Regions(p *Picture, n int) ([]*Plane, error) {
	p.check()
	if n < 1 {
		panic(fmt.Sprintf("canvas: a map of %d regions", n))
	}
	colours := p.distinct(n)
	if len(colours) < n {
		return nil, fmt.Errorf("the map has %d colours that can be told apart, and %d regions are asked for: fill each with a colour of its own", len(colours), n)
	}
	slices.SortStableFunc(colours, func(a, b colour) int { return int(1e6 * (a.luma() - b.luma())) })
	masks := make([]*Plane, n)
	for i := range masks {
		masks[i] = NewPlane(p.Width, p.Height)
	}
	for i := range p.Width * p.Height {
		at, nearest := p.colour(i), 0
		for k := range colours {
			if at.distance(colours[k]) < at.distance(colours[nearest]) {
				nearest = k
			}
		}
		masks[nearest].Pix[i] = 1
	}
	return masks, nil
}

// colour is encoded RGB.
type colour [3]float64

func (p *Picture) colour(i int) colour {
	n := p.Width * p.Height
	return colour{float64(p.Pix[i]), float64(p.Pix[n+i]), float64(p.Pix[2*n+i])}
}

func (c colour) luma() float64 { return luma[0]*c[0] + luma[1]*c[1] + luma[2]*c[2] }

// distance is the square of Euclid's.
func (c colour) distance(d colour) float64 {
	r, g, b := c[0]-d[0], c[1]-d[1], c[2]-d[2]
	return r*r + g*g + b*b
}

const (
	// cells is into how many each channel is cut to count colours.
	cells = 16
	// apart is how far two colours must lie from each other, squared: a quarter of a channel's range.
	apart = 0.25 * 0.25
	// leastCover is the part of the map that a colour must cover; the blends along borders cover less.
	leastCover = 0.005
)

// distinct returns the means of up to n cells of colours that are full and far from each other, the fullest
// first.
func (p *Picture) distinct(n int) []colour {
	type cell struct {
		count int
		sum   colour
	}
	var all [cells * cells * cells]cell
	pixels := p.Width * p.Height
	for i := range pixels {
		c, at := p.colour(i), 0
		for _, v := range c {
			at = at*cells + min(max(int(v*cells), 0), cells-1)
		}
		all[at].count++
		for k, v := range c {
			all[at].sum[k] += v
		}
	}
	full := slices.DeleteFunc(all[:], func(c cell) bool { return float64(c.count) < leastCover*float64(pixels) })
	slices.SortStableFunc(full, func(a, b cell) int { return b.count - a.count })
	var found []colour
	for _, c := range full {
		mean := colour{c.sum[0] / float64(c.count), c.sum[1] / float64(c.count), c.sum[2] / float64(c.count)}
		near := func(d colour) bool { return mean.distance(d) < apart }
		if c.count > 0 && len(found) < n && !slices.ContainsFunc(found, near) {
			found = append(found, mean)
		}
	}
	return found
}
