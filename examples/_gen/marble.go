package main

import (
	"math"
	"math/rand/v2"
)

// marble is paper marbled in the Turkish way (ebru): a combed ground with flowers drawn into it.
// Inks float on water and only ever move, so the place on the paper is traced back through all
// movements to the drop of ink from which it came (Lu, Jaffer, Jin, Zhao, Mao: Mathematical
// Marbling, IEEE CG&A 2012).
func marble(r *rand.Rand) *Canvas {
	const w, h = 2 * 832, 2 * 1024
	var b basin
	b.ground(w, h, r)
	b.flowers(w, h, r)
	c := newCanvas(w, h, RGB{})
	paper, grain := Noise(21), Noise(22)
	c.fill(func(p Point) RGB {
		colour, q, depth := b.ink(p)
		// Ink thins towards the middle of a drop, and gathers in grains.
		mottle := 0.06*grain.octaves(q.X/26, q.Y/26, 3) + 0.05*grain.at(q.X/2.2, q.Y/2.2)
		return colour.scale(1 + mottle - 0.10*depth + 0.035*paper.octaves(p.X/5, p.Y/5, 2))
	})
	c = c.halved()
	for i := range c.Relief {
		c.Relief[i] = 0.9 * paper.octaves(float64(i%c.W)/3, float64(i/c.W)/3, 3)
	}
	c.light(Light{Depth: 0.5, Shade: 0.14, Gloss: 0})
	return c
}

// movement is one manipulation of the floating ink. Only one of the two is set.
type movement struct {
	drop  *drop
	shift func(p Point) Point // back: where the ink at p was before
}

type drop struct {
	Point
	radius float64
	colour RGB
}

// basin is the sequence of movements of the ink.
type basin []movement

func (b *basin) drop(p Point, radius float64, colour RGB) {
	*b = append(*b, movement{drop: &drop{p, radius, colour}})
}

// comb draws parallel tines through the whole basin along dir: the ink moves by pull on a tine and
// half as much at the distance soft from it. Every second tine goes the other way where alternate.
func (b *basin) comb(dir Point, gap, phase, pull, soft float64, alternate bool) {
	dir = dir.unit()
	across := Point{-dir.Y, dir.X}
	*b = append(*b, movement{shift: func(p Point) Point {
		v := across.dot(p)/gap + phase
		k := math.Round(v)
		z := pull * math.Exp2(-math.Abs(v-k)*gap/soft)
		if alternate && int(k)%2 != 0 {
			z = -z
		}
		return p.sub(dir.scale(z))
	}})
}

// stylus draws one short line from one place to another: ink near its path follows its point.
func (b *basin) stylus(from, to Point, soft float64) {
	pull, middle, reach := to.sub(from), from.mix(to, 0.5), from.distance(to)/2+4*soft
	*b = append(*b, movement{shift: func(p Point) Point {
		if away := p.sub(middle); away.dot(away) > reach*reach {
			return p
		}
		d, along := toSegment(p, from, to)
		if d > 4*soft {
			return p
		}
		return p.sub(pull.scale(0.85 * along * bell(d/soft)))
	}})
}

// swirl turns the ink around a centre, most in the middle.
func (b *basin) swirl(centre Point, radius, angle float64) {
	*b = append(*b, movement{shift: func(p Point) Point {
		d := p.sub(centre)
		return centre.add(d.rotate(-angle * bell(d.length()/radius)))
	}})
}

// ink is the colour at p, the place in the undisturbed drop, and how deep in the drop that is (0..1).
func (b basin) ink(p Point) (colour RGB, q Point, depth float64) {
	for i := len(b) - 1; i >= 0; i-- {
		m := b[i]
		if m.shift != nil {
			p = m.shift(p)
			continue
		}
		d := p.sub(m.drop.Point)
		rr, dd := m.drop.radius*m.drop.radius, d.dot(d)
		if dd < rr {
			return m.drop.colour, p, 1 - math.Sqrt(dd/rr)
		}
		p = m.drop.add(d.scale(math.Sqrt(1 - rr/dd)))
	}
	return firstInk(p), p, 0
}

// firstInk is what lay on the water before all drops: broad veins of the ground's colours.
func firstInk(p Point) RGB {
	v := Noise(23).octaves(p.X/230, p.Y/90, 3)
	return veins[int(fract(1.7*v+1)*float64(len(veins)))].rgb()
}

var veins = ramp(0x0e1f45, 0x16406e, 0x1c6f86, 0x16406e, 0xd99a3a, 0x12305e, 0x2f9aa0, 0xf0e2c0, 0x12305e)

// ground sprinkles drops over the basin and combs them: across, back, and finely down.
func (b *basin) ground(w, h float64, r *rand.Rand) {
	inks := ramp(0x12305e, 0x1c6f86, 0xf0e2c0, 0x0e1f45, 0xd99a3a, 0x2b8f92, 0xf0e2c0, 0x9c2f35, 0x2f9aa0, 0xe9b54c)
	for i := range 250 {
		b.drop(Point{w * (1.2*r.Float64() - 0.1), h * (1.2*r.Float64() - 0.1)}, 36+62*r.Float64(), inks[i%len(inks)].rgb())
	}
	b.comb(Point{1, 0}, 150, 0.3, 210, 46, true)
	b.comb(Point{0, 1}, 44, 0.1, 120, 12, false)
	for _, k := range []struct{ x, y, radius, angle float64 }{
		{0.20, 0.16, 170, 2.6}, {0.80, 0.13, 150, -2.4}, {0.13, 0.52, 140, -2.2}, {0.88, 0.47, 160, 2.5}, {0.23, 0.88, 170, 2.4}, {0.80, 0.86, 170, -2.6}, {0.52, 0.05, 120, 2},
	} {
		b.swirl(Point{k.x * w, k.y * h}, k.radius, k.angle)
	}
}

// flowers lays stems and leaves, then blossoms of drops within drops, drawn into petals.
func (b *basin) flowers(w, h float64, r *rand.Rand) {
	root := Point{0.5 * w, 1.02 * h}
	heads := []struct {
		x, y, size float64
		petals     int
		colours    Ramp
	}{
		{0.26, 0.42, 120, 6, ramp(0x7a1022, 0xc8202e, 0xf0643c, 0xffd9a0, 0xfff4dc)},
		{0.74, 0.36, 124, 8, ramp(0x4a1a60, 0x8a3c9c, 0xd87ab4, 0xfbe0ea, 0xffc23c)},
		{0.50, 0.22, 150, 7, ramp(0xb4281c, 0xee5a24, 0xffa22c, 0xffe07a, 0x7a1a2a)},
		{0.37, 0.64, 104, 8, ramp(0xe9b53a, 0xfff0b8, 0xf59a30, 0xc8402a, 0x5a1630)},
		{0.66, 0.62, 112, 6, ramp(0xa01840, 0xe0486a, 0xffb0b0, 0xfff0e8, 0xe8a020)},
	}
	green := ramp(0x123c20, 0x2c6e34, 0x6fa040, 0x1c5232)
	for _, f := range heads {
		head := Point{f.x * w, f.y * h}
		path := curve(root.add(Point{(f.x - 0.5) * 160, 0}), Point{0.5*w + 0.5*(f.x-0.5)*w, 0.75 * h}, head, 46)
		for i, p := range path[:len(path)-3] {
			b.drop(p, 13, green[i%len(green)].rgb())
		}
		for i := 0; i+5 < len(path); i += 3 {
			b.stylus(path[i], path[i+5], 9)
		}
		for _, i := range []int{12, 22, 30} {
			side := 1.0
			if r.IntN(2) == 0 {
				side = -1
			}
			at, dir := path[i], path[i+1].sub(path[i]).unit()
			out := dir.rotate(side * 0.9)
			leaf := at.add(out.scale(50))
			for k := range 4 {
				b.drop(leaf, 46-9*float64(k), green[(k+1)%len(green)].rgb())
			}
			b.stylus(leaf, leaf.add(out.scale(130)), 30)
			b.stylus(leaf, at, 26)
		}
	}
	for _, f := range heads {
		head := Point{f.x * w, f.y * h}
		for k, colour := range f.colours {
			b.drop(head, f.size*(1-0.12*float64(k)), colour.rgb())
		}
		for k := range f.petals {
			a := 2 * math.Pi * (float64(k) + 0.35*r.Float64()) / float64(f.petals)
			edge := head.add(polar(2.15*f.size, a))
			b.stylus(edge, head.add(polar(0.45*f.size, a)), 0.17*f.size)
			tip := a + math.Pi/float64(f.petals)
			b.stylus(head.add(polar(0.8*f.size, tip)), head.add(polar(2.1*f.size, tip)), 0.15*f.size)
		}
		for k, colour := range []uint32{0x3a1420, 0xf2c040, 0x7a2a1c} {
			b.drop(head, f.size*(0.24-0.07*float64(k)), hex(colour))
		}
	}
}
