package canvas

import (
	"fmt"
	"slices"
	"strings"
)

// Region is a part of a map, marked by one colour.
type Region struct {
	Mask   *Plane // of ones and zeros
	Colour string // that marks it, in HTML notation: "#ff0000"
}

// RegionError reports that the number of colours of a map is not the number of regions asked for.
type RegionError struct {
	Want    int
	Colours []string // of the map, from darkest to brightest
}

// Error lists the colours.
func (e *RegionError) Error() string {
	count := fmt.Sprintf("%d colours", len(e.Colours))
	if len(e.Colours) == 1 {
		count = "1 colour"
	}
	return fmt.Sprintf("the map has %s that can be distinguished (%s), but there are %d regions: fill each with its own colour",
		count, strings.Join(e.Colours, ", "), e.Want)
}

// Regions splits a map that marks n regions by as many colours, ordered from darkest to brightest. Every pixel
// belongs to the nearest colour, so blurred borders and the noise of JPEG do no harm. The error is a
// [*RegionError] if the map has another number of colours. It panics if n is less than 1.
func Regions(p *Picture, n int) ([]Region, error) {
	p.check()
	if n < 1 {
		panic(fmt.Sprintf("canvas: a map of %d regions", n))
	}
	colours := p.distinct(n)
	if len(colours) == n {
		colours = p.more(colours)
	}
	slices.SortStableFunc(colours, func(a, b colour) int { return int(1e6 * (a.luma() - b.luma())) })
	regions := make([]Region, len(colours))
	names := make([]string, len(colours))
	for i, c := range colours {
		names[i] = c.String()
		regions[i] = Region{NewPlane(p.Width, p.Height), names[i]}
	}
	if len(colours) != n {
		return nil, &RegionError{n, names}
	}
	for i := range p.Width * p.Height {
		regions[p.colour(i).nearest(colours)].Mask.Pix[i] = 1
	}
	return regions, nil
}

// more returns the colours followed by other colours of the map. They cover areas; along borders, colours mix.
func (p *Picture) more(colours []colour) []colour {
	inner := p.inner()
	if inner == nil {
		return colours
	}
	for _, c := range inner.distinct(len(colours) + mostColours) {
		if c.distance(colours[c.nearest(colours)]) >= apart {
			colours = append(colours, c)
		}
	}
	return colours
}

// inner returns, as a picture one pixel wide, the pixels that have the colour of all of their neighbours, or nil
// if they are too few to count as a colour.
func (p *Picture) inner() *Picture {
	var kept []colour
	for y := 1; y < p.Height-1; y++ {
		for x := 1; x < p.Width-1; x++ {
			if at := p.colour(y*p.Width + x); p.even(x, y, at) {
				kept = append(kept, at)
			}
		}
	}
	if float64(len(kept)) < leastCover*float64(p.Width*p.Height) || len(kept) == 0 {
		return nil
	}
	q := New(1, len(kept))
	for i, c := range kept {
		for k, v := range c {
			q.Channel(k)[i] = float32(v)
		}
	}
	return q
}

// even reports whether the pixels around the one at x, y have its colour.
func (p *Picture) even(x, y int, at colour) bool {
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			if p.colour((y+dy)*p.Width+x+dx).distance(at) >= apart/4 {
				return false
			}
		}
	}
	return true
}

// colour is encoded RGB.
type colour [3]float64

func (p *Picture) colour(i int) colour {
	n := p.Width * p.Height
	return colour{float64(p.Pix[i]), float64(p.Pix[n+i]), float64(p.Pix[2*n+i])}
}

func (c colour) luma() float64 { return luma[0]*c[0] + luma[1]*c[1] + luma[2]*c[2] }

// String returns the colour in HTML notation.
func (c colour) String() string {
	byteOf := func(v float64) uint16 { return quantise(float32(v), 255) }
	return fmt.Sprintf("#%02x%02x%02x", byteOf(c[0]), byteOf(c[1]), byteOf(c[2]))
}

// nearest returns the index of the nearest of colours.
func (c colour) nearest(colours []colour) int {
	nearest := 0
	for k := range colours {
		if c.distance(colours[k]) < c.distance(colours[nearest]) {
			nearest = k
		}
	}
	return nearest
}

// distance is the squared Euclidean distance.
func (c colour) distance(d colour) float64 {
	r, g, b := c[0]-d[0], c[1]-d[1], c[2]-d[2]
	return r*r + g*g + b*b
}

const (
	// cells is the number of bins of each channel in which colours are counted.
	cells = 16
	// apart is the least squared distance of two colours: that of a quarter of a channel's range.
	apart = 0.25 * 0.25
	// leastCover is the share of the map that a colour must cover; blends along borders cover less.
	leastCover = 0.005
	// mostColours bounds the number of colours listed beyond those asked for.
	mostColours = 8
)

// distinct returns the mean colours of up to n well-filled bins that are far from each other, the fullest
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
