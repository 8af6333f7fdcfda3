package main

import (
	"math"
	"math/rand/v2"
)

// poppies is a field in the evening, laid on with broad brushes and a loaded knife.
func poppies(r *rand.Rand) *Canvas {
	const w, h = 1024, 800
	m := &meadow{w: w, h: h, air: 61}
	study := newStudy(w, h, m.colour, m.flow)
	c := newCanvas(w, h, hex(0x8a4a2c))
	c.weave(0.3, 62)
	c.paint(study, Layer{Brush: Brush{Width: 40, Body: 3.2, Dry: 0.35, Comb: 1}, Length: 110, Spacing: 22, Light: 0.05, Chroma: 0.03}, r)
	c.paint(study, Layer{Brush: Brush{Width: 25, Body: 3.8, Dry: 0.4, Comb: 1}, Length: 70, Spacing: 17, Light: 0.06, Chroma: 0.035, Differ: 0.05}, r)
	c.paint(study, Layer{Brush: Brush{Width: 14, Body: 3.4, Dry: 0.3, Comb: 0.9}, Length: 40, Spacing: 10, Light: 0.06, Chroma: 0.03, Differ: 0.16}, r)
	c.paint(study, Layer{Brush: Brush{Width: 8, Body: 3, Dry: 0.2, Comb: 0.7}, Length: 24, Spacing: 6, Light: 0.05, Chroma: 0.02, Differ: 0.24}, r)
	m.grass(c, r)
	m.bloom(c, r)
	c.light(Light{Depth: 0.5, Shade: 0.46, Gloss: 0.14})
	return c
}

type meadow struct {
	w, h float64
	air  Noise
}

// horizon is where the field meets the trees, as a share of the height.
const horizon = 0.44

func (m *meadow) flow(p Point) Point {
	y := p.Y / m.h
	switch {
	case m.tree(p) > 0:
		return Point{0.6 * math.Sin(p.X/30+p.Y/40), 1}
	case y < m.hill(p.X):
		return Point{1, 0.45*math.Sin(p.X/130+p.Y/60) + 0.8*m.air.octaves(p.X/140, p.Y/140, 2)}
	case y < horizon:
		return Point{1, -0.35 * math.Cos(5*p.X/m.w)}
	}
	// Rows run to the vanishing point, strokes in the grass mostly stand.
	row := Point{p.X - 0.60*m.w, p.Y - (horizon-0.04)*m.h}.unit()
	return row.mix(Point{0.25 * m.air.at(p.X/50, p.Y/50), 1}, 0.35)
}

func (m *meadow) hill(x float64) float64 {
	t := x / m.w
	return 0.345 - 0.055*math.Sin(4.4*t+0.2) - 0.014*math.Sin(13*t+1)
}

// tree is positive inside one of the poplars and bushes along the field.
func (m *meadow) tree(p Point) float64 {
	x, y := p.X/m.w, p.Y/m.h
	best := -1.0
	for _, k := range []struct{ x, foot, rx, ry float64 }{
		{0.865, 0.47, 0.040, 0.210}, {0.925, 0.48, 0.046, 0.250}, {0.985, 0.47, 0.040, 0.190}, {0.805, 0.455, 0.032, 0.140},
		{0.06, 0.455, 0.085, 0.075}, {0.19, 0.45, 0.07, 0.050}, {0.34, 0.445, 0.05, 0.035}, {0.70, 0.45, 0.06, 0.040},
	} {
		u, v := (x-k.x)/k.rx, (y-k.foot+k.ry)/k.ry
		best = math.Max(best, 1-u*u-v*v+0.25*m.air.octaves(26*x, 26*y, 2))
	}
	return best
}

func (m *meadow) colour(p Point) RGB {
	x, y := p.X/m.w, p.Y/m.h
	if k := m.tree(p); k > 0 {
		lit := 0.5 + 0.55*m.air.octaves(22*x, 16*y, 2) + 0.25*math.Sin(40*x)
		return ramp(0x14264a, 0x1a4a4a, 0x2f6a3a, 0x7a8a2c, 0xe0a83a).at(0.75 * lit)
	}
	if y < m.hill(p.X) {
		return m.sky(x, y)
	}
	if y < horizon {
		t := 0.5 + 0.5*math.Sin((y-m.hill(p.X))*95+5*m.air.octaves(5*x, 9*y, 2))
		return ramp(0x3a3f8c, 0x6a5aa8, 0xb07aa0, 0xe8a070).at(0.2 + 0.6*t)
	}
	d := (y - horizon) / (1 - horizon)
	if d < 0.10+0.035*m.air.octaves(18*x, 3, 3) {
		return ramp(0xf6c84a, 0xe8a030, 0xffe28a).at(0.5 + 0.6*m.air.octaves(30*x, 90*y, 2))
	}
	drift := m.air.octaves(5*x/(0.25+d), 5.5*math.Log(d), 3)
	red := ramp(0x8a1020, 0xd02418, 0xf04a20, 0xff8a3a)
	green := ramp(0x173a30, 0x2a6a34, 0x6a9a34, 0xb8b440)
	tone := 0.5 + 0.6*m.air.octaves(30*x, 14*y, 2)
	return green.at(tone).mix(red.at(tone), 0.9*smooth(-0.12, 0.10, drift+0.18*(1-d)))
}

// sky burns near the horizon and turns blue above, with clouds lit from below.
func (m *meadow) sky(x, y float64) RGB {
	sun := Point{x, y}.distance(Point{0.42, 0.315})
	if sun < 0.055 {
		return hex(0xfff8d8)
	}
	c := ramp(0xfff0a0, 0xffc050, 0xf88a4a, 0xd8708a, 0x8a70b8, 0x4a70c0, 0x2a58a8, 0x1f4490).at(1.25*sun - 0.04)
	cloud := m.air.octaves(3.6*x+0.8*y, 10*y, 3) + 0.10*math.Sin(14*y+5*x)
	lit := ramp(0x6a4a90, 0xc86a88, 0xff9a6a, 0xffd890, 0xfff4d0).at(1.15 - 1.3*sun + 0.8*(cloud-0.2))
	return c.mix(lit, 0.95*smooth(0.02, 0.20, cloud))
}

// grass sets blades among the flowers, longer nearer by.
func (m *meadow) grass(c *Canvas, r *rand.Rand) {
	blades := ramp(0x123a2c, 0x2f7a34, 0x8ab83a, 0xe0cc50, 0x3a5a80)
	for i := range 620 {
		d := float64(i) / 620
		p := Point{m.w * r.Float64(), m.h * (0.56 + 0.50*d)}
		tall := 14 + 78*d*r.Float64()
		lean := 0.5 * spread(r)
		path := curve(p, p.add(Point{lean * tall * 0.3, -tall * 0.6}), p.add(Point{lean * tall, -tall}), 8)
		colour := blades.pick(r)
		c.stroke(Brush{Width: 3 + 4*d, Body: 2.6, Dry: 0.3, Comb: 0.8}, Load{colour, colour.vary(r, 0.1, 0.04), 0.4}, path, r.Uint32())
	}
}

// bloom lays the poppies, the far ones as touches, the near ones petal by petal.
func (m *meadow) bloom(c *Canvas, r *rand.Rand) {
	reds := ramp(0xc01818, 0xe82c18, 0xff5426, 0xff7a3a, 0xd81838)
	for i := range 420 {
		d := math.Sqrt(float64(i) / 420)
		p := Point{m.w * (1.1*r.Float64() - 0.05), m.h * (0.52 + 0.46*d*d)}
		size := 4 + 34*d*d*(0.6+0.5*r.Float64())
		if r.Float64() < 0.10 { // cornflowers and daisies
			c.dab(p, 0.32*size, 0.26*size, math.Pi*r.Float64(), 3, ramp(0x3a5ad8, 0x8a70e0, 0xfff6e0).pick(r), r.Uint32())
			continue
		}
		if size < 11 {
			c.dab(p, 0.8*size, 0.6*size, 0.4*spread(r), 3, reds.pick(r), r.Uint32())
			continue
		}
		m.poppy(c, p, size, reds, r)
	}
}

func (m *meadow) poppy(c *Canvas, p Point, size float64, reds Ramp, r *rand.Rand) {
	stem := curve(p, p.add(Point{6 * spread(r), size}), p.add(Point{14 * spread(r), 2.3 * size}), 8)
	c.stroke(Brush{Width: 3.5, Body: 2.5, Comb: 0.6}, Load{hex(0x2a5a2c), hex(0x9ab03a), 0.4}, stem, r.Uint32())
	turn := 2 * math.Pi * r.Float64()
	for k := range 5 {
		a := turn + 2*math.Pi*float64(k)/5 + 0.3*spread(r)
		squash := Point{1, 0.72}
		from, to := polar(0.50*size, a-0.85), polar(0.50*size, a+0.85)
		mid := polar(0.78*size, a)
		path := curve(p.add(Point{from.X, from.Y * squash.Y}), p.add(Point{mid.X, mid.Y * squash.Y}), p.add(Point{to.X, to.Y * squash.Y}), 10)
		// Petals towards the sun, above, are the lighter ones.
		main := reds.pick(r).vary(r, 0.03, 0.02).scale(0.86 - 0.22*math.Sin(a))
		c.stroke(Brush{Width: 0.80 * size, Body: 4.2, Comb: 1}, Load{main, hex(0xff9a50), 0.32 * r.Float64()}, path, r.Uint32())
	}
	c.dab(p, 0.24*size, 0.19*size, 0, 3, hex(0x1c1420), r.Uint32())
	c.dab(p.add(Point{-0.06 * size, -0.06 * size}), 0.08*size, 0.06*size, 0, 3, hex(0x9ab050), r.Uint32())
}
