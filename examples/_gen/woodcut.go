package main

import (
	"math"
	"math/rand/v2"
)

// woodcut is a wave before a mountain, printed in four inks on cream paper. All shading is lines
// that follow the forms and swell where it is darker.
func woodcut(r *rand.Rand) *Canvas {
	const w, h = 2 * 1024, 2 * 768
	print := newSeascape(w, h, r)
	c := newCanvas(w, h, RGB{})
	grain, fibre := Noise(51), Noise(52)
	c.fill(func(p Point) RGB {
		// The knife is not a ruler, and each block is printed a little off its place.
		q := p.add(Point{2.2 * grain.octaves(p.X/16, p.Y/16, 2), 2.2 * grain.octaves(p.X/16+50, p.Y/16, 2)})
		key := print.at(q)
		colour := print.at(q.add(Point{3, -2}))
		paper := hex(0xf2e4c4).scale(1 + 0.05*fibre.octaves(p.X/9, p.Y/9, 3))
		wood := 1 + 0.16*fibre.octaves(p.X/140, p.Y/5, 3)
		ink := func(cover float64, tint RGB) {
			worn := smooth(-0.86, -0.62, grain.octaves(p.X/3, p.Y/3, 2))
			paper = paper.mix(paper.times(tint), clamp(cover*worn*wood, 0, 1))
		}
		ink(colour.pale, hex(0x9fc4c8))
		ink(colour.blue, hex(0x3a6fa8))
		ink(colour.red, hex(0xd8482e))
		ink(0.96*key.black, hex(0x18203c))
		return paper
	})
	for i := range c.Relief {
		c.Relief[i] = 0.8*fibre.octaves(float64(i%w)/5, float64(i/w)/5, 3) - 0.8*c.Colour[i].G
	}
	c = c.halved()
	c.light(Light{Depth: 0.6, Shade: 0.14})
	return c
}

// impression is the amount of each ink at a place.
type impression struct{ pale, blue, red, black float64 }

// engrave is 1 on the lines of a field, one line for each unit of it, and 0 between; tone is the
// share of the surface that they cover.
func engrave(field, tone, sharpness float64) float64 {
	off := 2 * math.Abs(fract(field)-0.5)
	return smooth(tone+sharpness, tone-sharpness, off)
}

// outline is a curve with a distance to it.
type outline []Point

func (o outline) distance(p Point) float64 {
	best := math.Inf(1)
	for i := 1; i < len(o); i++ {
		d, _ := toSegment(p, o[i-1], o[i])
		best = math.Min(best, d)
	}
	return best
}

// holds reports whether p lies inside the closed curve.
func (o outline) holds(p Point) bool {
	inside := false
	for i, a := range o {
		b := o[(i+1)%len(o)]
		if (a.Y > p.Y) != (b.Y > p.Y) && p.X < a.X+(b.X-a.X)*(p.Y-a.Y)/(b.Y-a.Y) {
			inside = !inside
		}
	}
	return inside
}

// foam is a drop of white water.
type foam struct {
	Point
	radius float64
}

type seascape struct {
	w, h        float64
	face, crest outline // of the great wave: its hollow side and its back
	body        outline // both, closed
	claws       []foam
	air         Noise
}

func newSeascape(w, h float64, r *rand.Rand) *seascape {
	s := &seascape{w: w, h: h, air: 53}
	join := func(parts ...[]Point) outline {
		var o outline
		for _, p := range parts {
			o = append(o, p...)
		}
		return o
	}
	at := func(x, y float64) Point { return Point{x * w, y * w} }
	tip := at(0.535, 0.275)
	s.crest = join(curve(at(-0.05, 0.47), at(0.05, 0.16), at(0.25, 0.085), 16), curve(at(0.25, 0.085), at(0.46, 0.035), tip, 18))
	s.face = join(curve(tip, at(0.475, 0.150), at(0.385, 0.205), 14), curve(at(0.385, 0.205), at(0.285, 0.275), at(0.345, 0.430), 16), curve(at(0.345, 0.430), at(0.410, 0.600), at(0.720, 0.640), 16))
	s.body = join(s.crest, s.face, []Point{at(0.72, 0.8), at(-0.05, 0.8)})
	// Foam breaks from the edge of the crest, and in fingers over the hollow.
	for i, p := range s.crest[14:] {
		n := 5 + i/4
		for range n {
			out := Point{18 * spread(r), 16 * spread(r)}
			s.claws = append(s.claws, foam{p.add(out).add(Point{0, 8}), 8 + 15*r.Float64()})
		}
	}
	for i, p := range s.face[:14] {
		dir := Point{0.55, 0.85}.rotate(0.9 - 0.13*float64(i))
		length := (4 + 4*r.Float64()) * (1 - float64(i)/18)
		for k := range int(length) {
			bend := dir.rotate(0.14 * float64(k))
			p = p.add(bend.scale(19))
			s.claws = append(s.claws, foam{p, 15 - 1.5*float64(k) + 3*r.Float64()})
			if k > 1 {
				s.claws = append(s.claws, foam{p.add(bend.rotate(1.2).scale(15)), 7})
			}
		}
	}
	for range 110 {
		a, d := 1.2*spread(r)+0.25, 40+330*r.Float64()*r.Float64()
		s.claws = append(s.claws, foam{tip.add(polar(d, a)).add(Point{-120 * r.Float64(), -20}), 2.5 + 6*r.Float64()})
	}
	return s
}

// at finds what is printed at p, from the front to the back.
func (s *seascape) at(p Point) impression {
	const frame = 34
	if e := math.Min(math.Min(p.X, s.w-p.X), math.Min(p.Y, s.h-p.Y)); e < frame {
		if e > frame-9 {
			return impression{black: 1}
		}
		return impression{}
	}
	for i := 3; i >= 0; i-- {
		if v, ok := s.swell(i, p); ok {
			return v
		}
	}
	for i := len(s.claws) - 1; i >= 0; i-- {
		f := s.claws[i]
		if math.Abs(p.X-f.X) > f.radius {
			continue
		}
		if d := p.distance(f.Point); d < f.radius {
			return impression{black: smooth(f.radius-4.5, f.radius-3, d)}
		}
	}
	if s.body.holds(p) {
		return s.wave(p)
	}
	if v, ok := s.boat(p); ok {
		return v
	}
	if v, ok := s.mountain(p); ok {
		return v
	}
	return s.sky(p)
}

// wave is the body of the great wave: stripes of water that run up its hollow side.
func (s *seascape) wave(p Point) impression {
	face, back := s.face.distance(p), s.crest.distance(p)
	if back < 6 || face < 6 {
		return impression{black: 1}
	}
	wobble := 10 * s.air.octaves(p.X/150, p.Y/150, 2)
	depth := smooth(0, 420, face)
	if cap := 26 + 14*s.air.at(p.X/30, p.Y/30); back < cap {
		return impression{pale: 0.6 * smooth(8, cap, back), black: engrave(back/9, 0.18*smooth(6, cap, back), 0.12)}
	}
	stripe := engrave((face+wobble)/92, 0.62-0.25*depth, 0.04)
	lines := engrave((face+wobble)/15.3, 0.16+0.42*stripe*(1-0.7*depth)+0.25*smooth(60, 10, face), 0.10)
	return impression{pale: 0.9, blue: stripe, black: lines}
}

// swell is one of the low waves in front; i counts from the farthest.
func (s *seascape) swell(i int, p Point) (impression, bool) {
	x := p.X / s.w
	t := float64(i)
	crest := s.w * (0.548 + 0.052*t + (0.016+0.008*t)*math.Sin((11-2*t)*x+1.9*t+0.4) + 0.006*math.Sin(29*x+t))
	crest -= s.w * 0.05 * bell((x-0.93+0.12*t)/0.10) * (1 - 0.2*t)
	d := p.Y - crest + 7*s.air.octaves(p.X/40+9*t, 0, 3)
	if d < 0 {
		return impression{}, false
	}
	spume := 15 + 16*s.air.octaves(p.X/34, t*7, 3) + 4*t
	switch {
	case d < 5:
		return impression{black: 1}, true
	case d < spume:
		return impression{}, true
	case d < spume+4:
		return impression{black: 1}, true
	}
	bow := d + 12*math.Sin(p.X/95+2*t) + 5*s.air.octaves(p.X/60, p.Y/60, 2)
	stripe := engrave(bow/74+0.3*t, 0.58, 0.05)
	return impression{
		pale:  1,
		blue:  stripe,
		black: engrave(bow/12.4, 0.14+0.45*stripe*smooth(0, 60, d)+0.12*t/3, 0.12),
	}, true
}

// boat is a long low hull with rowers, twice.
func (s *seascape) boat(p Point) (impression, bool) {
	for _, b := range []struct{ x, y, size, tilt float64 }{{0.80, 0.525, 0.22, -0.10}, {0.60, 0.548, 0.13, 0.12}} {
		q := p.scale(1 / s.w).sub(Point{b.x, b.y}).rotate(-b.tilt).scale(1 / b.size)
		top, bottom := -0.16*math.Abs(q.X)*math.Abs(q.X)*2.6, 0.13-0.42*q.X*q.X
		switch {
		case math.Abs(q.X) < 0.62 && q.Y > top-0.02 && q.Y < bottom:
			rim := q.Y < top+0.015
			if rim {
				return impression{black: 1}, true
			}
			return impression{red: 0.75, black: engrave((q.Y-0.5*top)*26, 0.35+0.8*smooth(0, 0.13, q.Y), 0.1)}, true
		case math.Abs(q.X) < 0.40 && q.Y <= top:
			v := fract(q.X*8) - 0.5
			if d := math.Hypot(v/8, q.Y+0.055+0.01*math.Sin(9*q.X)); d < 0.034 {
				return impression{black: smooth(0.018, 0.026, d) + 0.5*smooth(0, -0.02, q.Y+0.06)}, true
			}
			if math.Hypot(v/8, (q.Y+0.005)*0.8) < 0.046 {
				return impression{blue: 1, black: engrave(q.X*90, 0.4, 0.1)}, true
			}
		}
	}
	return impression{}, false
}

// mountain is a volcano with snow in its gullies.
func (s *seascape) mountain(p Point) (impression, bool) {
	x, y := p.X/s.w-0.735, p.Y/s.w
	const top, foot = 0.245, 0.60
	half := 0.026 + 0.95*math.Pow(math.Max(0, y-top), 1.32)
	edge := half - math.Abs(x) + 0.003*s.air.octaves(y*70, x*20, 2)
	if y < top+0.006*math.Sin(x*260) || edge < 0 || y > foot {
		return impression{}, false
	}
	if edge < 0.0032 {
		return impression{black: 1}, true
	}
	u := x / half
	gully := 0.055 * math.Abs(fract(3.6*u+0.35*s.air.at(8*u, 30*y))-0.5)
	snow := top + 0.085 + gully*2.0 + 0.012*s.air.octaves(40*x, 40*y, 2)
	fall := u * (13 + 30*(y-top))
	shade := smooth(-0.1, 0.9, u)
	if y < snow {
		return impression{pale: 0.5 * shade, black: engrave(fall*1.3+0.4*s.air.at(20*x, 40*y), 0.05+0.38*shade, 0.12)}, true
	}
	return impression{pale: 0.5, blue: 0.85, black: engrave(fall*1.5+0.5*s.air.at(20*x, 40*y), 0.22+0.42*shade+0.6*smooth(0.06, 0, y-snow)*0.3, 0.12)}, true
}

// sky is a red sun, rings of lines around it, and clouds in bands.
func (s *seascape) sky(p Point) impression {
	sun := Point{0.735 * s.w, 0.185 * s.w}
	d := p.distance(sun)
	radius := 0.105 * s.w
	cloud := s.air.octaves(p.X/330+4, p.Y/70, 3) + 0.30*math.Sin(p.Y/62+p.X/700)
	if cloud > 0.22 {
		rim := smooth(0.245, 0.225, cloud)
		return impression{red: 0.18 * smooth(0.5, 0.25, cloud), black: math.Max(rim, engrave(cloud*13, 0.16, 0.10))}
	}
	if d < radius {
		cut := engrave((p.Y-sun.Y)/25, 0.10+0.55*smooth(-0.2*radius, radius, p.Y-sun.Y)*0.9, 0.05)
		return impression{red: 1 - 0.85*cut, black: smooth(radius-7, radius-5, d)}
	}
	far := smooth(radius, 0.62*s.w, d)
	high := smooth(0.55, 0.05, p.Y/s.h)
	lines := d/17 + 0.5*s.air.octaves(p.X/200, p.Y/200, 2)
	return impression{
		pale:  0.25 + 0.5*far,
		red:   0.55 * smooth(0.45*s.w, radius, d) * engrave(lines+0.5, 0.40, 0.1),
		blue:  0.9 * engrave(lines, 0.05+0.45*far+0.20*high*far, 0.1),
		black: engrave(lines, 0.32*far*high, 0.1),
	}
}
