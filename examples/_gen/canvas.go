package main

import (
	"image"
	"image/color"
	"math"
)

// Canvas holds paint: a colour and a thickness at every pixel, rows from the top.
type Canvas struct {
	W, H   int
	Colour []RGB
	Relief []float64 // thickness of the paint in pixels
}

// newCanvas is a canvas primed with one colour.
func newCanvas(w, h int, ground RGB) *Canvas {
	c := &Canvas{W: w, H: h, Colour: make([]RGB, w*h), Relief: make([]float64, w*h)}
	for i := range c.Colour {
		c.Colour[i] = ground
	}
	return c
}

// fill sets the colour of every pixel from a function of its centre.
func (c *Canvas) fill(f func(p Point) RGB) {
	for y := range c.H {
		for x := range c.W {
			c.Colour[y*c.W+x] = f(Point{float64(x) + 0.5, float64(y) + 0.5})
		}
	}
}

// index is the offset of the pixel at p, the nearest one where p lies outside.
func (c *Canvas) index(p Point) int {
	x := min(max(int(p.X), 0), c.W-1)
	y := min(max(int(p.Y), 0), c.H-1)
	return y*c.W + x
}

// at is the colour at p, or at the nearest pixel.
func (c *Canvas) at(p Point) RGB { return c.Colour[c.index(p)] }

// Light describes the lighting of a relief. The lamp is up and to the left.
type Light struct {
	Depth float64 // how steep a slope of one pixel in one looks
	Shade float64 // how much slopes darken and lighten
	Gloss float64 // strength of the highlights
}

// light shades the colours by the relief: Lambert's law against a flat sheet, and Blinn's highlight.
func (c *Canvas) light(l Light) {
	lamp := [3]float64{-0.45, -0.62, 0.64}
	half := [3]float64{-0.25, -0.34, 0.91} // between the lamp and the eye above
	for y := range c.H {
		for x := range c.W {
			dx := c.Relief[y*c.W+min(x+1, c.W-1)] - c.Relief[y*c.W+max(x-1, 0)]
			dy := c.Relief[min(y+1, c.H-1)*c.W+x] - c.Relief[max(y-1, 0)*c.W+x]
			nx, ny := -dx*l.Depth/2, -dy*l.Depth/2
			norm := 1 / math.Sqrt(nx*nx+ny*ny+1)
			diffuse := (nx*lamp[0]+ny*lamp[1]+lamp[2])*norm/lamp[2] - 1
			shine := math.Max(0, (nx*half[0]+ny*half[1]+half[2])*norm-half[2]) / (1 - half[2])
			shine *= shine
			i := y*c.W + x
			c.Colour[i] = c.Colour[i].scale(1 + l.Shade*clamp(diffuse, -1, 1)).add(l.Gloss * shine * shine)
		}
	}
}

// weave lays the threads of linen under the paint: a relief of the given height in pixels.
func (c *Canvas) weave(height float64, n Noise) {
	for y := range c.H {
		for x := range c.W {
			fx, fy := float64(x), float64(y)
			warp := math.Sin(fx*1.7 + 1.5*n.at(fx/40, fy/9))
			weft := math.Sin(fy*1.7 + 1.5*n.at(fx/9+90, fy/40))
			c.Relief[y*c.W+x] += height * (warp*weft + 0.5*n.at(fx/2, fy/2))
		}
	}
}

// picture turns the colours into an image of 8 bits.
func (c *Canvas) picture() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, c.W, c.H))
	for i, v := range c.Colour {
		img.SetRGBA(i%c.W, i/c.W, color.RGBA{to8(v.R), to8(v.G), to8(v.B), 255})
	}
	return img
}

func to8(v float64) uint8 { return uint8(clamp(v, 0, 1)*255 + 0.5) }

// halved averages squares of two pixels, which smooths what was painted at double size.
func (c *Canvas) halved() *Canvas {
	out := newCanvas(c.W/2, c.H/2, RGB{})
	for y := range out.H {
		for x := range out.W {
			i := 2*y*c.W + 2*x
			a, b := c.Colour[i].mix(c.Colour[i+1], 0.5), c.Colour[i+c.W].mix(c.Colour[i+c.W+1], 0.5)
			out.Colour[y*out.W+x] = a.mix(b, 0.5)
			out.Relief[y*out.W+x] = (c.Relief[i] + c.Relief[i+1] + c.Relief[i+c.W] + c.Relief[i+c.W+1]) / 4
		}
	}
	return out
}
