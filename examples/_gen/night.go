package main

import (
	"math"
	"math/rand/v2"
)

// night is a village by a lake under a turning sky, in thick strokes that follow the wind.
func night(r *rand.Rand) *Canvas {
	const w, h = 1024, 832
	n := newNightfall(w, h, r)
	study := newStudy(w, h, n.colour, n.flow)
	c := newCanvas(w, h, hex(0x1b2340))
	c.weave(0.25, 11)
	c.paint(study, Layer{Brush: Brush{Width: 26, Body: 2.2, Dry: 0.3, Comb: 0.7}, Length: 120, Spacing: 15, Light: 0.035, Chroma: 0.015}, r)
	c.paint(study, Layer{Brush: Brush{Width: 16, Body: 2.9, Dry: 0.3, Comb: 0.9}, Length: 84, Spacing: 12, Light: 0.055, Chroma: 0.025}, r)
	c.paint(study, Layer{Brush: Brush{Width: 9, Body: 2.6, Dry: 0.35, Comb: 0.8}, Length: 48, Spacing: 8, Light: 0.06, Chroma: 0.03, Differ: 0.10}, r)
	c.paint(study, Layer{Brush: Brush{Width: 6, Body: 2.4, Dry: 0.3, Comb: 0.6}, Length: 26, Spacing: 5, Light: 0.05, Chroma: 0.02, Differ: 0.13}, r)
	n.windows(c, r)
	c.light(Light{Depth: 0.5, Shade: 0.42, Gloss: 0.16})
	return c
}

// star is a light in the sky: also the eye of a whirl of the strokes around it.
type star struct {
	Point
	radius float64 // of the disc in pixels; the halo is six times as large
	colour RGB
}

type whirl struct {
	Point
	radius, spin float64
}

type nightfall struct {
	w, h   float64
	shore  float64 // where the lake begins
	stars  []star
	whirls []whirl
	houses []house
	air    Noise
	sky    Ramp
	halo   Ramp
	arms   Ramp // of the whirls
	hills  []Ramp
	water  Ramp
}

// house is a wall with a roof; x and y are the middle of its foot.
type house struct {
	x, y, width, height float64
	steeple             bool
	lit                 RGB
}

func newNightfall(w, h float64, r *rand.Rand) *nightfall {
	n := &nightfall{
		w: w, h: h, shore: 0.80 * h, air: 7,
		sky:   ramp(0x0d1740, 0x16307a, 0x2455a8, 0x3d86c4, 0x86bfd2, 0x2f66b0, 0x1a3a86, 0x122058),
		halo:  ramp(0xfff6c8, 0xffe06a, 0xf6b73c, 0xd9c76a, 0x8fc0a0, 0x3f7fb4),
		water: ramp(0x0a1236, 0x142a66, 0x1f4c92, 0x3a7fb0),
		arms:  ramp(0x101c50, 0x1d3f8c, 0x3f86c4, 0x9fd0d4, 0x6aaccc, 0x2a62ac, 0x162a6a, 0x101c50),
		hills: []Ramp{
			ramp(0x2a4f8c, 0x3d73a4, 0x24437c, 0x5590b0),
			ramp(0x1c3a6a, 0x2c6478, 0x3f8a7c, 0x1a2f5c),
			ramp(0x12254a, 0x1f5048, 0x4a7a3c, 0x16324a),
		},
	}
	n.whirls = []whirl{
		{Point{0.52 * w, 0.30 * h}, 150, 1.5}, {Point{0.70 * w, 0.40 * h}, 95, -1.1}, {Point{0.30 * w, 0.45 * h}, 90, -0.8},
	}
	n.stars = []star{{Point{0.845 * w, 0.17 * h}, 40, hex(0xfff0b0)}}
	for _, p := range []Point{{0.07, 0.10}, {0.25, 0.13}, {0.42, 0.07}, {0.36, 0.27}, {0.63, 0.10}, {0.70, 0.22}, {0.94, 0.40}, {0.855, 0.45}, {0.08, 0.36}, {0.56, 0.46}} {
		n.stars = append(n.stars, star{Point{p.X * w, p.Y * h}, 7 + 6*r.Float64(), hex(0xfffbe4)})
	}
	for x := 0.30 * w; x < 0.93*w; {
		s := house{x: x, y: n.shore - 3 - 16*r.Float64(), width: 22 + 16*r.Float64(), height: 15 + 12*r.Float64()}
		s.lit = ramp(0xffd75a, 0xffb43a, 0xff8f3a, 0xfff0a0).pick(r)
		x += s.width * (0.9 + 0.9*r.Float64())
		n.houses = append(n.houses, s)
	}
	n.houses = append(n.houses, house{x: 0.62 * w, y: n.shore - 16, width: 30, height: 44, steeple: true, lit: hex(0xffcf5a)})
	return n
}

// stream is the stream function of the wind: the strokes run along its level lines.
func (n *nightfall) stream(p Point) float64 {
	x, y := p.X/n.w, p.Y/n.w
	v := 260*y + 34*math.Sin(5.2*x+1.1+2.5*y) + 16*math.Sin(11*x-7*y) + 14*n.air.at(4*x, 4*y)
	for _, k := range n.whirls {
		v += k.spin * k.radius * bell(p.distance(k.Point)/(0.62*k.radius))
	}
	return v
}

// flow is the direction of the brush at p.
func (n *nightfall) flow(p Point) Point {
	switch {
	case n.cypress(p) > 0:
		return Point{0.35 * math.Sin(p.Y/17+p.X/9), 1}
	case p.Y > n.shore:
		return Point{1, 0.12 * math.Sin(p.X/40+p.Y/9)}
	case n.house(p) != nil:
		return Point{0.1, 1}
	}
	for i := len(n.hills) - 1; i >= 0; i-- {
		if y := n.ridge(i, p.X); p.Y > y {
			slope := n.ridge(i, p.X+4) - n.ridge(i, p.X-4)
			return Point{8, slope + 2.5*n.air.at(p.X/60, p.Y/20)}
		}
	}
	for _, s := range n.stars {
		if d := p.sub(s.Point); d.length() < 4.6*s.radius {
			return Point{-d.Y, d.X}
		}
	}
	const e = 1.5
	dx := n.stream(Point{p.X + e, p.Y}) - n.stream(Point{p.X - e, p.Y})
	dy := n.stream(Point{p.X, p.Y + e}) - n.stream(Point{p.X, p.Y - e})
	wind := Point{dy, -dx}.unit()
	for _, k := range n.whirls {
		d := p.sub(k.Point)
		arm := Point{-d.Y, d.X}.unit().rotate(-armPitch * math.Copysign(1, k.spin))
		if arm.dot(wind) < 0 {
			arm = arm.scale(-1)
		}
		wind = wind.mix(arm, smooth(1.15, 0.85, d.length()/k.radius))
	}
	return wind
}

// armPitch is the angle in radians between a whirl's spiral arms and circles around it.
const armPitch = 0.23

// ridge is the height of the i-th range of hills, from the farthest.
func (n *nightfall) ridge(i int, x float64) float64 {
	t := x / n.w
	switch i {
	case 0:
		return n.h * (0.600 - 0.060*math.Sin(4.1*t+0.4) - 0.035*math.Sin(9.7*t+1.8) - 0.008*math.Sin(31*t))
	case 1:
		return n.h * (0.672 - 0.045*math.Sin(5.6*t+2.9) - 0.018*math.Sin(14*t+0.5))
	default:
		return n.h * (0.742 - 0.030*math.Sin(3.8*t+5.0) - 0.012*math.Sin(17*t+2.2))
	}
}

// cypress is positive inside the dark trees at the left, and grows towards their middle.
func (n *nightfall) cypress(p Point) float64 {
	best := -1.0
	for _, t := range []struct{ x, foot, top, width float64 }{{0.135, 1.02, 0.13, 58}, {0.215, 1.02, 0.40, 40}, {0.045, 1.02, 0.52, 44}} {
		u := (t.foot*n.h - p.Y) / ((t.foot - t.top) * n.h) // 0 at the foot, 1 at the tip
		if u < 0 || u > 1 {
			continue
		}
		belly := math.Pow(1-u, 0.75) * (0.75 + 0.45*math.Sin(2.6*u+0.5))
		flame := 9*math.Sin(p.Y/23+t.x*40) + 6*n.air.at(p.Y/14, t.x*50)
		edge := t.width*belly + 5*n.air.at(p.X/7, p.Y/16)*math.Min(1, 6*(1-u))
		best = math.Max(best, 1-math.Abs(p.X-t.x*n.w+flame*(0.3+u))/math.Max(edge, 1))
	}
	return best
}

// house is the house whose wall or roof covers p, nil where there is none.
func (n *nightfall) house(p Point) *house {
	for i := range n.houses {
		s := &n.houses[i]
		up, side := s.y-p.Y, math.Abs(p.X-s.x)
		if up < 0 {
			continue
		}
		roof := 0.75 * s.width / 2
		if s.steeple {
			roof = 78
		}
		if up < s.height && side < s.width/2 || up >= s.height && side < (s.width/2+3)*(1-(up-s.height)/roof) {
			return s
		}
	}
	return nil
}

func (n *nightfall) colour(p Point) RGB {
	if k := n.cypress(p); k > 0 {
		streak := 0.5 + 0.5*math.Sin(p.X/6+2.2*math.Sin(p.Y/26))
		return ramp(0x0a1712, 0x12301f, 0x1f4a2a, 0x3d6a2e, 0x7a8a3a).at(0.75*streak*(1.15-k) + 0.1)
	}
	if p.Y > n.shore {
		return n.lake(p)
	}
	if s := n.house(p); s != nil {
		if s.y-p.Y >= s.height {
			return hex(0x5a3038).mix(hex(0x1c2a58), clamp((p.X-s.x)/s.width+0.5, 0, 1))
		}
		return hex(0x6f7fb0).mix(hex(0x26356e), clamp((p.X-s.x)/s.width+0.5, 0, 1))
	}
	for i := len(n.hills) - 1; i >= 0; i-- {
		if y := n.ridge(i, p.X); p.Y > y {
			t := 0.5 + 0.5*math.Sin((p.Y-y)/9+3*n.air.octaves(p.X/90, p.Y/40, 2)+float64(i))
			edge := smooth(7, 1, p.Y-y)
			return n.hills[i].at(t).mix(hex(0x0c1838), 0.75*edge)
		}
	}
	return n.heaven(p)
}

// heaven is the sky with its lights: bands of blue along the wind, and rings around the stars.
func (n *nightfall) heaven(p Point) RGB {
	v := n.stream(p)
	t := fract(v/92 + 0.12*n.air.octaves(p.X/120, p.Y/120, 3))
	c := n.sky.at(t)
	for _, k := range n.whirls {
		d := p.sub(k.Point)
		ring := d.length() / k.radius
		arms := fract((math.Atan2(d.Y, d.X)-math.Copysign(1/armPitch, k.spin)*math.Log(ring+0.02))/math.Pi + 0.05*n.air.at(p.X/20, p.Y/20))
		c = c.mix(n.arms.at(arms), 0.9*smooth(1.1, 0.6, ring))
	}
	glow := smooth(0.25*n.h, 0.62*n.h, p.Y)
	c = c.mix(hex(0x6fb4c0), 0.45*glow)
	for i, s := range n.stars {
		d := p.distance(s.Point)
		ring := d / s.radius
		if i == 0 {
			// The moon's own light is put on last; here is its dark side and its halo.
			ring = math.Max(ring, 0.9)
			c = c.mix(n.halo.at((ring-0.6)/3.4+0.06*math.Sin(9*ring)), smooth(4.8, 1.2, ring))
			continue
		}
		if ring < 1 {
			return s.colour
		}
		c = c.mix(n.halo.at((ring-0.8)/4.2+0.08*math.Sin(7*ring)), 0.95*smooth(5.2, 1.4, ring))
	}
	return c
}

// lake mirrors the sky, broken by ripples, and the moon and the windows in columns of light.
func (n *nightfall) lake(p Point) RGB {
	deep := (p.Y - n.shore) / (n.h - n.shore)
	ripple := n.air.octaves(p.X/70, p.Y/7, 3)
	c := n.water.at(0.62 - 0.45*deep + 0.5*ripple)
	if p.Y < n.shore+5 {
		return hex(0x0b1634)
	}
	shine := func(x, width float64, light RGB, strength float64) {
		k := bell((p.X-x+14*ripple)/(width*(0.7+0.7*deep))) * smooth(-0.25, 0.25, (n.air+5).at(p.X/26, p.Y/6.5)+0.15)
		c = c.mix(light, strength*k)
	}
	shine(n.stars[0].X, 46, hex(0xffe68a), 0.95)
	for i, s := range n.houses {
		if i%3 != 1 {
			shine(s.x, 8, s.lit, 0.9*(1-0.75*deep))
		}
	}
	return c
}

// windows puts the lit windows, the bright heart of every star, and touches of light on the roofs.
func (n *nightfall) windows(c *Canvas, r *rand.Rand) {
	for _, s := range n.houses {
		if n.cypress(Point{s.x, s.y - s.height/2}) > 0 {
			continue
		}
		roof := Point{s.x - s.width/2 - 2, s.y - s.height}
		tip := Point{s.x, s.y - s.height - 0.75*s.width/2}
		if s.steeple {
			tip.Y = s.y - s.height - 76
		}
		c.stroke(Brush{Width: 4, Body: 2, Comb: 0.5}, Load{hex(0x9fb4d8), hex(0xd08a6a), 0.4}, []Point{roof, tip}, r.Uint32())
		for _, dx := range []float64{-0.22, 0.22} {
			at := Point{s.x + dx*s.width, s.y - 0.62*s.height}
			c.stroke(Brush{Width: 5.5, Body: 2.6, Comb: 0.3}, Load{s.lit, hex(0xfff4c0), 0.4}, []Point{at, at.add(Point{0.5, 0.3 * s.height})}, r.Uint32())
		}
	}
	moon := n.stars[0]
	for k := range 3 {
		path := make([]Point, 24)
		for i := range path {
			a := lerp(0.9+0.35*float64(k), 4.85-0.35*float64(k), float64(i)/23)
			path[i] = moon.add(polar(moon.radius-7*float64(k), a)).add(Point{1.5, -0.8}.scale(float64(k)))
		}
		c.stroke(Brush{Width: 10, Body: 3.4, Comb: 0.4}, Load{hex(0xfffdea), hex(0xffeaa0), 0.4}, path, r.Uint32())
	}
	for _, s := range n.stars[1:] {
		for k := range 7 {
			a := float64(k)*0.9 + r.Float64()
			p := s.add(polar(s.radius*0.55, a))
			q := s.add(polar(s.radius*0.55, a+0.9))
			c.stroke(Brush{Width: 0.8 * s.radius, Body: 3.2, Comb: 0.4}, Load{hex(0xfffdf0), hex(0xfff0a8), 0.4}, []Point{p, q}, r.Uint32())
		}
	}
}
