package main

import (
	"math"
	"math/rand/v2"
)

// Brush describes the look of a stroke.
type Brush struct {
	Width float64 // pixels
	Body  float64 // thickness of the paint in pixels
	Dry   float64 // share of the stroke, at its end, over which the paint runs out
	Comb  float64 // how strongly the bristles show in colour, 0..1
}

// Load is the paint on a brush: a main colour, streaked with a second one that was not mixed in.
type Load struct {
	Main, Streak RGB
	Share        float64 // of the streak, 0..1
}

// stroke drags a loaded brush along a path. Each pixel under the brush gets its own
// coordinates, the distance along the path and across it, and the bristles are noise stretched along
// the path in those coordinates.
func (c *Canvas) stroke(b Brush, load Load, path []Point, seed uint32) {
	if len(path) < 2 {
		return
	}
	swath := trace(c, path, b.Width/2)
	n := Noise(seed)
	for y := range swath.h {
		for x := range swath.w {
			t := swath.touch[y*swath.w+x]
			if t.across > 1 {
				continue
			}
			i := (y+swath.y)*c.W + x + swath.x
			c.bristle(i, b, load, t, swath.length, n)
		}
	}
}

// bristle puts the paint of one stroke onto pixel i.
func (c *Canvas) bristle(i int, b Brush, load Load, t touch, length float64, n Noise) {
	v := t.side * t.across
	hair := 0.65*n.at(v*b.Width*0.30, t.along/(4*b.Width)) + 0.35*(n+1).at(v*b.Width*0.55, t.along/(1.5*b.Width))
	cover := smooth(1, 0.78, t.across+0.22*hair)
	u := t.along / length
	if b.Dry > 0 {
		empty := smooth(1-b.Dry, 1.05, u)
		cover *= smooth(-0.15, 0.15, hair+1-1.7*empty)
	}
	if cover <= 0 {
		return
	}
	streak := smooth(-0.1, 0.35, (n+2).at(v*b.Width*0.22, t.along/(6*b.Width))+2*load.Share-1)
	paint := load.Main.mix(load.Streak, streak).scale(1 + 0.22*b.Comb*hair)
	ridge := smooth(0.5, 0.85, t.across) + 0.8*smooth(0.8, 1, u)
	body := b.Body * (0.55 + 0.55*hair + 0.5*ridge) * smooth(1, 0.9, t.across)
	c.Colour[i] = c.Colour[i].mix(paint, cover)
	c.Relief[i] = lerp(c.Relief[i], 0.4*c.Relief[i]+body, cover)
}

// touch is where a pixel lies under a stroke: along it in pixels, across it from 0 in the middle
// to 1 at the edge (more is outside), and on which side.
type touch struct{ along, across, side float64 }

type swath struct {
	x, y, w, h int
	touch      []touch
	length     float64
}

// trace finds the pixels within radius of a path, and where they lie along and across it.
func trace(c *Canvas, path []Point, radius float64) swath {
	lo, hi := path[0], path[0]
	for _, p := range path {
		lo = Point{math.Min(lo.X, p.X), math.Min(lo.Y, p.Y)}
		hi = Point{math.Max(hi.X, p.X), math.Max(hi.Y, p.Y)}
	}
	s := swath{x: max(int(lo.X-radius), 0), y: max(int(lo.Y-radius), 0)}
	s.w = max(min(int(hi.X+radius)+1, c.W)-s.x, 0)
	s.h = max(min(int(hi.Y+radius)+1, c.H)-s.y, 0)
	s.touch = make([]touch, s.w*s.h)
	for i := range s.touch {
		s.touch[i].across = math.Inf(1)
	}
	for k := 1; k < len(path); k++ {
		s.segment(path[k-1], path[k], radius)
		s.length += path[k-1].distance(path[k])
	}
	return s
}

func (s *swath) segment(a, b Point, radius float64) {
	step := a.distance(b)
	if step == 0 {
		return
	}
	x0 := max(int(math.Min(a.X, b.X)-radius)-s.x, 0)
	x1 := min(int(math.Max(a.X, b.X)+radius)+1-s.x, s.w)
	y0 := max(int(math.Min(a.Y, b.Y)-radius)-s.y, 0)
	y1 := min(int(math.Max(a.Y, b.Y)+radius)+1-s.y, s.h)
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			p := Point{float64(x+s.x) + 0.5, float64(y+s.y) + 0.5}
			d, t := toSegment(p, a, b)
			if d /= radius; d < s.touch[y*s.w+x].across {
				side := 1.0
				if (b.X-a.X)*(p.Y-a.Y) < (b.Y-a.Y)*(p.X-a.X) {
					side = -1
				}
				s.touch[y*s.w+x] = touch{s.length + t*step, d, side}
			}
		}
	}
}

// Study is the model of a picture: for every pixel a colour and the direction of the brush.
type Study struct {
	*Canvas
	Flow []Point
}

// newStudy evaluates a colour and a direction at every pixel.
func newStudy(w, h int, colour func(Point) RGB, flow func(Point) Point) *Study {
	s := &Study{newCanvas(w, h, RGB{}), make([]Point, w*h)}
	for i := range s.Flow {
		p := Point{float64(i%w) + 0.5, float64(i/w) + 0.5}
		s.Colour[i] = colour(p)
		s.Flow[i] = flow(p).unit()
	}
	return s
}

// Layer is one pass over the picture with one brush.
type Layer struct {
	Brush
	Length  float64          // of a stroke in pixels
	Spacing float64          // of strokes in pixels
	Light   float64          // jitter of lightness
	Chroma  float64          // jitter of hue and chroma
	Differ  float64          // skip where the canvas is already this close to the study
	Where   func(Point) bool // nil is everywhere
}

// paint covers the canvas with strokes that follow the study: started on a jittered grid, in random
// order, along the flow to both sides until the study's colour has changed too much (Hertzmann 1998).
func (c *Canvas) paint(s *Study, l Layer, r *rand.Rand) {
	var starts []Point
	for y := l.Spacing / 2; y < float64(c.H); y += l.Spacing {
		for x := l.Spacing / 2; x < float64(c.W); x += l.Spacing {
			p := Point{x + l.Spacing*0.7*spread(r), y + l.Spacing*0.7*spread(r)}
			if l.Where == nil || l.Where(p) {
				starts = append(starts, p)
			}
		}
	}
	r.Shuffle(len(starts), func(i, j int) { starts[i], starts[j] = starts[j], starts[i] })
	for _, p := range starts {
		want := s.at(p)
		if l.Differ > 0 && c.at(p).distance(want) < l.Differ {
			continue
		}
		load := Load{want.vary(r, l.Light, l.Chroma), want.vary(r, 2*l.Light, 2*l.Chroma), 0.45 * r.Float64()}
		b := l.Brush
		b.Width *= 0.8 + 0.4*r.Float64()
		c.stroke(b, load, s.follow(p, l.Length*(0.7+0.6*r.Float64())), r.Uint32())
	}
}

// follow is a path of about the given length through p along the flow.
func (s *Study) follow(p Point, length float64) []Point {
	const step, change = 3.0, 0.22
	want := s.at(p)
	half := func(sign float64) []Point {
		var path []Point
		q, dir := p, s.Flow[s.index(p)].scale(sign)
		for range int(length / 2 / step) {
			q = q.add(dir.scale(step))
			if q.X < -9 || q.Y < -9 || q.X > float64(s.W)+9 || q.Y > float64(s.H)+9 || s.at(q).distance(want) > change {
				break
			}
			path = append(path, q)
			next := s.Flow[s.index(q)]
			if next.dot(dir) < 0 {
				next = next.scale(-1)
			}
			dir = dir.scale(0.4).add(next.scale(0.6)).unit()
		}
		return path
	}
	back, front := half(-1), half(1)
	path := make([]Point, 0, len(back)+1+len(front))
	for i := len(back) - 1; i >= 0; i-- {
		path = append(path, back[i])
	}
	path = append(append(path, p), front...)
	if len(path) < 2 {
		path = append(path, p.add(s.Flow[s.index(p)].scale(2)))
	}
	return path
}

// dab sets down a single touch: an ellipse whose long half axis of rx pixels is turned by angle,
// with a rim where the paint was pressed aside.
func (c *Canvas) dab(p Point, rx, ry, angle, body float64, colour RGB, seed uint32) {
	n := Noise(seed)
	reach := math.Max(rx, ry) * 1.2
	sin, cos := math.Sincos(angle)
	for y := max(int(p.Y-reach), 0); y < min(int(p.Y+reach)+2, c.H); y++ {
		for x := max(int(p.X-reach), 0); x < min(int(p.X+reach)+2, c.W); x++ {
			dx, dy := float64(x)+0.5-p.X, float64(y)+0.5-p.Y
			u, v := (cos*dx+sin*dy)/rx, (cos*dy-sin*dx)/ry
			d := math.Sqrt(u*u+v*v) + 0.16*n.at(2*u, 2*v)
			cover := smooth(1, 1-1.6/reach, d)
			if cover == 0 {
				continue
			}
			i := y*c.W + x
			c.Colour[i] = c.Colour[i].mix(colour.scale(1+0.07*n.at(6*u, 3*v)), cover)
			c.Relief[i] = lerp(c.Relief[i], 0.5*c.Relief[i]+body*(0.7+0.5*smooth(0.4, 0.8, d)*smooth(1, 0.85, d)+0.2*n.at(5*u, 3*v)), cover)
		}
	}
}
