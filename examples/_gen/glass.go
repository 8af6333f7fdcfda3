package main

import (
	"math"
	"math/rand/v2"
)

// glass is a leaded window: the sun over hills and a river, with lilies, and the light behind it.
func glass(r *rand.Rand) *Canvas {
	const w, h = 2 * 800, 2 * 1024
	pane := &window{w: w, h: h, cut: 41}
	pane.plant(r)
	c := newCanvas(w, h, RGB{})
	piece := make([]int32, w*h)
	lead := make([]float64, w*h) // half width of the lead around the pixel's piece
	for i := range piece {
		p := Point{float64(i%w) + 0.5, float64(i/w) + 0.5}
		g := pane.glass(p)
		piece[i], lead[i] = g.piece, g.lead
		c.Colour[i] = g.colour
	}
	d := distances(piece, w, h)
	c.kiln(piece, d, r)
	c.glow(14)
	c.glow(44)
	c.leads(d, lead)
	c = c.halved()
	c.light(Light{Depth: 0.5, Shade: 0.38, Gloss: 0.15})
	return c
}

// kiln gives each piece its streaks, seeds and ripples, and darkens it towards the lead, as grisaille does.
func (c *Canvas) kiln(piece []int32, d []float64, r *rand.Rand) {
	streak, ripple := Noise(r.Uint32()), Noise(r.Uint32())
	for i := range c.Colour {
		x, y := float64(i%c.W), float64(i/c.W)
		id := int(piece[i])
		q := Point{x, y}.rotate(2 * math.Pi * streak.hash(id, 1))
		s := streak.octaves(q.X/120+float64(id%97), q.Y/16, 4)
		t := ripple.octaves(x/11, y/11, 2)
		shade := 0.62 + 0.38*smooth(0, 34, d[i])
		c.Colour[i] = c.Colour[i].scale((1.0 + 0.34*s + 0.10*t) * shade * (0.82 + 0.40*streak.hash(id, 2)))
		if bubble := ripple.at(x/4.5, y/7); bubble > 0.88 {
			c.Colour[i] = c.Colour[i].add(0.25)
		}
		c.Relief[i] = 1.6*t + 2.2*s
	}
}

// glow lets bright glass shine over its surroundings.
func (c *Canvas) glow(radius int) {
	for _, channel := range []func(*RGB) *float64{
		func(v *RGB) *float64 { return &v.R }, func(v *RGB) *float64 { return &v.G }, func(v *RGB) *float64 { return &v.B },
	} {
		bright := make([]float64, len(c.Colour))
		for i := range c.Colour {
			v := math.Max(0, *channel(&c.Colour[i])-0.35)
			bright[i] = v * v
		}
		for i, v := range blur(bright, c.W, c.H, radius) {
			p := channel(&c.Colour[i])
			*p = 1 - (1-math.Min(*p, 1))*(1-math.Min(0.55*v, 1))
		}
	}
}

// leads draws the cames: dark, round, with solder that shines.
func (c *Canvas) leads(d, width []float64) {
	n := Noise(43)
	for i := range c.Colour {
		cover := smooth(width[i]+1, width[i]-1, d[i])
		if cover == 0 {
			continue
		}
		x, y := float64(i%c.W), float64(i/c.W)
		grey := ramp(0x0c0d12, 0x1f2128, 0x3a3c42).at(0.4 + 0.5*n.octaves(x/9, y/9, 2))
		c.Colour[i] = c.Colour[i].mix(grey, cover)
		round := 1 - math.Min(d[i]/width[i], 1)
		c.Relief[i] = lerp(c.Relief[i], 7*math.Sqrt(math.Max(0, 1-(1-round)*(1-round)))+0.8*n.at(x/5, y/5), cover)
	}
}

type window struct {
	w, h    float64
	cut     Noise
	flowers []lily
}

// lily is a flower of six petals on a stem.
type lily struct {
	Point
	size, turn float64
	colours    Ramp
}

func (k *window) plant(r *rand.Rand) {
	for _, f := range []struct{ x, y, size float64 }{{0.205, 0.665, 205}, {0.79, 0.70, 190}, {0.50, 0.845, 175}, {0.30, 0.905, 120}, {0.705, 0.905, 120}} {
		petals := []Ramp{ramp(0xc81858, 0xf04a80, 0xff9ab4), ramp(0x7a20b0, 0xb050e0, 0xe0a0ff), ramp(0xd83018, 0xff6a28, 0xffb050)}
		k.flowers = append(k.flowers, lily{Point{f.x * k.w, f.y * k.h}, f.size, 2 * math.Pi * r.Float64(), petals[len(k.flowers)%3]})
	}
}

// pieceOfGlass is the piece to which a place of the window belongs.
type pieceOfGlass struct {
	piece  int32
	lead   float64
	colour RGB
}

// of makes a piece of the design: its number depends on the part and the cell in which it lies.
func (k *window) of(region, cell int32, lead float64, colours Ramp) pieceOfGlass {
	t := k.cut.hash(int(region)*7919+int(cell), 3)
	return pieceOfGlass{region<<24 ^ cell, lead, colours.at(t)}
}

// glass finds the piece at p, from the border inwards and from the front to the back.
func (k *window) glass(p Point) pieceOfGlass {
	if g, ok := k.border(p); ok {
		return g
	}
	for i, f := range k.flowers {
		if g, ok := k.petal(int32(i), f, p); ok {
			return g
		}
	}
	x, y := p.X/k.w, p.Y/k.h
	if g, ok := k.stems(p); ok {
		return g
	}
	meadow := 0.745 + 0.03*math.Sin(5*x+0.6)
	if y > meadow {
		return k.of(20, k.cut.cell(x*9+0.7*math.Sin(8*y), (y-meadow)*13, 0.9), 6, ramp(0x0f5a3a, 0x1c8048, 0x4aa838, 0x9ac83a))
	}
	// The river winds from the hills to the meadow.
	t := (y - 0.52) / (meadow - 0.52)
	middle := 0.50 + 0.16*math.Sin(4.4*t+0.3)*(0.25+t)
	half := 0.018 + 0.13*t*t
	if t > 0 && math.Abs(x-middle) < half {
		u := (x - middle) / half
		return k.of(21, k.cut.cell(2.2*u+30, 9*math.Sqrt(t)+0.35*math.Sin(3*u), 0.8), 5, ramp(0x0c5ac0, 0x2a98e0, 0x7adcf0, 0x1878d0))
	}
	for i, hill := range []struct {
		y, swing, phase float64
		colours         Ramp
	}{
		{0.640, 0.045, 0.4, ramp(0x2a7a2c, 0x5aa82c, 0xa8c832)},
		{0.575, 0.050, 2.6, ramp(0x146a5a, 0x20907a, 0x50b880)},
		{0.510, 0.045, 5.0, ramp(0x2c4a9c, 0x5a5cc0, 0x8a7ad8)},
	} {
		ridge := hill.y - hill.swing*math.Sin(5.5*x+hill.phase)
		if y > ridge {
			return k.of(int32(22+i), k.cut.cell(x*6.5+float64(i), (y-ridge)*17, 0.85), 5.5, hill.colours)
		}
	}
	return k.sky(p)
}

// sky is the sun in rings, its rays, and clouds between them.
func (k *window) sky(p Point) pieceOfGlass {
	sun := Point{0.5 * k.w, 0.30 * k.h}
	d := p.sub(sun)
	ring, angle := d.length(), math.Atan2(d.Y, d.X)/(2*math.Pi)+0.5
	switch {
	case ring < 78:
		return k.of(30, 0, 7, ramp(0xfff4b8, 0xfff4b8))
	case ring < 150:
		return k.of(31, int32(angle*10), 6, ramp(0xffd83a, 0xffb41c, 0xffe880))
	case ring < 232:
		return k.of(32, int32(fract(angle+0.05)*20), 6, ramp(0xff9a1c, 0xff6c18, 0xffc030))
	}
	// Long and short rays by turns, cut across at growing distances.
	const rays = 20
	v := angle * rays
	i := int32(v)
	off := math.Abs(fract(v) - 0.5)
	reach := 560.0 + 260*float64(i%2) + 60*k.cut.hash(int(i), 9)
	if off < 0.36*smooth(reach, 210, ring)+0.02 && ring < reach {
		return k.of(33, i*8+int32(math.Log(ring/232)*3.1+0.4*k.cut.hash(int(i), 8)), 5.5, ramp(0xffc428, 0xff8a20, 0xf04828, 0xffe070))
	}
	near := smooth(1000, 300, ring)
	shade, veil := ramp(0x1430a0, 0x2060d0, 0x40a0e8, 0x1c3cb8), int32(0)
	if near > 0.55 {
		veil = 2
		shade = ramp(0x5a40c0, 0x9a50c8, 0x4a80e0, 0xd070b8)
	}
	return k.of(34+i%2+veil, k.cut.cell(angle*18, math.Log(ring)*5.2, 0.9)+i<<18, 5, shade)
}

// border is a frame of squares with rounds in the corners.
func (k *window) border(p Point) (pieceOfGlass, bool) {
	const outer, inner = 22, 104
	edge := math.Min(math.Min(p.X, k.w-p.X), math.Min(p.Y, k.h-p.Y))
	switch {
	case edge < outer:
		along := int32(p.X/124) + 40*int32(p.Y/124)
		return k.of(1, along, 5, ramp(0x10284a, 0x1c3c70)), true
	case edge < inner:
		side := p.X
		if math.Min(p.X, k.w-p.X) == edge {
			side = p.Y
		}
		v := side / 62
		i := int32(v)
		diamond := math.Abs(fract(v)-0.5) + math.Abs((edge-63)/82)
		if diamond < 0.46 {
			return k.of(2, i+64*int32(p.X/(k.w/2))+128*int32(p.Y/(k.h/2)), 5, ramp(0xd81838, 0xff5030, 0xc01060)), true
		}
		quarter := int32(2)
		if edge > 63 {
			quarter = 3
		}
		return k.of(quarter+2, 2*i+int32(2*fract(v))+256*int32(p.X/(k.w/2))+512*int32(p.Y/(k.h/2)), 5, ramp(0x0f7a6a, 0x18a088, 0xe0a820, 0x0c5c70)), true
	}
	return pieceOfGlass{}, false
}

// petal is a piece of a lily at p.
func (k *window) petal(i int32, f lily, p Point) (pieceOfGlass, bool) {
	d := p.sub(f.Point)
	ring, v := d.length()/f.size, fract((math.Atan2(d.Y, d.X)+f.turn)/(2*math.Pi))*6
	j := int32(v)
	off := 2 * math.Abs(fract(v)-0.5)
	if ring < 0.20 {
		return k.of(50+i, 0, 5, ramp(0xffe040, 0xffc020)), true
	}
	if edge := 0.42 + 0.58*math.Pow(1-off, 0.55); ring < edge {
		part := int32(0)
		if ring > 0.60 {
			part = 1
		}
		if v-float64(j) > 0.5 {
			part += 2
		}
		g := k.of(60+i, j*4+part, 5, f.colours)
		g.colour = f.colours.at(0.15 + 0.35*float64(part&1) + 0.45*k.cut.hash(int(j)*4+int(part), int(i)))
		return g, true
	}
	return pieceOfGlass{}, false
}

// stems carry the lilies, with pointed leaves.
func (k *window) stems(p Point) (pieceOfGlass, bool) {
	for i, f := range k.flowers {
		foot := Point{f.X + 0.25*(0.5*k.w-f.X), 1.0 * k.h}
		if p.Y < f.Y {
			continue
		}
		path := curve(f.Point, Point{f.X, f.Y + 0.6*(k.h-f.Y)}, foot, 12)
		for j := 1; j < len(path); j++ {
			if d, _ := toSegment(p, path[j-1], path[j]); d < 12 {
				return k.of(70+int32(i), int32(j/4), 4.5, ramp(0x2c9030, 0x58b830)), true
			}
		}
		for j, side := range []float64{-1, 1} {
			at := path[5+2*j]
			tip := at.add(Point{side * 150, -120})
			d, along := toSegment(p, at, tip)
			if d < 46*math.Sin(math.Pi*math.Pow(along, 0.8)) {
				half := int32(0)
				if (tip.X-at.X)*(p.Y-at.Y) < (tip.Y-at.Y)*(p.X-at.X) {
					half = 1
				}
				return k.of(80+int32(i), int32(j)*2+half, 4.5, ramp(0x10703a, 0x30a840, 0x80d050)), true
			}
		}
	}
	return pieceOfGlass{}, false
}
