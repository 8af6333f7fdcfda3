package main

import (
	"math"
	"math/rand/v2"
)

// dots is a river in the late sun made of touches of pure colour, which the eye mixes.
func dots(r *rand.Rand) *Canvas {
	const w, h = 1024, 800
	s := &shoreline{w: w, h: h, air: 31}
	study := newStudy(w, h, s.colour, func(Point) Point { return Point{1, 0} })
	c := newCanvas(w, h, hex(0xe9dcc0))
	// A thin wash lies under the dots, as the dark parts would sparkle white otherwise.
	c.fill(func(p Point) RGB { return study.at(p).mix(hex(0xd8c8b0), 0.22) })
	c.weave(0.3, 32)
	for _, pass := range []struct {
		size, spacing, contrast float64
	}{{9.5, 9.5, 0.7}, {7.2, 8.4, 1.0}, {5.0, 8.0, 1.1}} {
		i := 0
		for y := 0.0; y < h+8; y += pass.spacing * 0.87 {
			i++
			for x := 0.5 * pass.spacing * float64(i%2); x < w+8; x += pass.spacing {
				p := Point{x + 0.42*pass.spacing*spread(r), y + 0.42*pass.spacing*spread(r)}
				size := pass.size * (0.72 + 0.4*r.Float64()) / 2 * 1.25
				c.dab(p, 1.12*size, size, math.Pi*r.Float64(), 1.5, pointille(study.at(p), pass.contrast, r), r.Uint32())
			}
		}
	}
	c.light(Light{Depth: 0.5, Shade: 0.30, Gloss: 0.05})
	return c
}

// pointille returns the colour of one touch where the eye is to see want: mostly want itself, purer;
// sometimes a neighbour in hue, sometimes its complement; the mean stays want's.
func pointille(want RGB, contrast float64, r *rand.Rand) RGB {
	k := want.lab()
	hue, chroma := math.Atan2(k.B, k.A), math.Sqrt(k.A*k.A+k.B*k.B)
	light := k.L + 0.07*contrast*spread(r)
	switch v := r.Float64(); {
	case v < 0.58:
		hue += 0.25 * spread(r)
		chroma = 1.35*chroma + 0.03*contrast
	case v < 0.72:
		hue += contrast * (0.6 + 0.3*r.Float64())
		chroma = 1.1*chroma + 0.05*contrast
	case v < 0.86:
		hue -= contrast * (0.6 + 0.3*r.Float64())
		chroma = 1.1*chroma + 0.05*contrast
	default: // the complement
		hue += math.Pi + 0.5*spread(r)
		chroma = 0.05 + 0.07*contrast
		light += 0.06 * contrast * spread(r)
	}
	a := polar(chroma, hue)
	return Lab{light, a.X, a.Y}.rgb()
}

type shoreline struct {
	w, h float64
	air  Noise
}

// colour is the picture without its dots, from the front to the back.
func (s *shoreline) colour(p Point) RGB {
	x, y := p.X/s.w, p.Y/s.w // both in units of the width; the picture is 0.78 high
	if c, ok := s.tree(x, y); ok {
		return c
	}
	if c, ok := s.people(x, y); ok {
		return c
	}
	bank := 0.60 - 0.13*smooth(0.85, 0.0, x) + 0.012*math.Sin(9*x) + 0.006*s.air.at(40*x, 0)
	if y > bank {
		return s.grass(x, y, y-bank)
	}
	if c, ok := s.boats(x, y); ok {
		return c
	}
	const horizon = 0.335
	if y > horizon {
		return s.river(x, y-horizon)
	}
	return s.far(x, y, horizon)
}

// far is the sky, the hills and the woods beyond the river.
func (s *shoreline) far(x, y, horizon float64) RGB {
	wood := horizon - 0.030 - 0.020*s.air.octaves(9*x, 1, 3) - 0.05*smooth(0.60, 1.05, x)
	if y > wood {
		t := 0.5 + 0.6*s.air.octaves(40*x, 60*y, 2)
		return ramp(0x2f5f86, 0x3f8a68, 0x8ab558, 0xd8c860).at(0.25*t + 0.5*smooth(0.02, 0, y-wood) + 0.1)
	}
	hill := horizon - 0.105 - 0.030*math.Sin(6*x+0.8) - 0.010*math.Sin(17*x)
	if y > hill {
		return ramp(0x8f86c8, 0xa9a0d8, 0xe6b8b8).at(0.5 + 0.6*s.air.octaves(14*x, 40*y, 2) - 3*(y-hill) + 0.3*bell((x-0.72)/0.12))
	}
	d := Point{x, y}.distance(Point{0.72, 0.135})
	if d < 0.034 {
		return hex(0xfff6c0)
	}
	c := ramp(0xffefa0, 0xffd27a, 0xfbb48a, 0xe8b4c0, 0xb2bfe0, 0x86b2e4, 0x6a98dc).at(1.35*d + 0.04)
	cloud := s.air.octaves(5*x+3, 17*y, 4) + 0.12
	return c.mix(ramp(0xb48fc8, 0xf7b79a, 0xfff0c8).at(0.9-1.2*d+0.5*cloud), 0.85*smooth(0.12, 0.42, cloud))
}

// river mirrors the far shore and the sun; d is the distance below the horizon.
func (s *shoreline) river(x, d float64) RGB {
	ripple := s.air.octaves(10*x, 90*d/(0.4+2*d), 3)
	mirror := s.far(x+0.012*ripple, 0.335-0.95*d+0.010*ripple, 0.335)
	c := mirror.mix(ramp(0x1f50b0, 0x3a88d4, 0x7ad0dc).at(0.5+0.7*ripple), 0.55+0.5*d)
	sun := bell((x-0.72+0.02*ripple)/(0.022+0.11*d)) * smooth(-0.2, 0.25, ripple+0.05)
	return c.mix(hex(0xffe48c), 0.9*sun)
}

// grass is the near bank: sunlit bands, blue shadows, and flowers towards the front.
func (s *shoreline) grass(x, y, d float64) RGB {
	t := 0.56 + 0.5*s.air.octaves(7*x, 26*y, 3)
	shade := smooth(0.02, -0.04, y-0.67+0.16*x+0.03*s.air.octaves(8*x, 20*y, 2)) * smooth(0.75, 0.35, x)
	c := ramp(0x4f8a3a, 0x86b23c, 0xc9d04a, 0xf2dc66).at(t)
	c = c.mix(ramp(0x1f4470, 0x24706a, 0x3f8a50).at(t), 0.85*shade)
	if d < 0.012 {
		return hex(0xe8c88a).mix(hex(0x6a7a50), 0.5+0.5*s.air.at(60*x, 30*y))
	}
	// Flowers stand in drifts.
	drift := (s.air + 3).octaves(6*x, 12*y, 2)
	cell := (s.air + 4).hash(int(95*x+2*s.air.at(30*x, 30*y)), int(120*y))
	if drift > -0.05 && cell > 0.58 && d > 0.03 {
		return ramp(0xf03a3a, 0xff8fb0, 0xfff2e8, 0xb060d0, 0xffa028).at(fract(7*cell + 2*drift))
	}
	return c
}

// tree stands at the left and hangs over the river.
func (s *shoreline) tree(x, y float64) (RGB, bool) {
	crowns := []struct{ x, y, rx, ry float64 }{
		{0.08, 0.10, 0.20, 0.13}, {0.26, 0.07, 0.17, 0.085}, {0.02, 0.23, 0.15, 0.09}, {0.22, 0.19, 0.13, 0.065}, {0.40, 0.045, 0.10, 0.050},
	}
	for i, k := range crowns {
		u, v := (x-k.x)/k.rx, (y-k.y)/k.ry
		rough := 0.30 * s.air.octaves(22*x, 22*y, 3)
		if d := u*u + v*v + rough; d < 1 {
			lit := 0.45 + 0.42*u - 0.38*v + 0.55*s.air.octaves(34*x+float64(i), 34*y, 2)
			return ramp(0x1c3a6a, 0x1f5a58, 0x2f7a3e, 0x78a83a, 0xd8c848, 0xffe070).at(0.55*lit + 0.18), true
		}
	}
	trunk := 0.105 + 0.030*math.Sin(7*y+1.2)
	width := 0.020 + 0.030*smooth(0.42, 0.60, y)
	if y < 0.59 && math.Abs(x-trunk) < width {
		t := (x-trunk)/width*0.5 + 0.5
		return ramp(0x2a2458, 0x6a3a5a, 0xb8683c, 0xf2b060).at(t + 0.25*s.air.octaves(60*x, 20*y, 2)), true
	}
	branch := 0.30 - 0.55*(x-0.12)
	if x > 0.11 && x < 0.36 && math.Abs(y-branch) < 0.010-0.02*(x-0.11) {
		return hex(0x5a3458), true
	}
	return RGB{}, false
}

// boats sail on the river, with their reflections.
func (s *shoreline) boats(x, y float64) (RGB, bool) {
	for _, b := range []struct {
		x, y, size float64
		sail       Ramp
	}{
		{0.50, 0.415, 0.130, ramp(0xfff6e0, 0xffe0a8, 0xd8c0e0)},
		{0.885, 0.375, 0.072, ramp(0xffc890, 0xf58a5a, 0xc85a6a)},
		{0.625, 0.362, 0.045, ramp(0xffffff, 0xf6e8d0, 0xc8c8f0)},
	} {
		u, up := (x-b.x)/b.size, (b.y-y)/b.size
		mirrored := up < -0.10
		if mirrored {
			up = (-up - 0.20) * 1.15
			u += 0.05 * s.air.octaves(30*x, 160*y, 2)
		}
		var c RGB
		switch {
		case up > -0.10 && up < 0.07 && math.Abs(u) < 0.40+0.9*up:
			c = ramp(0x8a2c38, 0x3a2450).at(0.4 + u)
		case up >= 0.10 && up < 1.05 && u > -0.02 && u < 0.42*(1.05-up)+0.04*math.Sin(3*up):
			c = b.sail.at(u*1.6 + 0.15*up)
		case up >= 0.10 && up < 0.85 && u < -0.04 && u > -0.36*(0.9-up):
			c = b.sail.at(0.45 - 1.2*u)
		default:
			continue
		}
		if mirrored {
			c = c.mix(hex(0x5a9cc8), 0.45+0.3*s.air.octaves(20*x, 120*y, 2))
		}
		return c, true
	}
	return RGB{}, false
}

// people walk on the bank under parasols.
func (s *shoreline) people(x, y float64) (RGB, bool) {
	for _, k := range []struct {
		x, y, size    float64
		dress, shade  Ramp
		parasol, turn float64
	}{
		{0.615, 0.690, 0.150, ramp(0x7a2a6a, 0xb8488a, 0xf090b0), ramp(0xd83a30, 0xf57a4a, 0xffc080), 1, 0.10},
		{0.690, 0.700, 0.150, ramp(0x1c2a5a, 0x34508a, 0x7a98c8), ramp(0x1c2040, 0x4a4870, 0x8a7a90), 0, 0},
		{0.335, 0.585, 0.085, ramp(0xe8e0f0, 0xfff4d8, 0xffffff), ramp(0x3a8a8a, 0x68b8a8, 0xc0e8c0), 1, -0.12},
	} {
		u, up := (x-k.x)/k.size, (k.y-y)/k.size
		lit := 0.5 + 1.6*u
		switch {
		case up > 0 && up < 0.62 && math.Abs(u) < 0.085+0.15*math.Pow(1-up/0.62, 1.5)*k.parasol+0.03*(1-k.parasol):
			return k.dress.at(lit + 0.3*s.air.at(u*30, up*6)), true
		case up >= 0.60 && up < 0.84 && math.Abs(u) < 0.085-0.02*math.Abs(up-0.7):
			return k.dress.at(lit - 0.1), true
		case math.Hypot(u, up-0.90) < 0.062:
			return ramp(0xb06a4a, 0xf0c09a).at(lit), true
		case k.parasol == 0 && up > 0.93 && up < 1.06 && math.Abs(u) < 0.062 || k.parasol == 0 && math.Abs(up-0.945) < 0.018 && math.Abs(u) < 0.10:
			return hex(0x2a2038), true
		}
		if k.parasol == 0 {
			continue
		}
		v, top := u-k.turn, up-0.98
		if d := v*v/0.115 + top*top/0.055; d < 1 && top > 0.02*math.Cos(40*v) {
			return k.shade.at(0.5 + 1.1*v + 0.9*top*0.5), true
		}
		if math.Abs(v*0.6-0.0) < 0.008 && top < 0.05 && top > -0.4 {
			return hex(0x6a4038), true
		}
	}
	return RGB{}, false
}
